//! What an answer comes to. It is read no further than it takes to know: who measures does not want to wait for itself.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Answer;

/// The answer of the API.
pub(super) fn of_api(status: u16, body: &[u8], keep: bool) -> Answer {
    match status {
        200..300 if keep => serde_json::from_slice(body).map_err(|_| "NOT_JSON".to_owned()),
        200..300 => Ok(Value::Null),
        _ => Err(code_in(body).unwrap_or_else(|| format!("HTTP_{status}"))),
    }
}

/// An answer over HTTP that is no success: the code that its body names, be it in words or JSON-RPC's.
pub(super) fn refused(status: u16, body: &[u8]) -> String {
    let of_rpc = || serde_json::from_slice::<Message<'_>>(body).ok()?.error.map(|error| error.code());
    code_in(body).or_else(of_rpc).unwrap_or_else(|| format!("HTTP_{status}"))
}

/// A JSON-RPC message that answers a call of a tool. `list` says that the API's answer is a list, which MCP can only give as the `items` of an object.
pub(super) fn of_tool(message: &[u8], keep: bool, list: bool) -> Answer {
    let message: Message<'_> = serde_json::from_slice(message).map_err(|_| "NOT_JSON".to_owned())?;
    if let Some(error) = message.error {
        return Err(error.code());
    }
    let result = message.result.ok_or("NO_RESULT")?;
    if result.is_error {
        return Err(result.json().and_then(|json| code(&json)).unwrap_or_else(|| "TOOL_ERROR".to_owned()));
    }
    if !keep {
        return Ok(Value::Null);
    }
    let mut json = result.json().ok_or("NOT_JSON")?;
    match json.get_mut("items").filter(|_| list) {
        Some(items) => Ok(items.take()),
        None => Ok(json),
    }
}

/// The revision that a server agrees to in its answer to `initialize`.
pub(super) fn revision(message: &[u8]) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Initialized {
        result: Option<Agreed>,
        error: Option<RpcError>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Agreed {
        protocol_version: String,
    }
    let message: Initialized = serde_json::from_slice(message).map_err(|_| "NOT_JSON".to_owned())?;
    match (message.error, message.result) {
        (Some(error), _) => Err(error.code()),
        (None, Some(agreed)) => Ok(agreed.protocol_version),
        (None, None) => Err("NO_RESULT".to_owned()),
    }
}

/// The id of a message, where it answers something.
pub(super) fn id(message: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Identified<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
        method: Option<serde::de::IgnoredAny>,
    }
    let message: Identified<'_> = serde_json::from_slice(message).ok()?;
    if message.method.is_some() { None } else { message.id?.get().parse().ok() }
}

fn code_in(body: &[u8]) -> Option<String> {
    code(&serde_json::from_slice(body).ok()?)
}

fn code(json: &Value) -> Option<String> {
    json.get("code")?.as_str().map(str::to_owned)
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    result: Option<ToolResult<'a>>,
    error: Option<RpcError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'a> {
    #[serde(default)]
    is_error: bool,
    #[serde(borrow)]
    structured_content: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

impl ToolResult<'_> {
    /// The JSON that the API answered with; where it is not given as such, from the text.
    fn json(&self) -> Option<Value> {
        if let Some(structured) = self.structured_content {
            return serde_json::from_str(structured.get()).ok();
        }
        let content: Vec<Text> = serde_json::from_str(self.content?.get()).ok()?;
        serde_json::from_str(&content.first()?.text).ok()
    }
}

impl RpcError {
    fn code(&self) -> String {
        format!("JSONRPC_{}", self.code)
    }
}
