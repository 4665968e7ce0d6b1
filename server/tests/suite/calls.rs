//! Tool calls over an upstream that answers as told: arguments out, results back.

use crate::common::{self, call, failure, start};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

async fn upstream(mock: Mock) -> MockServer {
    let upstream = MockServer::start().await;
    mock.mount(&upstream).await;
    upstream
}

/// The result of a call that gets this answer.
async fn answered(answer: ResponseTemplate) -> Value {
    let upstream = upstream(Mock::given(method("GET")).respond_with(answer)).await;
    call(&start(&upstream.uri()).await, "message_get", json!({ "id": "msg_1" })).await
}

#[tokio::test]
async fn success_is_verbatim_and_structured() {
    let text = "{ \"id\":\"msg_1\",\n  \"status\": \"SENT\" }";
    let result = answered(ResponseTemplate::new(200).set_body_raw(text, "application/json")).await;
    assert_eq!(result["content"], json!([{ "type": "text", "text": text }]));
    assert_eq!(result["structuredContent"], json!({ "id": "msg_1", "status": "SENT" }));
    assert_eq!(result["isError"], false);
}

#[tokio::test]
async fn an_array_stands_under_items() {
    let answer = ResponseTemplate::new(200).set_body_json(json!([{ "id": "num_1" }]));
    let upstream = upstream(Mock::given(path("/v1/numbers")).respond_with(answer)).await;
    let result = call(&start(&upstream.uri()).await, "numbers_list", json!({})).await;
    assert_eq!(result["content"][0]["text"], r#"[{"id":"num_1"}]"#);
    assert_eq!(result["structuredContent"], json!({ "items": [{ "id": "num_1" }] }));
}

// facts: MCP-NUM-001, MCP-NUM-002
#[tokio::test]
async fn arguments_go_to_body_and_headers() {
    let mock = Mock::given(method("POST"))
        .and(path("/v1/messages/send"))
        .and(header("x-api-key", common::KEY))
        .and(header("user-agent", format!("pilot-status-mcp/{}", server::VERSION).as_str()))
        .and(header("content-type", "application/json"))
        .and(header("idempotency-key", "order-1"))
        .and(header("x-whatsapp-number-id", "num_meta"))
        .and(body_json(json!({ "text": "Olá", "destinationNumber": "+5511988887777" })))
        .respond_with(ResponseTemplate::new(202).set_body_json(json!({ "id": "msg_1" })));
    let upstream = upstream(mock).await;
    let arguments = json!({
        "text": "Olá", "destinationNumber": "+5511988887777", "idempotencyKey": "order-1", "whatsappNumberId": "num_meta",
    });
    let result = call(&start(&upstream.uri()).await, "messages_send", arguments).await;
    assert_eq!(result["structuredContent"], json!({ "id": "msg_1" }), "{result}");
}

#[tokio::test]
async fn arguments_go_to_path_and_query() {
    let mock = Mock::given(method("GET"))
        .and(path("/api/v1/webhooks/a%2F..%2Fb/logs"))
        .and(query_param("limit", "5"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])));
    let upstream = upstream(mock).await;
    let server = start(&format!("{}/api/", upstream.uri())).await;
    let result = call(&server, "webhook_events", json!({ "id": "a/../b", "limit": 5.0 })).await;
    assert_eq!(result["structuredContent"], json!({ "items": [] }), "{result}");
}

#[tokio::test]
async fn a_delete_can_have_a_body() {
    let mock = Mock::given(method("DELETE"))
        .and(path("/v1/messages/cancel"))
        .and(body_json(json!({ "messageIds": ["msg_1"] })))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "cancelled": [], "failed": [] })));
    let upstream = upstream(mock).await;
    let result =
        call(&start(&upstream.uri()).await, "messages_cancel", json!({ "messageIds": ["msg_1"] })).await;
    assert_eq!(result["isError"], false, "{result}");
}

