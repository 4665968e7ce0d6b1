//! The revisions of the protocol, and how a request looks in each.

use serde_json::{Map, Value, json};

/// The newest revision: no session, and what a client is stands in every request.
pub const PROTOCOL_VERSION: &str = "2026-07-28";

/// The revisions that begin with a handshake, oldest first.
pub const LEGACY_VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// The revision that is named in a handshake unless there is a reason to name another.
pub(crate) const NEWEST_LEGACY: &str = "2025-11-25";

/// Where a modern request names its revision, in `_meta`.
pub(crate) const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// Where it says what the client can do.
pub(crate) const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Where a modern result names the server.
pub(crate) const META_SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// A revision of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// 2026-07-28: each request for itself.
    Modern,
    /// An older one: after a handshake that asks for it.
    Legacy(&'static str),
}

impl Revision {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modern => PROTOCOL_VERSION,
            Self::Legacy(name) => name,
        }
    }

    /// A request of this revision.
    pub(crate) fn request(self, id: u64, method: &str, mut params: Map<String, Value>) -> Value {
        if self == Self::Modern {
            let meta = json!({
                META_VERSION: PROTOCOL_VERSION,
                META_CAPABILITIES: {},
                "io.modelcontextprotocol/clientInfo": client_info(),
            });
            params.insert("_meta".to_owned(), meta);
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    }
}

/// The request that begins a handshake, and the notification that ends it.
pub(crate) fn handshake(version: &str) -> (Value, Value) {
    let params = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client_info() });
    (
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
    )
}

/// The version that a handshake came to.
pub(crate) fn agreed(answer: &Value) -> Option<&str> {
    answer.pointer("/result/protocolVersion")?.as_str()
}

fn client_info() -> Value {
    json!({ "name": "pilot-status-conformance", "version": env!("CARGO_PKG_VERSION") })
}
