//! Clients that dribble, and clients that hold what others need.

use std::time::Duration;

use serde_json::json;
use server::http::MAX_BODY_BYTES;
use server::{Limits, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{NOWHERE, assert_serves, impatient, raw};
use crate::common::{KEY, headers, post};

/// Most bytes that a server which waits for a tenth of a second may be kept waiting with.
const MAX_BEATS: usize = 1000;

/// Writes a byte, or nothing, every ten milliseconds, for as long as the server listens, and gives what it answered.
async fn dribble(server: &Running, head: &str, byte: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut from, mut to) = stream.split();
    let mut answer = Vec::new();
    let slowly = async {
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        for beats in 0.. {
            assert!(beats < MAX_BEATS, "still waited for after {MAX_BEATS} beats");
            beat.tick().await;
            if to.write_all(byte).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = from.read_to_end(&mut answer) => {}
        () = slowly => {}
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_dribbles_is_not_waited_for() {
    let server = impatient().await;
    for head in ["", "POST /mcp HT", "POST /mcp HTTP/1.1\r\nhost: localhost\r\na: "] {
        let answer = dribble(&server, head, b"a").await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let server = impatient().await;
    assert_eq!(dribble(&server, "", b"").await, "");
    let ping = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    assert!(raw(&server, ping.as_bytes()).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_dribbles_is_not_waited_for() {
    let server = impatient().await;
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\n"
    );
    for (framing, byte) in
        [("content-length: 100000\r\n\r\n", &b" "[..]), ("transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n")]
    {
        let answer = dribble(&server, &format!("{head}{framing}"), byte).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    }
    assert_serves(&server).await;
}

/// Holds as much of a body as it may be long, but for its last byte.
async fn hold(server: &Running, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {MAX_BODY_BYTES}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    _ = stream.write_all(&vec![b' '; MAX_BODY_BYTES - 1]).await;
    stream
}

#[tokio::test]
async fn who_fills_the_room_for_bodies_keeps_nobody_from_calling() {
    let limits = Limits { body_bytes: MAX_BODY_BYTES, ..Limits::default() };
    let server = Server::builder().upstream(NOWHERE).limits(limits).start().await.unwrap();
    let slow = (hold(&server, "ps_made_up").await, hold(&server, "ps_made_up_too").await);
    let full = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": { "a": "x".repeat(3 * 1024 * 1024) } });
    // What was written may still be on its way.
    let mut tries = 0;
    while post(&server, headers(), full.to_string()).await.json()["code"] != "SERVER_BUSY" {
        tries += 1;
        assert!(tries < 1000, "the room is never full");
    }
    assert_serves(&server).await;
    drop(slow);
}

#[tokio::test]
async fn connections_beyond_the_bound_wait() {
    let server = Server::builder().upstream(NOWHERE).limits(Limits { connections: 1, ..Limits::default() });
    let server = server.start().await.unwrap();
    let ask = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut buffer = [0; 1024];
    let mut first = TcpStream::connect(server.address()).await.unwrap();
    first.write_all(ask.as_bytes()).await.unwrap();
    assert_ne!(first.read(&mut buffer).await.unwrap(), 0);
    let mut second = TcpStream::connect(server.address()).await.unwrap();
    second.write_all(ask.as_bytes()).await.unwrap();
    for _ in 0..50 {
        first.write_all(ask.as_bytes()).await.unwrap();
        assert_ne!(first.read(&mut buffer).await.unwrap(), 0);
    }
    assert_eq!(second.try_read(&mut buffer).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(first);
    assert_ne!(second.read(&mut buffer).await.unwrap(), 0);
}
