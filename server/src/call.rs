//! One tool call, from arguments to outcome.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::auth::Credentials;
use crate::outcome::{Failure, Outcome};
use crate::table::{Entry, Table};
use crate::upstream::{Reply, Upstream};
use crate::validate::Problem;
use crate::{Caller, request, rules, validate};

/// The tools and the API behind them: everything that a call needs but the caller.
#[derive(Debug)]
pub struct Calls {
    /// The tools.
    pub table: Table,
    /// What speaks for a caller to the API.
    pub credentials: Credentials,
    /// The API.
    pub upstream: Upstream,
    /// Whether failures are told in `structuredContent` too; see [`Outcome::into_result`].
    pub structured_errors: bool,
}

impl Calls {
    /// Runs one call for `caller`. Dropping the future ends the request to the API.
    pub async fn run(&self, entry: &Entry, arguments: Map<String, Value>, caller: &Caller) -> Outcome {
        let tool = entry.definition.name.as_ref();
        let reply = self.ask(entry, arguments, caller).await;
        let outcome = reply.map_or_else(Outcome::Failure, Outcome::from_reply);
        match &outcome {
            Outcome::Success { .. } => tracing::info!(tool, "done"),
            Outcome::Failure(failure) => {
                tracing::info!(tool, status = failure.status, code = failure.code, "failed")
            }
        }
        outcome
    }

    /// The API's answer. What is refused here, it does not see.
    async fn ask(
        &self,
        entry: &Entry,
        mut arguments: Map<String, Value>,
        caller: &Caller,
    ) -> Result<Reply, Failure> {
        caller.grant().apply(&entry.operation, &mut arguments).map_err(|refusal| *refusal)?;
        let request = prepare(entry, arguments).map_err(|problems| Failure::invalid(&problems))?;
        let credential = self.credentials.of(caller).await?;
        let reply = self.upstream.send(request, credential).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.credentials.forget(caller);
        }
        Ok(reply)
    }
}

fn prepare(entry: &Entry, arguments: Map<String, Value>) -> Result<request::Request, Vec<Problem>> {
    let arguments = Value::Object(arguments);
    let mut problems = validate::problems(&entry.validator, &entry.arguments, &arguments);
    let Value::Object(arguments) = arguments else { return Err(problems) };
    problems.extend(rules::problems(&entry.definition.name, &arguments));
    if problems.is_empty() { request::build(&entry.operation, &arguments) } else { Err(problems) }
}
