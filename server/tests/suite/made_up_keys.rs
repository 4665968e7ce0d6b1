//! Whoever makes up keys gets nothing by it, and costs nobody else anything.

use serde_json::{Value, json};
use server::{Limits, Running, Server};
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{KEY, edit, failure, headers, post, request};
use crate::gate::Gate;

/// An API that knows one key.
async fn strict() -> MockServer {
    let upstream = MockServer::start().await;
    let (good, bad) = (json!({ "id": "a" }), json!({ "error": "Unauthorized", "code": "UNAUTHORIZED" }));
    let good = ResponseTemplate::new(200).set_body_json(good);
    Mock::given(header("x-api-key", KEY)).respond_with(good).with_priority(1).mount(&upstream).await;
    let bad = ResponseTemplate::new(401).set_body_json(bad);
    Mock::given(any()).respond_with(bad).with_priority(2).mount(&upstream).await;
    upstream
}

async fn start(upstream: &str, limits: Limits) -> Running {
    Server::builder().upstream(upstream).limits(limits).start().await.unwrap()
}

async fn call_as(server: &Running, key: &str) -> Value {
    let body = request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } }));
    post(server, edit(headers(), &[("x-api-key", key)]), body.to_string()).await.json()["result"].clone()
}

/// The code of a failure, or none.
async fn code(server: &Running, key: &str) -> Option<String> {
    let result = call_as(server, key).await;
    (result["isError"] == true).then(|| failure(&result)["code"].as_str().unwrap().to_owned())
}

fn some(code: &str) -> Option<String> {
    Some(code.to_owned())
}

#[tokio::test]
async fn do_not_give_a_caller_its_limits_anew() {
    let upstream = strict().await;
    let limits = Limits { callers: 5, calls_per_minute: 1, burst: 2, ..Limits::plain() };
    let server = start(&upstream.uri(), limits).await;
    for expected in [None, None, some("SERVER_RATE_LIMITED")] {
        assert_eq!(code(&server, KEY).await, expected);
    }
    for expected in [some("UNAUTHORIZED"), some("UNAUTHORIZED"), some("SERVER_RATE_LIMITED")] {
        assert_eq!(code(&server, "ps_made_up").await, expected);
    }
    for count in 0..20 {
        // Those that are kept book of are all in debt.
        let expected = if count < 4 { "UNAUTHORIZED" } else { "SERVER_BUSY" };
        assert_eq!(code(&server, &format!("ps_made_up_{count}")).await, some(expected));
    }
    for key in [KEY, "ps_made_up"] {
        assert_eq!(code(&server, key).await, some("SERVER_RATE_LIMITED"), "{key}");
    }
}

#[tokio::test]
async fn share_one_rate_that_is_not_that_of_keys_which_the_api_took() {
    let upstream = strict().await;
    // One in a moment, and the next in a minute.
    let server = start(&upstream.uri(), Limits { unverified_calls_per_minute: 1, ..Limits::plain() }).await;
    assert_eq!(code(&server, KEY).await, None);
    for count in 0..20 {
        let told = failure(&call_as(&server, &format!("ps_made_up_{count}")).await);
        assert_eq!((&told["status"], &told["code"]), (&json!(503), &json!("SERVER_BUSY")));
        assert!(told["retryAfterSeconds"].as_u64().is_some_and(|wait| (1..=60).contains(&wait)), "{told}");
        assert_eq!(code(&server, KEY).await, None);
    }
    assert_eq!(upstream.received_requests().await.unwrap().len(), 21);
}

#[tokio::test]
async fn do_not_take_all_calls() {
    let gate = Gate::open().await;
    let server = start(&gate.url(), Limits { calls: 2, ..Limits::plain() }).await;
    let (first, ()) = tokio::join!(code(&server, KEY), async { gate.arrival().await.answer("{}").await });
    assert_eq!(first, None);
    let checks = async {
        let made_up = gate.arrival().await;
        assert_eq!(code(&server, "ps_made_up_too").await, some("SERVER_BUSY"));
        let (known, ()) = tokio::join!(code(&server, KEY), async { gate.arrival().await.answer("{}").await });
        assert_eq!(known, None);
        made_up.answer("{}").await;
    };
    tokio::join!(code(&server, "ps_made_up"), checks);
}
