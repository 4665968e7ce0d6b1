//! One tool call, from arguments to outcome.

use serde_json::{Map, Value};

use crate::operation::{Metrics, RequestIds, Watched};
use crate::outcome::{Failure, Outcome};
use crate::table::{Entry, Table};
use crate::upstream::Upstream;
use crate::validate::Problem;
use crate::{Key, request, rules, validate};

/// The tools and the API behind them: everything that a call needs but the caller.
#[derive(Debug)]
pub struct Calls {
    /// The tools.
    pub table: Table,
    /// The API.
    pub upstream: Upstream,
    /// What is counted.
    pub metrics: Metrics,
    /// Names for requests that have none.
    pub(crate) request_ids: RequestIds,
    /// Whether failures are told in `structuredContent` too; see [`Outcome::into_result`].
    pub structured_errors: bool,
}

impl Calls {
    /// Runs one call for the holder of `key`. Dropping the future ends the request to the API.
    pub async fn run(&self, entry: &Entry, arguments: Map<String, Value>, key: &Key) -> Outcome {
        let watched = Watched::begin(&self.metrics, &entry.definition.name);
        let outcome = match prepare(entry, arguments) {
            Ok(request) => match self.metrics.upstream(self.upstream.send(request, key)).await {
                Ok(reply) => Outcome::from_reply(reply),
                Err(error) => Outcome::Failure(error.into()),
            },
            Err(problems) => Outcome::Failure(Failure::invalid(&problems)),
        };
        watched.end(&outcome);
        outcome
    }
}

fn prepare(entry: &Entry, arguments: Map<String, Value>) -> Result<request::Request, Vec<Problem>> {
    let arguments = Value::Object(arguments);
    let mut problems = validate::problems(&entry.validator, &entry.arguments, &arguments);
    let Value::Object(arguments) = arguments else { return Err(problems) };
    problems.extend(rules::problems(&entry.definition.name, &arguments));
    if problems.is_empty() { request::build(&entry.operation, &arguments) } else { Err(problems) }
}
