//! One tool call, from arguments to outcome.

use http::StatusCode;
use rmcp::model::MetaObject;
use serde_json::{Map, Value};

use crate::admission::Admission;
use crate::auth::Credentials;
use crate::handler::{Asker, WholeLists};
use crate::meta::MetaTools;
use crate::operation::{Metrics, RequestIds, Watched};
use crate::outcome::{Failure, Outcome};
use crate::selection::Filter;
use crate::table::{Entry, Table};
use crate::upstream::Upstream;
use crate::validate::Problem;
use crate::{CallTimes, Caller, cut, request, rules, validate};

/// The tools and the API behind them: everything that a call needs but the caller.
#[derive(Debug)]
pub(crate) struct Calls {
    /// The tools.
    pub table: Table,
    /// Which of them are served.
    pub served: Filter,
    /// The two tools that stand for all others, where they do.
    pub meta_tools: Option<MetaTools>,
    /// Whether the tools of the conformance suite are served as well.
    pub diagnostic_tools: bool,
    /// What speaks for a caller to the API.
    pub credentials: Credentials,
    /// The API.
    pub upstream: Upstream,
    /// What is counted.
    pub metrics: Metrics,
    /// Names for requests that have none.
    pub(crate) request_ids: RequestIds,
    /// Who may call now.
    pub admission: Admission,
    /// How long a call may take.
    pub times: CallTimes,
    /// Longest text of a list; see [`Limits::max_result_bytes`](crate::Limits::max_result_bytes).
    pub max_result_bytes: usize,
    /// The server's name for itself in results.
    pub(crate) server_info: MetaObject,
    /// The tools as callers are listed them who see them all.
    pub(crate) whole_lists: WholeLists,
    /// Whether failures are told in `structuredContent` too; see [`Outcome::into_result`].
    pub structured_errors: bool,
}

impl Calls {
    /// Runs one call. Dropping the future ends the request to the API.
    pub(crate) async fn run(
        &self,
        entry: &Entry,
        arguments: Map<String, Value>,
        asker: &Asker<'_>,
    ) -> Outcome {
        let name = &entry.definition.name;
        self.admitted(name, asker.caller, self.ask(entry, arguments, asker)).await
    }

    /// What comes of `call`, if `caller` may call now; counted and logged as a call of `tool`.
    pub(crate) async fn admitted(
        &self,
        tool: &str,
        caller: &Caller,
        call: impl Future<Output = Result<Outcome, Failure>>,
    ) -> Outcome {
        let watched = Watched::begin(&self.metrics, tool);
        let outcome = match self.admission.admit(caller) {
            Ok(_admitted) => call.await,
            Err(refusal) => Err(refusal.into()),
        };
        let outcome = outcome.unwrap_or_else(Outcome::Failure);
        watched.end(&outcome);
        outcome
    }

    /// What comes of the API's answer. What is refused here, it does not see.
    async fn ask(
        &self,
        entry: &Entry,
        mut arguments: Map<String, Value>,
        asker: &Asker<'_>,
    ) -> Result<Outcome, Failure> {
        let caller = asker.caller;
        caller.grant().apply(&entry.operation, &mut arguments).map_err(|refusal| *refusal)?;
        let arguments = Value::Object(arguments);
        let request = prepare(entry, &arguments).map_err(|problems| Failure::invalid(&problems))?;
        let credential = self.credentials.of(caller).await?;
        let limit = self.times.of(&entry.definition.name);
        let mut reply = self.upstream.send(&request, &credential, limit).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.credentials.forget(caller);
        } else if shows_that_the_key_is_good(reply.status) {
            self.admission.accept(caller);
        }
        let mut room = std::mem::take(&mut reply.room);
        let outcome = Outcome::from_reply(reply);
        let outcome = cut::shorten(outcome, &entry.operation, &arguments, self.max_result_bytes);
        if let Outcome::Success(answer) = &outcome {
            room.shrink(answer.text().len());
        }
        if let Some(until_taken) = asker.room {
            until_taken.hold(room);
        }
        Ok(outcome)
    }
}

/// The API looks at the key before anything else of a request (U-03). Other answers may come from what stands before it.
fn shows_that_the_key_is_good(status: StatusCode) -> bool {
    status.is_success() || matches!(status.as_u16(), 400 | 402 | 404 | 409 | 422)
}

fn prepare(entry: &Entry, arguments: &Value) -> Result<request::Request, Vec<Problem>> {
    let mut problems = validate::problems(&entry.validator, &entry.arguments, arguments);
    let Some(map) = arguments.as_object() else { return Err(problems) };
    problems.extend(rules::problems(&entry.definition.name, map));
    if problems.is_empty() { request::build(&entry.operation, map) } else { Err(problems) }
}
