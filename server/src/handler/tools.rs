//! From a request's selection to the tools it lists, and from a tool's name to its result.

use std::borrow::Cow;
use std::pin::{Pin, pin};
use std::sync::OnceLock;

use http::request::Parts;
use rmcp::RoleServer;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResult, ErrorData, ListToolsResult, MetaObject, Tool,
};
use rmcp::service::RequestContext;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use tracing::Instrument;

use super::{Handler, TTL_MS, is_modern};
use crate::auth::Grant;
use crate::diagnostics;
use crate::meta::{self, MetaTools};
use crate::names::shorten;
use crate::operation::{RequestId, trace};
use crate::outcome::{Failure, Outcome};
use crate::room::UntilTaken;
use crate::selection::{Filter, View};
use crate::table::Entry;
use crate::validate::Problem;
use crate::{Caller, Calls};

/// Who asks for a tool or for the list of them, and how.
#[derive(Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) caller: &'a Caller,
    /// What the request selects of the tools.
    pub(crate) selected: Option<&'a Filter>,
    pub(crate) request_id: RequestId,
    /// The metadata of the request.
    pub(crate) meta: &'a MetaObject,
    /// What holds the room of the answer until it is taken, where that is known.
    pub(crate) room: Option<&'a UntilTaken>,
}

/// The list of all tools that are served, once it has been asked for.
#[derive(Debug, Default)]
pub(crate) struct WholeLists {
    modern: OnceLock<Box<RawValue>>,
    legacy: OnceLock<Box<RawValue>>,
}

impl Calls {
    /// The tools that `asker` may see and call.
    fn view<'a>(&'a self, asker: &Asker<'a>) -> View<'a> {
        View::new(&self.table, &self.served, asker.selected, asker.caller.grant())
    }

    /// What comes of a call, whatever kind of tool it is for. Dropping the future ends the request to the API.
    ///
    /// # Errors
    /// For what is no tool of this view.
    pub(crate) async fn answer(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        asker: &Asker<'_>,
    ) -> Result<Outcome, ErrorData> {
        let view = self.view(asker);
        match &self.meta_tools {
            Some(meta_tools) => self.answer_meta(meta_tools, name, arguments, (asker, &view)).await,
            None => {
                let entry = view.find(name).map_err(|reason| ErrorData::invalid_params(reason, None))?;
                Ok(self.run_traced(entry, arguments, asker).await)
            }
        }
    }

