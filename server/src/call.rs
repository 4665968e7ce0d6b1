//! One tool call, from arguments to outcome.

use serde_json::{Map, Value};

use crate::meta::MetaTools;
use crate::outcome::{Failure, Outcome};
use crate::selection::{Filter, View};
use crate::table::{Entry, Table};
use crate::upstream::Upstream;
use crate::validate::Problem;
use crate::{Key, request, rules, validate};

/// The tools and the API behind them: everything that a call needs but the caller.
#[derive(Debug)]
pub struct Calls {
    /// The tools.
    pub table: Table,
    /// Which of them are served.
    pub served: Filter,
    /// The two tools that stand for all others, where they do.
    pub meta_tools: Option<MetaTools>,
    /// Whether the tools of the conformance suite are served as well.
    pub diagnostic_tools: bool,
    /// The API.
    pub upstream: Upstream,
    /// Whether failures are told in `structuredContent` too; see [`Outcome::into_result`].
    pub structured_errors: bool,
}

impl Calls {
    /// The tools that are served to a request, which may select some of them.
    #[must_use]
    pub fn view<'a>(&'a self, asked: Option<&'a Filter>) -> View<'a> {
        View::new(&self.table, &self.served, asked)
    }

    /// Runs one call for the holder of `key`. Dropping the future ends the request to the API.
    pub async fn run(&self, entry: &Entry, arguments: Map<String, Value>, key: &Key) -> Outcome {
        let tool = entry.definition.name.as_ref();
        let outcome = match prepare(entry, arguments) {
            Ok(request) => match self.upstream.send(request, key).await {
                Ok(reply) => Outcome::from_reply(reply),
                Err(error) => Outcome::Failure(error.into()),
            },
            Err(problems) => Outcome::Failure(Failure::invalid(&problems)),
        };
        match &outcome {
            Outcome::Success { .. } => tracing::info!(tool, "done"),
            Outcome::Failure(failure) => {
                tracing::info!(tool, status = failure.status, code = failure.code, "failed")
            }
        }
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
