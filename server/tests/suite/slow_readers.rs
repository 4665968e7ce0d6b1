//! Clients that ask and do not read.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use server::{Limits, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{KEY, LONG, call, failure, get, legacy, request};
use crate::process::Program;

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

/// A client that has asked for the long answer and not read of it.
async fn ask(address: SocketAddr) -> TcpStream {
    let body =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut lazy = TcpStream::connect(address).await.unwrap();
    lazy.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    lazy.readable().await.unwrap();
    lazy
}

#[tokio::test]
async fn are_not_waited_for() {
    let upstream = talkative().await;
    let limits = Limits { connections: 1, write_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::builder().upstream(upstream.uri()).limits(limits).start().await.unwrap();
    let mut lazy = ask(server.address()).await;
    // There is one connection at a time: another is served when this one has ended.
    let another = timeout(LONG, legacy(&server, "ping", json!({}))).await;
    assert_eq!(another.unwrap().status, 200);
    let mut taken = Vec::new();
    _ = lazy.read_to_end(&mut taken).await;
    assert!(taken.len() < 2 * ANSWER, "all of it was sent: {} bytes", taken.len());
}

/// How often a server that is about to end is asked whether it still waits: one that does not has closed its port long before.
const ASKED: usize = 50;

#[tokio::test]
async fn are_given_the_whole_answer_by_a_program_that_stops() {
    let upstream = talkative().await;
    let program = Program::start(&upstream.uri(), &["--drain", "3600"]).await;
    let mut lazy = ask(program.url.trim_start_matches("http://").parse().unwrap()).await;
    let mut answer = vec![0; 1024];
    lazy.read_exact(&mut answer).await.unwrap();
    program.signal("-TERM").await;
    let ready = format!("{}/ready", program.url);
    let stopping = async { while !get(ready.clone()).await.text.contains("stopping") {} };
    timeout(LONG, stopping).await.unwrap();
    for _ in 0..ASKED {
        assert_eq!(get(ready.clone()).await.status, 503);
    }
    timeout(LONG, lazy.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["result"]["structuredContent"]["data"].as_str().unwrap().len(), ANSWER);
    let (code, log) = program.end().await;
    assert_eq!(code, Some(0), "{log:?}");
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
        lazy.push(ask(server.address()).await);
    }
    let ask_for = async |id: &str| call(&server, "message_get", json!({ "id": id })).await;
    for _ in 0..2 {
        let told = failure(&ask_for("a").await);
        assert_eq!((&told["status"], &told["code"]), (&json!(503), &json!("SERVER_BUSY")));
        assert_eq!(told["retryAfterSeconds"], 1);
        assert_eq!(ask_for("b").await["structuredContent"]["id"], "b");
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
        assert_eq!(ask_for("a").await["isError"], false);
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
    let client = crate::common::client();
    let ask = client.post(server.mcp_url()).headers(crate::common::headers()).body(body);
    let lazy = ask.send().await.unwrap();
    let told = failure(&call(&server, "message_get", json!({ "id": "a" })).await);
    assert_eq!(told["code"], "SERVER_BUSY");
    assert!(lazy.bytes().await.unwrap().len() > 2 * ANSWER);
}
