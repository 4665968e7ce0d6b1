//! The tools that the official conformance suite calls, by the names it gives them. They show what the protocol's machinery does with every kind of content and
//! never reach the API; a server has them only when it is started for that suite.

use rmcp::RoleServer;
use rmcp::model::{
    CallToolResult, ClientCapabilities, ContentBlock, ErrorData, ProgressNotificationParam, ResourceContents,
    SamplingCapability, Tool,
};
use rmcp::service::RequestContext;
use serde_json::{Value, json};

/// The smallest picture: one red dot.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// A sound without a sample.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const TOOLS: [(&str, &str); 10] = [
    ("test_simple_text", "Answers with text"),
    ("test_image_content", "Answers with a picture"),
    ("test_audio_content", "Answers with a sound"),
    ("test_embedded_resource", "Answers with a resource"),
    ("test_multiple_content_types", "Answers with text, a picture and a resource"),
    ("test_error_handling", "Fails"),
    ("test_tool_with_progress", "Tells its progress"),
    ("test_missing_capability", "Needs a client that samples"),
    ("test_custom_headers", "Has arguments that clients repeat in headers"),
    ("json_schema_2020_12_tool", "Has an input schema with what JSON Schema 2020-12 brought"),
];

/// Their definitions.
pub(crate) fn definitions() -> impl Iterator<Item = Tool> {
    TOOLS.into_iter().map(|(name, description)| definition(name, description))
}

/// The definition of one of them.
pub(crate) fn get(name: &str) -> Option<Tool> {
    TOOLS
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(name, description)| definition(name, description))
}

fn definition(name: &'static str, description: &'static str) -> Tool {
    let schema = match name {
        "json_schema_2020_12_tool" => rich_schema(),
        "test_custom_headers" => mirrored_schema(),
        _ => json!({ "type": "object" }),
    };
    Tool::new(name, description, schema.as_object().cloned().unwrap_or_default())
}

fn mirrored_schema() -> Value {
    json!({
        "type": "object",
        "properties": { "region": { "type": "string", "x-mcp-header": "Region" }, "query": { "type": "string" } },
    })
}

/// The answer of one of them; `None` for any other name.
pub(crate) async fn call(
    name: &str,
    context: &RequestContext<RoleServer>,
) -> Option<Result<CallToolResult, ErrorData>> {
    let image = || ContentBlock::image(PNG, "image/png");
    let content = match name {
        "test_simple_text" | "test_custom_headers" | "json_schema_2020_12_tool" => {
            vec![ContentBlock::text("This is a simple text response for testing.")]
        }
        "test_image_content" => vec![image()],
        "test_audio_content" => vec![ContentBlock::audio(WAV, "audio/wav")],
        "test_embedded_resource" => {
            vec![ContentBlock::embedded_text(
                "test://embedded-resource",
                "This is an embedded resource content.",
            )]
        }
        "test_multiple_content_types" => {
            let json =
                ResourceContents::text(r#"{"test":"data","value":123}"#, "test://mixed-content-resource");
            let text = ContentBlock::text("Multiple content types test:");
            vec![text, image(), ContentBlock::resource(json.with_mime_type("application/json"))]
        }
        "test_error_handling" => {
            let text = "This tool intentionally returns an error for testing";
            return Some(Ok(CallToolResult::error(vec![ContentBlock::text(text)])));
        }
        "test_tool_with_progress" => {
            tell_progress(context).await;
            vec![ContentBlock::text("done")]
        }
        "test_missing_capability" => return Some(sample(context)),
        _ => return None,
    };
    Some(Ok(CallToolResult::success(content)))
}

async fn tell_progress(context: &RequestContext<RoleServer>) {
    let Some(token) = context.meta.get_progress_token() else { return };
    for progress in [0.0, 50.0, 100.0] {
        let told = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
        if let Err(error) = context.peer.notify_progress(told).await {
            tracing::debug!(%error, "progress was not told");
        }
    }
}

fn sample(context: &RequestContext<RoleServer>) -> Result<CallToolResult, ErrorData> {
    if context.client_capabilities().is_some_and(|capabilities| capabilities.sampling.is_some()) {
        return Ok(CallToolResult::success(vec![ContentBlock::text("the client samples")]));
    }
    let mut required = ClientCapabilities::default();
    required.sampling = Some(SamplingCapability::default());
    Err(ErrorData::missing_required_client_capability(required))
}

fn rich_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}
