//! The methods of the protocol.

mod tools;

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CustomRequest, CustomResult, DiscoverResult,
    ErrorCode, ErrorData, Implementation, InitializeRequestParams, InitializeResult, ListToolsResult,
    MetaObject, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde_json::Map;

use crate::names::shorten;
use crate::{Caller, Calls, NAME, VERSION};
pub(crate) use tools::{Asker, WholeLists};

/// The revisions that are advertised. 2024-11-05 is agreed to when a client asks for it in the handshake, but its HTTP transport is another: no new client
/// should choose it.
pub(crate) const REVISIONS: &[ProtocolVersion] = &[
    ProtocolVersion::V_2025_03_26,
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2026_07_28,
];

/// Key in `_meta` under which the server names itself.
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// Methods whose malformed parameters arrive as a request that `rmcp` does not know.
const KNOWN_METHODS: [&str; 4] = ["tools/call", "tools/list", "server/discover", "subscriptions/listen"];

/// How long clients may keep what does not change while the server runs, in milliseconds.
const TTL_MS: u64 = 60 * 60 * 1000;

/// Said besides where two tools stand for all others.
const META_INSTRUCTIONS: &str = "Find tools with tools_search, and call them with tools_call.";

const INSTRUCTIONS: &str = "Tools over the Pilot Status API for WhatsApp messaging. A key is bound to one number or to the whole account: tools \
    that act on a number take the number's own key, or an account-wide key together with whatsappNumberId. Errors carry the API's status and code.";

/// Answers requests, for one caller over stdio and for the caller of each request over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Handler {
    calls: Arc<Calls>,
    caller: Option<Caller>,
}

impl Handler {
    /// A handler that finds the [`Caller`] in the extensions of each HTTP request.
    #[must_use]
    pub(crate) fn per_request(calls: Arc<Calls>) -> Self {
        Self { calls, caller: None }
    }

    /// A handler for one caller.
    #[must_use]
    pub(crate) fn for_caller(calls: Arc<Calls>, caller: Caller) -> Self {
        Self { calls, caller: Some(caller) }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let instructions = match self.calls.meta_tools {
            Some(_) => format!("{INSTRUCTIONS} {META_INSTRUCTIONS}"),
            None => INSTRUCTIONS.to_owned(),
        };
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation())
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
            .with_instructions(instructions)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(REVISIONS)
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        // The metadata of the modern revision, which has no handshake.
        if context.meta.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
            return Err(unknown_method("initialize"));
        }
        context.peer.set_peer_info(request.clone());
        let mut result = self.negotiate_initialize(&request)?;
        if request.protocol_version == ProtocolVersion::V_2024_11_05 {
            result.protocol_version = request.protocol_version;
        }
        Ok(result)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let result = DiscoverResult::from_server_info(REVISIONS.to_vec(), self.get_info());
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if request.is_some_and(|request| request.cursor.is_some()) {
            return Err(ErrorData::invalid_params("unknown cursor: all tools are on the first page", None));
        }
        Ok(self.calls.list(&self.asker(&context)?, is_modern(&context)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(self.dispatch(request, &context).await?.into())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.definition(name)
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        if KNOWN_METHODS.contains(&request.method.as_str()) {
            return Err(ErrorData::invalid_params(
                format!("malformed parameters of {}", request.method),
                None,
            ));
        }
        Err(unknown_method(&request.method))
    }
}

fn unknown_method(method: &str) -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("unknown method: {}", shorten(method)), None)
}

fn implementation() -> Implementation {
    Implementation::new(NAME, VERSION).with_title("Pilot Status")
}

/// Whether a request is of revision 2026-07-28 or later, whose results say more about themselves.
fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

/// The server's name for itself, for the `_meta` of results.
pub(crate) fn server_info() -> MetaObject {
    let info = serde_json::to_value(implementation()).unwrap_or_default();
    MetaObject(Map::from_iter([(SERVER_INFO.to_owned(), info)]))
}
