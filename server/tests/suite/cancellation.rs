//! Clients that give up a call: what they do that ends its request to the API, and what does not. Over stdio it is the notification, which `stdio` tries.

use reqwest::header::HeaderMap;
use serde_json::json;
use server::{Limits, Running, Server};

use crate::common::{LONG, MODERN, edit, headers, modern_headers, modern_params, post, request};
use crate::gate::Gate;

/// One way of calling: whether the call goes around `rmcp` or through it, the revision, and what is sent.
struct Way {
    name: String,
    revision: &'static str,
    headers: HeaderMap,
    body: String,
}

/// The call in every revision, the short way and that through `rmcp`, which a parameter beside name and arguments leads to.
fn ways() -> Vec<Way> {
    let plain = json!({ "name": "message_get", "arguments": { "id": "a" } });
    let mut odd = plain.clone();
    odd["x-more"] = json!(1);
    let mut ways = Vec::new();
    for (way, params) in [("short", plain), ("rmcp", odd)] {
        let modern = modern_headers("tools/call", &params);
        let mut add = |revision, headers, params| {
            let body = request("tools/call", params).to_string();
            ways.push(Way { name: format!("{way}, {revision:?}"), revision, headers, body });
        };
        add(MODERN, modern, modern_params(params.clone()));
        for revision in ["", "2025-03-26", "2025-06-18", "2025-11-25"] {
            add(revision, edit(headers(), &[("mcp-protocol-version", revision)]), params.clone());
        }
    }
    ways
}

/// A server that takes one call at a time, so that a call that was given up and still counts would be noticed by the next.
async fn start(gate: &Gate) -> Running {
    let limits = Limits { calls: 1, ..Limits::plain() };
    // Nothing but the client ends a request before the test gives up.
    let server = Server::builder().upstream(gate.url()).limits(limits).upstream_timeout(60 * LONG);
    server.start().await.unwrap()
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_request_on_both_ways() {
    let gate = Gate::open().await;
    let server = start(&gate).await;
    for Way { name, headers, body, .. } in ways() {
        let held = tokio::select! {
            held = gate.arrival() => held,
            answer = post(&server, headers, body) => panic!("{name}: answered: {answer:?}"),
        };
        let ended = tokio::time::timeout(LONG, held.abandoned()).await;
        assert!(ended.is_ok(), "{name}: the request went on");
    }
}

/// Over HTTP without sessions an id says nothing about whose call it is: closing the response cancels, the notification does not.
#[tokio::test]
async fn a_notification_over_http_cancels_nobodys_call_on_either_way() {
    let gate = Gate::open().await;
    let server = start(&gate).await;
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    for Way { name, headers, body, .. } in ways().into_iter().filter(|way| way.revision != MODERN) {
        let notify = async {
            let held = gate.arrival().await;
            let notified = post(&server, headers.clone(), cancelled.to_string()).await;
            assert_eq!(notified.status, 202, "{name}");
            held.answer(r#"{"id":"a"}"#).await;
        };
        let (answer, ()) = tokio::join!(post(&server, headers.clone(), body), notify);
        assert_eq!(answer.json()["result"]["structuredContent"], json!({ "id": "a" }), "{name}");
    }
}
