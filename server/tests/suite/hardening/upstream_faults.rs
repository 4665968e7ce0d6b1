//! Upstreams that reset, flood, pack or lie.

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{assert_serves, read};
use crate::common::start;
use crate::gate::Gate;
use crate::upstream::plain;

/// The code that is told of an upstream that does this with its one request.
async fn told_of<F: Future<Output = ()>>(act: impl FnOnce(crate::gate::Held) -> F) -> Value {
    let gate = Gate::open().await;
    let server = plain(&gate.url()).await;
    let (told, ()) = tokio::join!(read(&server), async { act(gate.arrival().await).await });
    assert_serves(&server).await;
    told["code"].clone()
}

#[tokio::test]
async fn an_upstream_that_resets() {
    assert_eq!(told_of(async |held| held.reset()).await, "UPSTREAM_UNREACHABLE");
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":";
    assert_eq!(told_of(async |held| held.begin(half).await.reset()).await, "UPSTREAM_INVALID_RESPONSE");
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http() {
    for bytes in [
        "\0\0\0\0".to_owned(),
        "220 mail.example.com ESMTP\r\n".to_owned(),
        "HTTP/1.1 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 99999 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_owned(),
        format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n{{}}", "x".repeat(1024 * 1024)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n{{}}", "a: b\r\n".repeat(1000)),
    ] {
        // It may well hang up before it has read everything.
        let told = told_of(async |held| _ = held.try_answer_raw(&bytes).await).await;
        assert_eq!(told, "UPSTREAM_UNREACHABLE", "{}", bytes.chars().take(50).collect::<String>());
    }
    for body in ["ZZ\r\n{}\r\n", "5\r\n{}", "ffffffffffffffffff\r\n{}", "2\r\n{}\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}");
        assert_eq!(
            told_of(async |held| held.answer_raw(&answer).await).await,
            "UPSTREAM_INVALID_RESPONSE",
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, " ".repeat(65_536));
    let flood = async |held: crate::gate::Held| {
        let mut held = held.begin("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let mut bytes = 0;
        while held.try_write(&chunk).await {
            bytes += chunk.len();
            assert!(bytes < 64 * 1024 * 1024, "still reading after {bytes} bytes");
        }
    };
    assert_eq!(told_of(flood).await, "UPSTREAM_INVALID_RESPONSE");
}

/// `{"a":1}`, compressed: a server that unpacked it would have an answer, and one day a bomb.
const GZIP: [u8; 27] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 5, 0, 0xaf, 0xac, 0x1b,
    0x56, 7, 0, 0, 0,
];

#[tokio::test]
async fn nothing_is_unpacked_and_no_packing_is_asked_for() {
    let upstream = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(GZIP, "application/json");
    Mock::given(any()).respond_with(answer).mount(&upstream).await;
    assert_eq!(read(&start(&upstream.uri()).await).await["code"], "UPSTREAM_INVALID_RESPONSE");
    for request in upstream.received_requests().await.unwrap() {
        assert_eq!(request.headers["accept-encoding"], "identity");
    }
}

#[tokio::test]
async fn a_success_that_is_an_error_is_an_error() {
    let upstream = MockServer::start().await;
    let body = json!({ "error": "Message not found", "code": "MESSAGE_NOT_FOUND" });
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&upstream).await;
    assert_eq!(
        read(&start(&upstream.uri()).await).await,
        json!({ "status": 502, "code": "MESSAGE_NOT_FOUND", "error": "Message not found" })
    );
}