    async fn answer_meta(
        &self,
        meta_tools: &MetaTools,
        name: &str,
        arguments: Map<String, Value>,
        (asker, view): (&Asker<'_>, &View<'_>),
    ) -> Result<Outcome, ErrorData> {
        let invalid = |problems: Vec<Problem>| Failure::invalid(&problems);
        match name {
            meta::SEARCH => {
                let search = async { meta_tools.search(arguments, view).map(Outcome::told).map_err(invalid) };
                Ok(self.traced(name, pin!(self.admitted(name, asker.caller, search)), asker).await)
            }
            meta::CALL => match meta_tools.target(arguments, view) {
                Ok((entry, arguments)) => Ok(self.run_traced(entry, arguments, asker).await),
                Err(problems) => {
                    let refused = async { Err(invalid(problems)) };
                    Ok(self.traced(name, pin!(self.admitted(name, asker.caller, refused)), asker).await)
                }
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

    async fn run_traced(&self, entry: &Entry, arguments: Map<String, Value>, asker: &Asker<'_>) -> Outcome {
        self.traced(&entry.definition.name, pin!(self.run(entry, arguments, asker)), asker).await
    }

    /// Pinned where it is made: a call is some ten kilobytes, which would otherwise be moved three times.
    async fn traced(
        &self,
        tool: &str,
        call: Pin<&mut impl Future<Output = Outcome>>,
        asker: &Asker<'_>,
    ) -> Outcome {
        call.instrument(trace::span(tool, &asker.request_id, asker.meta)).await
    }

    /// The result that tells of `outcome`, in the shape of the modern revision or of those before.
    pub(crate) fn result(&self, outcome: Outcome, modern: bool) -> CallToolResult {
        let mut result = outcome.into_result(self.structured_errors);
        result.meta = modern.then(|| self.server_info.clone());
        if !modern {
            result.result_type = None;
        }
        result
    }
}

impl Calls {
    /// What `asker` is listed, in the shape of the modern revision or of those before.
    pub(crate) fn list(&self, asker: &Asker<'_>, modern: bool) -> ListToolsResult {
        let view = self.view(asker);
        let mut result = ListToolsResult::with_all_items(self.definitions(&view));
        if modern {
            // Who may keep it: where some callers see less, only the one who got it.
            let private = view.is_private() || self.credentials.take_tokens();
            let scope = if private { CacheScope::Private } else { CacheScope::Public };
            result = result.with_ttl_ms(TTL_MS).with_cache_scope(scope);
            result.meta = Some(self.server_info.clone());
        } else {
            result.result_type = None;
        }
        result
    }

    /// [`Calls::list`] as JSON. That of callers who see all there is, which is most of them, is made once.
    ///
    /// # Errors
    /// None: definitions can be written.
    pub(crate) fn list_json(&self, asker: &Asker<'_>, modern: bool) -> serde_json::Result<Cow<'_, RawValue>> {
        let make = || to_raw_value(&self.list(asker, modern));
        if asker.selected.is_some() || !matches!(asker.caller.grant(), Grant::All) {
            return make().map(Cow::Owned);
        }
        let whole = if modern { &self.whole_lists.modern } else { &self.whole_lists.legacy };
        let json = match whole.get() {
            Some(json) => json,
            None => {
                let made = make()?;
                whole.get_or_init(|| made)
            }
        };
        Ok(Cow::Borrowed(json))
    }

    fn definitions(&self, view: &View<'_>) -> Vec<Tool> {
        let mut tools = match &self.meta_tools {
            Some(meta_tools) => meta_tools.definitions(view),
            None => view.entries().map(|entry| entry.definition.clone()).collect(),
        };
        if self.diagnostic_tools {
            tools.extend(diagnostics::definitions());
        }
        tools
    }
}

impl Handler {
    /// The result of a call that `rmcp` hands over, until the client cancels it.
    pub(super) async fn dispatch(
        &self,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        if self.calls.diagnostic_tools
            && let Some(result) = diagnostics::call(&request.name, context).await
        {
            return result;
        }
        let asker = self.asker(context)?;
        let call = self.calls.answer(&request.name, request.arguments.unwrap_or_default(), &asker);
        tokio::select! {
            outcome = call => Ok(self.calls.result(outcome?, is_modern(context))),
            () = context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        }
    }

    /// Who asks in a request that `rmcp` hands over.
    pub(super) fn asker<'a>(
        &'a self,
        context: &'a RequestContext<RoleServer>,
    ) -> Result<Asker<'a>, ErrorData> {
        let extensions = context.extensions.get::<Parts>().map(|parts| &parts.extensions);
        let named = || extensions?.get::<RequestId>().cloned();
        let caller = self.caller.as_ref().or_else(|| extensions?.get::<Caller>());
        Ok(Asker {
            caller: caller.ok_or_else(|| ErrorData::internal_error("the caller is not known", None))?,
            selected: extensions.and_then(|extensions| extensions.get()),
            request_id: named().unwrap_or_else(|| self.calls.request_ids.next()),
            meta: &context.meta.0,
            room: extensions.and_then(|extensions| extensions.get()),
        })
    }

    /// The definition of that name, whoever asks.
    pub(super) fn definition(&self, name: &str) -> Option<Tool> {
        let diagnostic = || diagnostics::get(name).filter(|_| self.calls.diagnostic_tools);
        self.calls.table.get(name).map(|entry| entry.definition.clone()).or_else(diagnostic)
    }
}
