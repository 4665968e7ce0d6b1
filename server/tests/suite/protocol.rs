//! Methods and errors of the protocol over HTTP, in the revisions before 2026-07-28 and in it.

use serde_json::{Value, json};

use crate::common::{
    MODERN, edit, headers, legacy, modern, modern_headers, modern_params, post, request, start,
};

/// No request of these tests gets as far as the API.
const NOWHERE: &str = "http://127.0.0.1:9";
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

fn initialize(version: &str) -> Value {
    json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } })
}

#[tokio::test]
async fn every_handshake_revision_is_agreed_to() {
    let server = start(NOWHERE).await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = legacy(&server, "initialize", initialize(version)).await;
        let result = &answer.json()["result"];
        assert_eq!(result["protocolVersion"], version);
        assert_eq!(result["serverInfo"]["name"], "pilot-status-mcp");
        assert!(result["capabilities"]["tools"].is_object());
        assert!(answer.headers.get("mcp-session-id").is_none());
    }
    for version in ["1999-01-01", MODERN] {
        let answer = legacy(&server, "initialize", initialize(version)).await;
        assert_eq!(answer.json()["result"]["protocolVersion"], "2025-11-25");
    }
}

#[tokio::test]
async fn legacy_requests_need_no_handshake_before_them() {
    let server = start(NOWHERE).await;
    let result = legacy(&server, "tools/list", json!({})).await.json()["result"].clone();
    assert_eq!(result["tools"].as_array().unwrap().len(), 54);
    assert_eq!(result.as_object().unwrap().len(), 1);
    assert_eq!(legacy(&server, "ping", json!({})).await.json()["result"], json!({}));
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let answer = post(&server, headers(), notification.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
}

#[tokio::test]
async fn discover_says_what_there_is() {
    let server = start(NOWHERE).await;
    let answer = modern(&server, "server/discover", json!({})).await;
    let result = &answer.json()["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["supportedVersions"], json!(["2025-03-26", "2025-06-18", "2025-11-25", MODERN]));
    assert_eq!((&result["ttlMs"], &result["cacheScope"]), (&json!(3_600_000), &json!("public")));
    assert_eq!(result["_meta"][SERVER_INFO]["name"], "pilot-status-mcp");
    assert!(result["capabilities"]["tools"].is_object() && result["instructions"].is_string());
}

#[tokio::test]
async fn modern_results_carry_what_the_revision_wants() {
    let server = start(NOWHERE).await;
    let list = modern(&server, "tools/list", json!({})).await.json()["result"].clone();
    assert_eq!(
        (&list["resultType"], &list["ttlMs"], &list["cacheScope"]),
        (&json!("complete"), &json!(3_600_000), &json!("public"))
    );
    assert_eq!(list["_meta"][SERVER_INFO]["version"], server::VERSION);
    let call = modern(&server, "tools/call", json!({ "name": "message_get", "arguments": {} })).await;
    let result = &call.json()["result"];
    assert_eq!((&result["resultType"], &result["isError"]), (&json!("complete"), &json!(true)));
    assert_eq!(result["_meta"][SERVER_INFO]["name"], "pilot-status-mcp");
}

#[tokio::test]
async fn unknown_tools_and_malformed_params_are_invalid_params() {
    let server = start(NOWHERE).await;
    for (method, params) in [
        ("tools/call", json!({ "name": "no_such_tool", "arguments": {} })),
        ("tools/call", json!({ "name": 7 })),
        ("tools/call", json!({ "arguments": {} })),
        ("tools/call", json!({ "name": "message_get", "arguments": [] })),
        ("tools/call", json!({ "name": "message_get", "arguments": "{}" })),
        ("tools/list", json!({ "cursor": "next" })),
    ] {
        assert_eq!(legacy(&server, method, params.clone()).await.error(), (200, -32602), "{method} {params}");
        let headers = edit(modern_headers(method, &params), &[]);
        let body = request(method, modern_params(params.clone())).to_string();
        assert_eq!(post(&server, headers, body).await.error(), (200, -32602), "{method} {params}");
    }
    for params in [json!([]), json!({ "cursor": 7 }), json!({ "_meta": 7 })] {
        assert_eq!(legacy(&server, "tools/list", params).await.error(), (400, -32602));
    }
    assert_eq!(legacy(&server, "tools/call", Value::Null).await.error(), (200, -32602));
}

/// One reader takes the first, another the last.
#[tokio::test]
async fn what_is_named_twice_is_malformed() {
    let server = start(NOWHERE).await;
    let params = json!({ "name": "numbers_list", "arguments": {} });
    let twice = |body: Value| {
        body.to_string().replace(r#""arguments":{}"#, r#""name":"branding_get","arguments":{}"#)
    };
    let named = edit(modern_headers("tools/call", &json!({ "name": "branding_get" })), &[]);
    let body = twice(request("tools/call", modern_params(params.clone())));
    assert!(body.contains(r#""name":"numbers_list","name":"branding_get""#), "{body}");
    assert_eq!(post(&server, named, body).await.error(), (200, -32602));
    assert_eq!(post(&server, headers(), twice(request("tools/call", params))).await.error(), (200, -32602));
}

#[tokio::test]
async fn unknown_methods_are_not_found() {
    let server = start(NOWHERE).await;
    for method in ["no/such", "prompts/list", "resources/list", "completion/complete", "logging/setLevel"] {
        assert_eq!(legacy(&server, method, json!({})).await.error().1, -32601, "{method}");
        assert_eq!(modern(&server, method, json!({})).await.error(), (404, -32601), "{method}");
    }
    for method in ["ping", "initialize"] {
        assert_eq!(modern(&server, method, json!({})).await.error(), (404, -32601), "{method}");
    }
    let listen = json!({ "notifications": { "toolsListChanged": true } });
    assert_eq!(modern(&server, "subscriptions/listen", listen).await.error(), (404, -32601));
}

#[tokio::test]
async fn metadata_is_required_in_the_modern_revision() {
    let server = start(NOWHERE).await;
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for meta in [
        json!({}),
        json!({ capabilities: {} }),
        json!({ version: MODERN }),
        json!({ version: MODERN, capabilities: 7 }),
    ] {
        let headers = modern_headers("tools/list", &json!({}));
        let body = request("tools/list", json!({ "_meta": meta })).to_string();
        assert_eq!(post(&server, headers, body).await.error(), (400, -32602), "{meta}");
    }
    let headers = modern_headers("server/discover", &json!({}));
    assert_eq!(
        post(&server, headers, request("server/discover", json!({})).to_string()).await.error(),
        (400, -32602)
    );
}

#[tokio::test]
async fn headers_must_agree_with_the_message() {
    let server = start(NOWHERE).await;
    let params = json!({ "name": "message_get", "arguments": { "id": "msg_1" } });
    let body = request("tools/call", modern_params(params.clone())).to_string();
    for change in [
        ("mcp-method", "tools/list"),
        ("mcp-method", ""),
        ("mcp-name", "numbers_list"),
        ("mcp-name", ""),
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-protocol-version", ""),
    ] {
        let headers = edit(modern_headers("tools/call", &params), &[change]);
        assert_eq!(post(&server, headers, body.clone()).await.error(), (400, -32020), "{change:?}");
    }
}

#[tokio::test]
async fn versions_that_are_not_spoken_are_refused_with_those_that_are() {
    let server = start(NOWHERE).await;
    let mut params = modern_params(json!({}));
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let in_both = edit(modern_headers("tools/list", &json!({})), &[("mcp-protocol-version", "2099-01-01")]);
    let in_header = edit(headers(), &[("mcp-protocol-version", "2099-01-01")]);
    for (headers, params) in [(in_both, params), (in_header, json!({}))] {
        let answer = post(&server, headers, request("tools/list", params).to_string()).await;
        assert_eq!(answer.error(), (400, -32022));
        let data = &answer.json()["error"]["data"];
        assert_eq!(data["requested"], "2099-01-01");
        assert_eq!(data["supported"], json!(["2025-03-26", "2025-06-18", "2025-11-25", MODERN]));
    }
}

#[tokio::test]
async fn failures_are_structured_where_no_output_schema_would_judge_them() {
    let plain = start(NOWHERE).await;
    let result = crate::common::call(&plain, "message_get", json!({})).await;
    assert_eq!(result["structuredContent"], crate::common::failure(&result));
    let with_schema = |answer: Value| {
        let tools = answer["result"]["tools"].as_array().unwrap().clone();
        tools.iter().filter(|tool| tool["outputSchema"].is_object()).count()
    };
    assert_eq!(with_schema(legacy(&plain, "tools/list", json!({})).await.json()), 0);

    let full = server::Server::builder().upstream(NOWHERE).output_schemas(true).start().await.unwrap();
    assert_eq!(with_schema(legacy(&full, "tools/list", json!({})).await.json()), 54);
    let result = crate::common::call(&full, "message_get", json!({})).await;
    assert!(result.get("structuredContent").is_none());
}

#[tokio::test]
async fn the_list_is_the_same_every_time() {
    let (one, other) = (start(NOWHERE).await, start(NOWHERE).await);
    let list = modern(&one, "tools/list", json!({})).await.text;
    assert_eq!(modern(&one, "tools/list", json!({})).await.text, list);
    assert_eq!(modern(&other, "tools/list", json!({})).await.text, list);
}

#[tokio::test]
async fn every_cursor_but_none_is_unknown() {
    let server = start(NOWHERE).await;
    for cursor in ["", "1", "next", "e30="] {
        assert_eq!(
            modern(&server, "tools/list", json!({ "cursor": cursor })).await.error(),
            (200, -32602),
            "{cursor:?}"
        );
    }
    assert!(modern(&server, "tools/list", json!({ "cursor": null })).await.json()["result"].is_object());
}

#[tokio::test]
async fn malformed_params_are_told_from_unknown_methods() {
    let server = start(NOWHERE).await;
    for params in [json!({}), json!({ "notifications": 7 })] {
        assert_eq!(modern(&server, "subscriptions/listen", params).await.error(), (200, -32602));
    }
    // The handshake is no method of the modern revision, whatever it carries.
    for params in [json!({}), json!({ "protocolVersion": 7 }), initialize(MODERN)] {
        assert_eq!(modern(&server, "initialize", params.clone()).await.error(), (404, -32601), "{params}");
    }
    for params in [json!({}), json!({ "protocolVersion": 7 })] {
        assert!(legacy(&server, "initialize", params).await.json()["error"].is_object());
    }
}

#[tokio::test]
async fn codes_that_the_revision_took_back_are_never_sent() {
    let server = start(NOWHERE).await;
    for (method, params) in [
        ("resources/read", json!({ "uri": "file:///none", "name": "file:///none" })),
        ("resources/templates/list", json!({})),
        ("prompts/get", json!({ "name": "none" })),
        ("tools/call", json!({ "name": "none" })),
    ] {
        for answer in
            [legacy(&server, method, params.clone()).await, modern(&server, method, params.clone()).await]
        {
            let code = answer.error().1;
            assert!(code == -32601 || code == -32602, "{method}: {}", answer.text);
        }
    }
}
