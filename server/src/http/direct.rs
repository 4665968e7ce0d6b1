//! The short way for requests that are plainly in order.
//!
//! `rmcp` serves each HTTP request as a connection of its own: it reads the message again, and starts four tasks and as many channels for it, which takes longer
//! than the call itself. What asks for nothing but the tools, or for the answer of one, goes without. What looks odd in any way takes the long way: `rmcp` knows
//! what is wrong with it, and what to say. Both ways come to [`Calls::answer`] and [`Calls::list`].

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use rmcp::model::{
    ErrorData, JsonRpcError, JsonRpcResponse, JsonRpcVersion2_0, MetaObject, ProtocolVersion, RequestId,
    RequestMetaObject, ResultType,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::intake::{Message, VERSION_HEADER};
use crate::answer::{Answer, Object};
use crate::handler::Asker;
use crate::operation::RequestId as RequestName;
use crate::outcome::Outcome;
use crate::room::UntilTaken;
use crate::selection::Filter;
use crate::{Caller, Calls, diagnostics};

const METHOD_HEADER: &str = "mcp-method";
const NAME_HEADER: &str = "mcp-name";

/// The revisions without metadata in every request, over this transport. Requests that name none are of the first.
const LEGACY: [ProtocolVersion; 3] =
    [ProtocolVersion::V_2025_03_26, ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25];

/// A request that is plainly in order.
#[derive(Debug)]
pub(super) struct Direct {
    id: RequestId,
    asks: Asks,
    meta: RequestMetaObject,
    /// Of revision 2026-07-28.
    modern: bool,
}

#[derive(Debug)]
enum Asks {
    List,
    Call { name: String, arguments: Map<String, Value> },
}

impl Asks {
    /// What a method asks for with these parameters, of which nothing may be left.
    fn take(method: &str, params: &mut Map<String, Value>) -> Option<Self> {
        let asks = match method {
            "tools/list" => Self::List,
            "tools/call" => {
                let Some(Value::String(name)) = params.remove("name") else { return None };
                Self::Call { name, arguments: object(params.remove("arguments"))? }
            }
            _ => return None,
        };
        params.is_empty().then_some(asks)
    }

    /// The headers that repeat it.
    fn headers(&self) -> [(&'static str, Option<&str>); 2] {
        match self {
            Self::List => [(METHOD_HEADER, Some("tools/list")), (NAME_HEADER, None)],
            Self::Call { name, .. } => [(METHOD_HEADER, Some("tools/call")), (NAME_HEADER, Some(name))],
        }
    }
}

impl Direct {
    /// What `request` asks for, if it can go this way.
    ///
    /// # Errors
    /// Its id, if it cannot.
    pub(super) fn take(
        headers: &HeaderMap,
        request: Message,
        diagnostic_tools: bool,
    ) -> Result<Self, RequestId> {
        let Message { id, message } = request;
        match read(headers, message, diagnostic_tools) {
            Some((asks, meta, modern)) => Ok(Self { id, asks, meta, modern }),
            None => Err(id),
        }
    }

    /// The answer to a request of `caller`, who selects some of the tools. Dropping the future ends the request to the API.
    pub(super) async fn answer(
        self,
        calls: &Calls,
        caller: &Caller,
        selected: Option<&Filter>,
        request_id: RequestName,
        room: Option<&UntilTaken>,
    ) -> Response {
        let Self { id, asks, meta, modern } = self;
        let asker = Asker { caller, selected, request_id, meta: &meta, room };
        let outcome = match asks {
            Asks::List => match calls.list_json(&asker, modern) {
                Ok(list) => return result(id, list),
                Err(error) => Err(ErrorData::internal_error(error.to_string(), None)),
            },
            Asks::Call { name, arguments } => calls.answer(&name, arguments, &asker).await,
        };
        match outcome {
            Ok(Outcome::Success(answer)) => told(id, &answer, modern.then_some(&calls.server_info)),
            Ok(failure) => result(id, calls.result(failure, modern)),
            Err(error) => Json(JsonRpcError::new(Some(id), error)).into_response(),
        }
    }
}

/// What a message asks for, its metadata, and whether it is of revision 2026-07-28; `None` for what is odd.
fn read(
    headers: &HeaderMap,
    message: Value,
    diagnostic_tools: bool,
) -> Option<(Asks, RequestMetaObject, bool)> {
    let Value::Object(mut message) = message else { return None };
    let mut params = object(message.remove("params"))?;
    let meta = RequestMetaObject(MetaObject(object(params.remove("_meta"))?));
    let asks = Asks::take(message.get("method")?.as_str()?, &mut params)?;
    match &asks {
        // Diagnostic tools may speak with the client before they answer.
        Asks::Call { name, .. } if diagnostic_tools && diagnostics::get(name).is_some() => None,
        _ => is_modern(headers, &asks, &meta).map(|modern| (asks, meta, modern)),
    }
}

fn result(id: RequestId, result: impl Serialize) -> Response {
    Json(JsonRpcResponse { jsonrpc: JsonRpcVersion2_0, id, result }).into_response()
}

/// A success as [`Calls::result`] tells it, but for the structured content, which is not built up.
fn told(id: RequestId, answer: &Answer, server_info: Option<&MetaObject>) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Result<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        result_type: Option<ResultType>,
        content: [Text<'a>; 1],
        structured_content: Object<'a>,
        is_error: bool,
        #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
        meta: Option<&'a MetaObject>,
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename = "text")]
    struct Text<'a> {
        text: &'a str,
    }

    let told = Result {
        result_type: server_info.map(|_| ResultType::COMPLETE),
        content: [Text { text: answer.text() }],
        structured_content: answer.object(),
        is_error: false,
        meta: server_info,
    };
    result(id, told)
}

