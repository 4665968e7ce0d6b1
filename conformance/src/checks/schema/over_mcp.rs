//! What holds over MCP and not over REST.

use serde_json::Value;

use crate::checks::Arguments;

/// Whether the server refuses arguments that the API takes: a template header with `base64` (U-24), as an object or as that object in JSON text.
pub(super) fn refused(tool: &str, arguments: &Arguments) -> bool {
    let body = arguments.get("body").filter(|_| matches!(tool, "templates_create" | "templates_update"));
    let parsed = body.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let base64 = parsed.as_ref().or(body).and_then(|body| body.pointer("/header/base64"));
    base64.is_some_and(|base64| !base64.is_null())
}
