//! From a request's selection to the tools it lists, and from a tool's name to its result.

use http::request::Parts;
use rmcp::RoleServer;
use rmcp::model::{CallToolRequestParams, CallToolResult, ErrorData, Tool};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};
use tracing::Instrument;

use super::Handler;
use crate::Caller;
use crate::diagnostics;
use crate::meta::{self, MetaTools};
use crate::operation::trace;
use crate::outcome::{Failure, Outcome};
use crate::selection::{Filter, View, shorten};
use crate::table::Entry;
use crate::validate::Problem;

impl Handler {
    /// The tools that this request may see and call.
    pub(super) fn view<'a>(
        &'a self,
        context: &'a RequestContext<RoleServer>,
        caller: &'a Caller,
    ) -> View<'a> {
        let asked = context.extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<Filter>());
        self.calls.view(asked, caller)
    }

    /// The result of a call, whatever kind of tool it is for.
    pub(super) async fn dispatch(
        &self,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let (name, arguments) = (request.name.as_ref(), request.arguments.unwrap_or_default());
        if self.calls.diagnostic_tools
            && let Some(result) = diagnostics::call(name, context).await
        {
            return result;
        }
        let caller = self.caller(context)?;
        let view = self.view(context, &caller);
        let outcome = match &self.calls.meta_tools {
            Some(meta_tools) => {
                self.dispatch_meta(meta_tools, name, arguments, &view, (&caller, context)).await?
            }
            None => {
                let entry = view.find(name).map_err(|reason| ErrorData::invalid_params(reason, None))?;
                self.run(entry, arguments, &caller, context).await?
            }
        };
        Ok(outcome.into_result(self.calls.structured_errors))
    }

    async fn dispatch_meta(
        &self,
        meta_tools: &MetaTools,
        name: &str,
        arguments: Map<String, Value>,
        view: &View<'_>,
        (caller, context): (&Caller, &RequestContext<RoleServer>),
    ) -> Result<Outcome, ErrorData> {
        let invalid = |problems: Vec<Problem>| Outcome::Failure(Failure::invalid(&problems));
        match name {
            meta::SEARCH => Ok(meta_tools.search(arguments, view).map_or_else(invalid, Outcome::told)),
            meta::CALL => match meta_tools.target(arguments, view) {
                Ok((entry, arguments)) => self.run(entry, arguments, caller, context).await,
                Err(problems) => Ok(invalid(problems)),
            },
            name => {
                let reason = format!(
                    "unknown tool: {}; there are tools_search and tools_call, which calls it",
                    shorten(name)
                );
                Err(ErrorData::invalid_params(reason, None))
            }
        }
    }

    async fn run(
        &self,
        entry: &Entry,
        arguments: Map<String, Value>,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
    ) -> Result<Outcome, ErrorData> {
        let span = trace::span(&entry.definition.name, &self.request_id(context), &context.meta.0);
        let call = self.calls.run(entry, arguments, caller).instrument(span);
        tokio::select! {
            outcome = call => Ok(outcome),
            () = context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        }
    }

    /// What a caller with this view is listed.
    pub(super) fn definitions(&self, view: &View<'_>) -> Vec<Tool> {
        let mut tools = match &self.calls.meta_tools {
            Some(meta_tools) => meta_tools.definitions(view),
            None => view.entries().map(|entry| entry.definition.clone()).collect(),
        };
        if self.calls.diagnostic_tools {
            tools.extend(diagnostics::definitions());
        }
        tools
    }

    /// The definition of that name, whoever asks.
    pub(super) fn definition(&self, name: &str) -> Option<Tool> {
        let diagnostic = || diagnostics::get(name).filter(|_| self.calls.diagnostic_tools);
        self.calls.table.get(name).map(|entry| entry.definition.clone()).or_else(diagnostic)
    }
}
