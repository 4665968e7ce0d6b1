//! What is a JSON-RPC message and what is not, before the protocol is looked at; alike for both transports.

use rmcp::model::{ErrorCode, RequestId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A well-formed message.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A request, with its id, which is a string or an integer.
    Request {
        /// The id.
        id: RequestId,
        /// The whole message.
        message: Value,
    },
    /// A notification.
    Notification(Value),
    /// The answer to a request; this server sends none.
    Response,
}

/// Why a message is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// The id of the request, where it could be read.
    pub id: Option<RequestId>,
    /// The JSON-RPC error code.
    pub code: ErrorCode,
    /// What is wrong.
    pub message: String,
    /// More about it, for some codes.
    pub data: Option<Box<Value>>,
}

impl Rejection {
    /// A refusal of the message with that id.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>, id: Option<RequestId>) -> Self {
        Self { id, code, message: message.into(), data: None }
    }

    fn invalid(message: &str, id: Option<RequestId>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message, id)
    }

    /// The error message. Without an id it has none: the protocol knows no `null` there.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.code.0.into());
        error.insert("message".into(), self.message.clone().into());
        error.extend(self.data.iter().map(|data| ("data".to_owned(), Value::clone(data))));
        match &self.id {
            Some(id) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
            None => json!({ "jsonrpc": "2.0", "error": error }),
        }
    }
}

/// Reads one message.
///
/// # Errors
/// A [`Rejection`] with `-32700` for what is not JSON, or nested too deep; `-32600` for what is no message; `-32602` for parameters that are no object.
pub fn read(bytes: &[u8]) -> Result<Frame, Rejection> {
    let message = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("not JSON that can be read: line {}, column {}", error.line(), error.column());
        Rejection::new(ErrorCode::PARSE_ERROR, place, None)
    })?;
    match message {
        Value::Object(map) => classify(map),
        Value::Array(_) => Err(Rejection::invalid("batches are not supported", None)),
        _ => Err(Rejection::invalid("a message is an object", None)),
    }
}

fn classify(map: Map<String, Value>) -> Result<Frame, Rejection> {
    let id = map.get("id").and_then(|id| RequestId::deserialize(id).ok());
    let invalid = |message: &str| Err(Rejection::invalid(message, id.clone()));
    if map.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid("jsonrpc must be \"2.0\"");
    }
    if map.contains_key("id") && id.is_none() {
        return invalid("id must be a string or an integer");
    }
    let answers = map.contains_key("result") || map.contains_key("error");
    match map.get("method") {
        None if answers => return Ok(Frame::Response),
        Some(Value::String(_)) if !answers => {}
        _ => return invalid("a message has either a method, which is a string, or a result or an error"),
    }
    if let Some(problem) = map.get("params").and_then(malformed) {
        return Err(Rejection::new(ErrorCode::INVALID_PARAMS, problem, id));
    }
    let message = Value::Object(map);
    Ok(match id {
        Some(id) => Frame::Request { id, message },
        None => Frame::Notification(message),
    })
}

/// What is wrong with parameters, whatever the method. `rmcp` reads a request with the last two as one without parameters, or not at all.
fn malformed(params: &Value) -> Option<&'static str> {
    let is = |name: &str, right: fn(&Value) -> bool| {
        params.get(name).is_none_or(|value| value.is_null() || right(value))
    };
    match params {
        Value::Null => None,
        Value::Object(_) if !is("_meta", Value::is_object) => Some("params._meta must be an object"),
        Value::Object(_) if !is("cursor", Value::is_string) => Some("params.cursor must be a string"),
        Value::Object(_) => None,
        _ => Some("params must be an object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> i32 {
        read(text.as_bytes()).unwrap_err().code.0
    }

    #[test]
    fn tells_the_three_kinds_apart() {
        assert!(
            matches!(read(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#), Ok(Frame::Request { id, .. }) if id == RequestId::String("a".into()))
        );
        assert!(matches!(
            read(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
            Ok(Frame::Notification(_))
        ));
        assert!(matches!(read(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Ok(Frame::Response)));
        assert!(read(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#).is_ok());
    }

    #[test]
    fn what_is_not_json_is_a_parse_error() {
        for text in ["", "{", "nonsense", "{\"a\":\u{1}\"}"] {
            assert_eq!(code(text), -32700, "{text}");
        }
        assert_eq!(read(b"{\"\xff\":1}").unwrap_err().code.0, -32700);
        assert_eq!(code(&"[".repeat(100_000)), -32700);
    }

    #[test]
    fn what_is_no_message_is_an_invalid_request() {
        for text in [
            "[]",
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
            "1",
            "null",
            "{}",
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
        ] {
            assert_eq!(code(text), -32600, "{text}");
        }
    }

    #[test]
    fn params_are_an_object() {
        let rejection = read(br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}"#).unwrap_err();
        assert_eq!(
            rejection.to_json(),
            json!({ "jsonrpc": "2.0", "id": 7, "error": { "code": -32602, "message": "params must be an object" } })
        );
    }

    #[test]
    fn what_every_method_knows_has_the_right_type() {
        for params in [r#"{"_meta":7}"#, r#"{"cursor":7}"#, "7", r#""x""#] {
            assert_eq!(
                code(&format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{params}}}"#)),
                -32602,
                "{params}"
            );
        }
        assert!(
            read(br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{},"cursor":null}}"#)
                .is_ok()
        );
    }

    #[test]
    fn an_error_without_id_has_none() {
        assert!(read(b"{").unwrap_err().to_json().get("id").is_none());
    }
}