// facts: MCP-ARG-001
#[tokio::test]
async fn wrong_arguments_never_reach_the_api() {
    let upstream = MockServer::start().await;
    let server = start(&upstream.uri()).await;
    for (tool, arguments, path) in [
        ("message_get", json!({}), "/id"),
        ("message_get", json!({ "id": 7 }), "/id"),
        ("message_get", json!({ "id": ".." }), "/id"),
        ("message_get", json!({ "id": "a", "ID": "b" }), "/ID"),
        ("messages_cancel", json!({ "messageIds": [] }), "/messageIds"),
        (
            "messages_send",
            json!({ "destinationNumber": "+5511988887777", "groupId": "1@g.us", "text": "a" }),
            "",
        ),
        ("numbers_list", json!({ "page": 1 }), "/page"),
        ("message_get", json!({ "id": "a", "whatsappNumberId": "a\r\nx-api-key: b" }), "/whatsappNumberId"),
    ] {
        let failure = failure(&call(&server, tool, arguments.clone()).await);
        assert_eq!(
            (&failure["status"], &failure["code"]),
            (&json!(400), &json!("VALIDATION_ERROR")),
            "{arguments}"
        );
        let issues = failure["details"]["issues"].as_array().unwrap();
        assert!(issues.iter().any(|issue| issue["path"] == path), "{arguments}: {failure}");
    }
    assert!(upstream.received_requests().await.unwrap().is_empty());
}

// facts: MCP-TPL-001
#[tokio::test]
async fn base64_in_a_template_header_is_for_rest_only() {
    let upstream = MockServer::start().await;
    let server = start(&upstream.uri()).await;
    let body = json!({ "header": { "type": "IMAGE", "base64": "data:image/png;base64,AAAA" }, "body": { "text": "Oi" } });
    for body in [body.clone(), json!(body.to_string())] {
        let failure =
            failure(&call(&server, "templates_create", json!({ "name": "promo", "body": body })).await);
        assert_eq!(failure["code"], "VALIDATION_ERROR", "{failure}");
    }
    assert!(upstream.received_requests().await.unwrap().is_empty());
}

// facts: MCP-TPL-002
#[tokio::test]
async fn what_only_the_api_can_judge_reaches_it() {
    let refusal =
        json!({ "error": "e", "code": "TEMPLATE_EXAMPLES_REQUIRED", "details": { "missing": ["nome"] } });
    let mock =
        Mock::given(path("/v1/templates")).respond_with(ResponseTemplate::new(400).set_body_json(refusal));
    let upstream = upstream(mock).await;
    let arguments = json!({ "name": "promo", "body": { "body": { "text": "Oi {{nome}}!" } } });
    let failure = failure(&call(&start(&upstream.uri()).await, "templates_create", arguments).await);
    assert_eq!(
        failure,
        json!({ "status": 400, "code": "TEMPLATE_EXAMPLES_REQUIRED", "error": "e", "details": { "missing": ["nome"] } })
    );
}

#[tokio::test]
async fn refusals_keep_status_code_and_extras() {
    let limited = json!({ "error": "Too many requests", "code": "RATE_LIMITED" });
    let answer = ResponseTemplate::new(429).set_body_json(&limited).insert_header("retry-after", "12");
    assert_eq!(
        failure(&answered(answer).await),
        json!({ "status": 429, "code": "RATE_LIMITED", "error": "Too many requests", "retryAfterSeconds": 12 })
    );
    let declined =
        json!({ "error": "e", "code": "CARD_DECLINED", "declineCode": "lost", "retryAfterSeconds": 3 });
    let answer = ResponseTemplate::new(402).set_body_json(declined).insert_header("retry-after", "12");
    assert_eq!(
        failure(&answered(answer).await),
        json!({ "status": 402, "code": "CARD_DECLINED", "error": "e", "declineCode": "lost", "retryAfterSeconds": 3 })
    );
}

#[tokio::test]
async fn two_callers_keep_their_keys() {
    let echo = |request: &Request| {
        let key = request.headers.get("x-api-key").unwrap().to_str().unwrap();
        ResponseTemplate::new(200).set_body_json(json!({ "key": key }))
    };
    let upstream = upstream(Mock::given(header_exists("x-api-key")).respond_with(echo)).await;
    let server = start(&upstream.uri()).await;
    let body = common::request("tools/call", json!({ "name": "branding_get" })).to_string();
    for key in ["ps_a", "ps_b"] {
        let headers = common::edit(common::headers(), &[("x-api-key", key)]);
        let answer = common::post(&server, headers, body.clone()).await;
        assert_eq!(answer.json()["result"]["structuredContent"], json!({ "key": key }));
    }
}
