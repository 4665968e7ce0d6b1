//! Clients that ask and do not read.

use std::time::Duration;

use serde_json::json;
use server::{Limits, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{KEY, LONG, legacy, request};

/// Length of what the API answers: with its copy as text, more than the system keeps for a client that does not read.
const ANSWER: usize = 7 * 1024 * 1024;

#[tokio::test]
async fn are_not_waited_for() {
    let upstream = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "data": "x".repeat(ANSWER) }));
    Mock::given(any()).respond_with(answer).mount(&upstream).await;
    let limits = Limits { connections: 1, write_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::builder().upstream(upstream.uri()).limits(limits).start().await.unwrap();
    let body =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut lazy = TcpStream::connect(server.address()).await.unwrap();
    lazy.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    lazy.readable().await.unwrap();
    // There is one connection at a time: another is served when this one has ended.
    let another = tokio::time::timeout(LONG, legacy(&server, "ping", json!({}))).await;
    assert_eq!(another.unwrap().status, 200);
    let mut taken = Vec::new();
    _ = lazy.read_to_end(&mut taken).await;
    assert!(taken.len() < 2 * ANSWER, "all of it was sent: {} bytes", taken.len());
}