/// An object, which may be missing.
fn object(value: Option<Value>) -> Option<Map<String, Value>> {
    match value {
        None => Some(Map::new()),
        Some(Value::Object(map)) => Some(map),
        Some(_) => None,
    }
}

/// Whether a request is of revision 2026-07-28, and not of an older one; `None` for other revisions, and where headers and metadata do not agree.
fn is_modern(headers: &HeaderMap, asks: &Asks, meta: &RequestMetaObject) -> Option<bool> {
    let named = only(headers, VERSION_HEADER)?;
    let Some(version) = meta.protocol_version() else {
        let legacy = |version: &str| LEGACY.iter().any(|known| known.as_str() == version);
        return named.is_none_or(legacy).then_some(false);
    };
    let agreed = version == ProtocolVersion::V_2026_07_28
        && named == Some(version.as_str())
        && asks.headers().into_iter().all(|(name, value)| only(headers, name) == Some(value))
        && meta.missing_required_keys(&version).is_empty();
    agreed.then_some(true)
}

/// The value of a header, which may be missing; `None` where it is given twice or is no text.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(only), None) => only.to_str().ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jsonrpc::{self, Frame};

    /// Whether a call with these headers and parameters goes the short way, and whether it is of the newest revision there.
    fn taken(headers: &[(&'static str, &str)], params: Value, diagnostic_tools: bool) -> Option<bool> {
        asked("tools/call", headers, params, diagnostic_tools)
    }

    fn asked(
        method: &str,
        headers: &[(&'static str, &str)],
        params: Value,
        diagnostic_tools: bool,
    ) -> Option<bool> {
        let text = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let Ok(Frame::Request { id, message }) = jsonrpc::read(text.as_bytes()) else { panic!("{text}") };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Direct::take(&map, Message { id, message }, diagnostic_tools).ok().map(|direct| direct.modern)
    }

    const GOOD: [(&str, &str); 3] =
        [(VERSION_HEADER, "2026-07-28"), (METHOD_HEADER, "tools/call"), (NAME_HEADER, "message_get")];

    fn modern(name: &str) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        json!({ "name": name, "arguments": { "id": "a" }, "_meta": meta })
    }

    #[test]
    fn takes_plain_calls_of_every_revision() {
        assert_eq!(taken(&GOOD, modern("message_get"), false), Some(true));
        for headers in [&[][..], &[(VERSION_HEADER, "2025-03-26")], &[(VERSION_HEADER, "2025-11-25")]] {
            assert_eq!(taken(headers, json!({ "name": "message_get" }), false), Some(false), "{headers:?}");
        }
    }

    /// Headers that repeat arguments are not looked at here, so no tool may ask for any.
    #[test]
    fn no_tool_wants_its_arguments_in_headers() {
        let table = crate::Table::new(&fixtures::Contract::load().unwrap(), false).unwrap();
        let text = serde_json::to_string(&table.definitions().collect::<Vec<_>>()).unwrap();
        assert!(text.contains("messages_send") && !text.contains("x-mcp-header"));
    }

    #[test]
    fn takes_plain_lists() {
        let mut params = modern("message_get");
        params.as_object_mut().unwrap().retain(|name, _| name == "_meta");
        let good = [GOOD[0], (METHOD_HEADER, "tools/list")];
        assert_eq!(asked("tools/list", &good, params.clone(), false), Some(true));
        assert_eq!(asked("tools/list", &[], json!({}), true), Some(false));
        for (headers, params) in [
            (&GOOD[..], params.clone()),
            (&[good[0], good[1], GOOD[2]], params.clone()),
            (&[], json!({ "cursor": "a" })),
            (&[], params),
        ] {
            assert_eq!(asked("tools/list", headers, params.clone(), false), None, "{headers:?} {params}");
        }
        for method in ["tools", "initialize", "ping", "prompts/list"] {
            assert_eq!(asked(method, &[], json!({}), false), None, "{method}");
        }
    }

    #[test]
    fn leaves_whatever_is_odd() {
        for odd in [
            &[][..],
            &GOOD[..2],
            &[GOOD[0], GOOD[2]],
            &[GOOD[0], GOOD[1], GOOD[2], GOOD[2]],
            &[GOOD[0], GOOD[1], (NAME_HEADER, "numbers_list")],
            &[GOOD[0], (METHOD_HEADER, "tools/list"), GOOD[2]],
            &[(VERSION_HEADER, "2025-11-25"), GOOD[1], GOOD[2]],
        ] {
            assert_eq!(taken(odd, modern("message_get"), false), None, "{odd:?}");
        }
        for params in [
            json!({}),
            json!({ "name": 1 }),
            json!({ "name": "message_get", "arguments": [] }),
            json!({ "name": "message_get", "task": {} }),
        ] {
            assert_eq!(taken(&[], params.clone(), false), None, "{params}");
        }
        for version in ["2024-11-05", "2026-07-28", "1999-01-01"] {
            let headers = [(VERSION_HEADER, version)];
            assert_eq!(taken(&headers, json!({ "name": "message_get" }), false), None, "{version}");
        }
        let diagnostic = json!({ "name": "test_simple_text" });
        assert_eq!(taken(&[], diagnostic.clone(), true), None);
        assert_eq!(taken(&[], diagnostic, false), Some(false));
    }
}
