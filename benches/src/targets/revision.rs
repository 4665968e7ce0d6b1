//! The revisions of MCP that are spoken, and the messages as each has them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Call, answer};

/// What a client says once it knows that the server speaks its revision.
pub(super) const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A revision of MCP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Revision {
    /// 2026-07-28: every request says who asks, and there is no session.
    #[default]
    #[value(name = "2026-07-28")]
    #[serde(rename = "2026-07-28")]
    Modern,
    /// 2025-11-25: `initialize` comes first, and over HTTP the server may begin a session with it.
    #[value(name = "2025-11-25")]
    #[serde(rename = "2025-11-25")]
    Legacy,
}

impl Revision {
    /// Its date, which is its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modern => "2026-07-28",
            Self::Legacy => "2025-11-25",
        }
    }

    /// The request that makes a call.
    pub(super) fn call(self, id: u64, call: Call<'_>) -> String {
        let mut params = Map::new();
        params.insert("name".to_owned(), call.tool().into());
        params.insert("arguments".to_owned(), Value::Object(call.arguments));
        self.request(id, "tools/call", params)
    }

    /// The first request: whether a server is there, and speaks the revision.
    pub(super) fn first(self, id: u64) -> String {
        let mut params = Map::new();
        if self == Self::Modern {
            return self.request(id, "server/discover", params);
        }
        params.insert("protocolVersion".to_owned(), self.name().into());
        params.insert("capabilities".to_owned(), json!({}));
        params.insert("clientInfo".to_owned(), client_info());
        self.request(id, "initialize", params)
    }

    fn request(self, id: u64, method: &str, mut params: Map<String, Value>) -> String {
        if self == Self::Modern {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": self.name(),
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": client_info(),
            });
            params.insert("_meta".to_owned(), meta);
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
    }

    /// Whether the answer to `initialize` agrees to this revision; else the code of the failure. A server that offers another one would be measured in that.
    pub(super) fn agreed(self, message: &[u8]) -> Result<(), String> {
        match answer::revision(message)? {
            offered if offered == self.name() => Ok(()),
            offered => Err(format!("REVISION_{offered}")),
        }
    }
}

fn client_info() -> Value {
    json!({ "name": "pilot-status-load", "version": env!("CARGO_PKG_VERSION") })
}
