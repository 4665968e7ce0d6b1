//! Clients that ask and do not read.

use std::time::Duration;

use serde_json::json;
use server::{Limits, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{KEY, LONG, call, failure, legacy, request};

/// Length of what the API answers: with its copy as text, more than the system keeps for a client that does not read.
const ANSWER: usize = 7 * 1024 * 1024;

/// An API with long answers, and short ones about `b`.
async fn talkative() -> MockServer {
    let upstream = MockServer::start().await;
    let long = ResponseTemplate::new(200).set_body_json(json!({ "data": "x".repeat(ANSWER) }));
    Mock::given(any()).respond_with(long).with_priority(2).mount(&upstream).await;
    let short = ResponseTemplate::new(200).set_body_json(json!({ "id": "b" }));
    let about = Mock::given(method("GET")).and(path("/v1/messages/b"));
    about.respond_with(short).with_priority(1).mount(&upstream).await;
    upstream
}

/// Asks for a long answer, and reads nothing of it once it has begun.
async fn ask_and_wait(server: &Running) -> TcpStream {
    let body =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut lazy = TcpStream::connect(server.address()).await.unwrap();
    lazy.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    lazy.readable().await.unwrap();
    lazy
}

#[tokio::test]
async fn are_not_waited_for() {
    let upstream = talkative().await;
    let limits = Limits { connections: 1, write_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::builder().upstream(upstream.uri()).limits(limits).start().await.unwrap();
    let mut lazy = ask_and_wait(&server).await;
    // There is one connection at a time: another is served when this one has ended.
    let another = tokio::time::timeout(LONG, legacy(&server, "ping", json!({}))).await;
    assert_eq!(another.unwrap().status, 200);
    let mut taken = Vec::new();
    _ = lazy.read_to_end(&mut taken).await;
    assert!(taken.len() < 2 * ANSWER, "all of it was sent: {} bytes", taken.len());
}

/// Room for as many answers, each of which is in memory three times at most.
const ROOM: usize = 3;

#[tokio::test]
async fn hold_no_more_than_there_is_room_for() {
    let upstream = talkative().await;
    let answer_bytes = ROOM * 3 * (ANSWER + 1024) + 64 * 1024;
    let limits = Limits { answer_bytes, write_timeout: LONG, ..Limits::plain() };
    let server = Server::builder().upstream(upstream.uri()).limits(limits).start().await.unwrap();
    let mut lazy = Vec::new();
    for _ in 0..ROOM {
        lazy.push(ask_and_wait(&server).await);
    }
    let get = async |id: &str| call(&server, "message_get", json!({ "id": id })).await;
    for _ in 0..2 {
        let told = failure(&get("a").await);
        assert_eq!((&told["status"], &told["code"]), (&json!(503), &json!("SERVER_BUSY")));
        assert_eq!(told["retryAfterSeconds"], 1);
        assert_eq!(get("b").await["structuredContent"]["id"], "b");
    }
    // What may have had effect must not be made again as if nothing had been.
    let send = json!({ "text": "a", "destinationNumber": "+5511988887777" });
    let told = failure(&call(&server, "messages_send", send).await);
    assert_eq!(
        (&told["code"], &told["retryAfterSeconds"]),
        (&json!("UPSTREAM_ANSWER_DROPPED"), &json!(null))
    );
    for mut lazy in lazy {
        let mut taken = Vec::new();
        lazy.read_to_end(&mut taken).await.unwrap();
        assert!(taken.len() > 2 * ANSWER, "{} bytes", taken.len());
    }
    for _ in 0..2 * ROOM {
        assert_eq!(get("a").await["isError"], false);
    }
}

/// By the way through `rmcp`, which knows nothing of the room.
#[tokio::test]
async fn hold_room_whichever_way_their_request_went() {
    let upstream = talkative().await;
    let limits = Limits { answer_bytes: 3 * 8 * 1024 * 1024, write_timeout: LONG, ..Limits::plain() };
    let server = Server::builder().upstream(upstream.uri()).limits(limits).start().await.unwrap();
    let params = json!({ "name": "message_get", "arguments": { "id": "a" }, "task": null });
    let body = request("tools/call", params).to_string();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = client.post(server.mcp_url()).headers(crate::common::headers()).body(body);
    let lazy = ask.send().await.unwrap();
    let told = failure(&call(&server, "message_get", json!({ "id": "a" })).await);
    assert_eq!(told["code"], "SERVER_BUSY");
    assert!(lazy.bytes().await.unwrap().len() > 2 * ANSWER);
}
