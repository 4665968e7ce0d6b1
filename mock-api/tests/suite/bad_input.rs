//! Whatever comes in: a documented 4xx, never a 5xx, and nothing changed.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::{Api, api, code};
use mock_api::Code;
use reqwest::Method;

async fn refused(api: &Api, request: reqwest::RequestBuilder, expected: (u16, &str)) {
    let before = api.mock.digest();
    let (status, answer) = api.send(request).await;
    assert_eq!((status, code(&answer)), expected, "{answer}");
    assert!(answer["error"].is_string());
    assert_eq!(api.mock.digest(), before, "a refusal changes nothing");
}

fn send(api: &Api, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    api.request(Method::POST, "/messages/send").header("content-type", "application/json").body(body)
}

// facts: COM-ERR-003, COM-ERR-015, COM-ERR-016, COM-ERR-018
#[tokio::test]
async fn bodies_that_are_no_json_object() {
    let api = api("ps_demo_meta").await;
    let invalid = (400, "VALIDATION_ERROR");
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(r#"{{"variables":{}1{}}}"#, r#"{"a":"#.repeat(5_000), "}".repeat(5_000));
    for body in
        ["", "{", "null", "[]", "\"x\"", "7", "{\"a\":1,}", "{}{}", "NaN", nested.as_str(), deep.as_str()]
    {
        refused(&api, send(&api, body.to_owned()), invalid).await;
    }
    refused(&api, send(&api, b"{\"text\":\"\xff\xfe\"}".to_vec()), invalid).await;
    refused(&api, send(&api, b"\xef\xbb\xbf{}".to_vec()), invalid).await;
    let lone_surrogate = r#"{"destinationNumber":"+5511988887777","text":"\ud800"}"#;
    refused(&api, send(&api, lone_surrogate), invalid).await;
}

#[tokio::test]
async fn wrong_content_types() {
    let api = api("ps_demo_meta").await;
    let body = r#"{"destinationNumber":"+5511988887777","text":"Oi"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
    ] {
        let request = api.request(Method::POST, "/messages/send").header("content-type", kind).body(body);
        refused(&api, request, (400, "VALIDATION_ERROR")).await;
    }
    let request =
        api.request(Method::POST, "/messages/send").header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(api.send(request.body(body)).await.0, 202);
}

#[tokio::test]
async fn bodies_over_8_mib() {
    let api = api("ps_demo_meta").await;
    let body =
        format!(r#"{{"destinationNumber":"+5511988887777","text":"{}"}}"#, "a".repeat(10 * 1024 * 1024));
    refused(&api, send(&api, body), (413, "PAYLOAD_TOO_LARGE")).await;
    let fits =
        format!(r#"{{"destinationNumber":"+5511988887777","text":"{}"}}"#, "a".repeat(7 * 1024 * 1024));
    assert_eq!(api.send(send(&api, fits)).await.0, 202);
}

// facts: COM-ERR-007, COM-ERR-008
#[tokio::test]
async fn unknown_routes_and_methods() {
    let api = api("ps_demo_meta").await;
    for path in ["/nope", "/messages/a/b", "/", "/calls/x/y/z", "/messages/%ff%fe"] {
        let (status, answer) = api.get(path).await;
        assert_eq!((status, code(&answer).ends_with("NOT_FOUND")), (404, true), "{path}: {answer}");
    }
    for (method, path, allowed) in
        [(Method::PUT, "/messages/send", "POST"), (Method::DELETE, "/conversations", "GET,HEAD")]
    {
        let response = api.request(method, path).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], allowed);
        assert_eq!(code(&response.json().await.unwrap()), "METHOD_NOT_ALLOWED");
    }
}

// facts: COM-ERR-014
#[tokio::test]
async fn what_is_not_modelled_says_so() {
    let api = api("ps_demo_meta").await;
    for path in ["/leads", "/flows/1/responses", "/ads/summary", "/projects"] {
        let (status, answer) = api.get(path).await;
        assert_eq!((status, code(&answer)), (501, "NOT_IMPLEMENTED"));
        assert!(answer["limits"].is_string());
    }
}

/// What no HTTP client sends.
#[tokio::test]
async fn broken_http() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let address = api.mock.address();
    let raw = [
        "POST /v1/messages/send HTTP/1.1\r\nhost: x\r\ncontent-length: nope\r\n\r\n",
        "GET /v1/conversations HTTP/1.1\r\nhost: x\r\nx-api-key: \u{e9}\r\nconnection: close\r\n\r\n",
        "NONSENSE\r\n\r\n",
    ];
    for request in raw {
        let answer = tokio::task::spawn_blocking(move || exchange(address, request)).await.unwrap();
        let status: u16 = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        assert!((400..500).contains(&status), "{request:?}: {answer}");
    }
    assert_eq!(api.mock.digest(), before);
    assert_eq!(api.get("/conversations").await.0, 200, "it lives");
}

fn exchange(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The mock's own list of codes and the contract's catalogue were written apart; here they meet.
#[test]
fn the_mock_answers_only_with_codes_of_the_catalogue() {
    let contract = fixtures::Contract::load().unwrap();
    for code in Code::ALL {
        let entry = contract
            .errors()
            .get(code.as_str())
            .unwrap_or_else(|| panic!("{code:?} is not in the catalogue"));
        assert!(
            entry.statuses.contains(&code.status()),
            "{code:?}: {} against {:?}",
            code.status(),
            entry.statuses
        );
    }
}
