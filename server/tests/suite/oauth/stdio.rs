//! A token from the environment: the same judgement, the same grants, the same exchange.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use server::OAuth;
use server::auth::{Token, Validation};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex, split};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{NOW, RESOURCE, builder, echo, exchanged, settings, signer, token};
use crate::common::{modern_params, request};

/// What a server answers to these calls, between which a minute passes; the refusal of the token itself if it has one.
async fn answers(token: &str, tools: &[&str], minutes: u64) -> Result<Vec<Value>, String> {
    answers_by(Validation::Jwks, token, tools, minutes).await
}

async fn answers_by(
    validation: Validation,
    token: &str,
    tools: &[&str],
    minutes: u64,
) -> Result<Vec<Value>, String> {
    let (login, api) = (MockServer::start().await, MockServer::start().await);
    let keys = ResponseTemplate::new(200).set_body_json(json!({ "keys": [signer(1).jwk()] }));
    Mock::given(wiremock::matchers::path("/jwks")).respond_with(keys).mount(&login).await;
    Mock::given(wiremock::matchers::path("/token")).respond_with(exchanged).mount(&login).await;
    let active = ResponseTemplate::new(200)
        .set_body_json(json!({ "active": true, "aud": RESOURCE, "sub": "u", "scope": "api" }));
    Mock::given(wiremock::matchers::path("/introspect")).respond_with(active).mount(&login).await;
    Mock::given(any()).respond_with(echo).mount(&api).await;
    let now = Arc::new(AtomicU64::new(NOW));
    let server = builder(&api, OAuth { validation, ..settings(&login) }, &now).build().unwrap();
    let (here, there) = duplex(64 * 1024);
    let (read, write) = split(there);
    let credential = Token::parse(token).unwrap();
    let served = tokio::spawn(async move {
        server
            .serve_stdio(credential, read, write, CancellationToken::new())
            .await
            .map_err(|error| error.to_string())
    });
    let (output, mut input) = split(here);
    let mut output = BufReader::new(output).lines();
    let mut answers = Vec::new();
    for tool in tools {
        let call = request("tools/call", modern_params(json!({ "name": tool, "arguments": {} })));
        // Who was refused does not read.
        let _ = input.write_all(format!("{call}\n").as_bytes()).await;
        let Some(line) = output.next_line().await.unwrap() else { break };
        answers.push(serde_json::from_str::<Value>(&line).unwrap()["result"].clone());
        now.fetch_add(minutes * 60, Ordering::SeqCst);
    }
    input.shutdown().await.unwrap();
    served.await.unwrap().map(|()| answers)
}

#[tokio::test]
async fn the_same_holds_over_stdio() {
    let token = token(json!({ "number_ids": ["num_a"] }));
    let answers = answers(&token, &["conversations_list", "numbers_list"], 0).await.unwrap();
    assert_eq!(answers[0]["structuredContent"]["number"], "num_a");
    assert!(answers[0]["structuredContent"]["authorization"].as_str().unwrap().starts_with("Bearer api-"));
    assert!(
        answers[1]["content"][0]["text"].as_str().unwrap().contains("NUMBER_SCOPE_NOT_ALLOWED"),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_token_that_has_expired_since_is_no_longer_used() {
    let answers = answers(&token(json!({})), &["branding_get", "branding_get"], 11).await.unwrap();
    assert_eq!((&answers[0]["isError"], &answers[1]["isError"]), (&json!(false), &json!(true)));
    assert!(answers[1]["content"][0]["text"].as_str().unwrap().contains("TOKEN_REFUSED"), "{answers:?}");
}

/// When an opaque token ends need not be told (RFC 7662): the exchange then says when it is over.
#[tokio::test]
async fn a_token_of_which_no_end_is_known_is_used_on() {
    let tools = ["branding_get"; 3];
    let answers = answers_by(Validation::Introspection, "opaque-0123456789", &tools, 11).await.unwrap();
    assert_eq!(answers.len(), 3);
    assert!(answers.iter().all(|answer| answer["isError"] == false), "{answers:?}");
}

#[tokio::test]
async fn a_bad_token_is_refused_at_the_start() {
    let error = answers(&token(json!({ "exp": NOW - 30 })), &["branding_get"], 0).await.unwrap_err();
    assert!(error.contains("expired"), "{error}");
}
