//! What holds over MCP and not over REST, so that the contract cannot say it.

use serde_json::{Map, Value};

use crate::validate::Problem;

/// The tools that take the components of a template in `body`.
const TEMPLATE_TOOLS: [&str; 2] = ["templates_create", "templates_update"];

/// What is wrong with arguments that the tool's schema accepts.
#[must_use]
pub fn problems(tool: &str, arguments: &Map<String, Value>) -> Vec<Problem> {
    let body = arguments.get("body").filter(|_| TEMPLATE_TOOLS.contains(&tool));
    body.filter(|body| has_base64_header(body)).map(base64_header).into_iter().collect()
}

/// Template headers take their media by URL only (U-24).
fn base64_header(body: &Value) -> Problem {
    let path = if body.is_string() { "/body" } else { "/body/header/base64" };
    Problem {
        path: path.to_owned(),
        message: "give the header's media as header.url; base64 is for the REST API only".to_owned(),
    }
}

/// Whether the components, an object or that object as JSON text, have a header with `base64`.
fn has_base64_header(body: &Value) -> bool {
    match body {
        Value::String(text) => {
            serde_json::from_str::<Value>(text).is_ok_and(|body| body.is_object() && has_base64_header(&body))
        }
        body => body.pointer("/header/base64").is_some_and(|base64| !base64.is_null()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(tool: &str, body: Value) -> Vec<String> {
        let arguments = Map::from_iter([("body".to_owned(), body)]);
        problems(tool, &arguments).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn refuses_base64_in_a_template_header() {
        let body = json!({ "header": { "type": "IMAGE", "base64": "data:image/png;base64,AAAA" }, "body": { "text": "Oi" } });
        for tool in TEMPLATE_TOOLS {
            assert_eq!(check(tool, body.clone()), ["/body/header/base64"]);
            assert_eq!(check(tool, json!(body.to_string())), ["/body"]);
        }
    }

    #[test]
    fn leaves_everything_else_alone() {
        assert!(
            check(
                "templates_create",
                json!({ "header": { "type": "IMAGE", "url": "https://example.com/a.png" } })
            )
            .is_empty()
        );
        assert!(
            check("templates_create", json!({ "header": { "type": "TEXT", "text": "Oi", "base64": null } }))
                .is_empty()
        );
        for text in [
            "not JSON",
            r#"{ "body": { "text": "Oi" } }"#,
            "[]",
            r#""{ \"header\": { \"base64\": \"x\" } }""#,
        ] {
            assert!(check("templates_create", json!(text)).is_empty(), "{text}");
        }
        assert!(check("messages_send", json!({ "header": { "base64": "x" } })).is_empty());
        assert!(problems("templates_create", &Map::new()).is_empty());
    }
}
