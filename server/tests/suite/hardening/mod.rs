//! Clients and upstreams that mean harm, or might as well: each gets a bounded answer, and the server goes on serving.

mod arguments;
mod heads;
mod hosts_and_origins;
mod messages;
mod slow_clients;
mod upstream_faults;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::{Limits, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::{call, failure, legacy};

const NOWHERE: &str = "http://127.0.0.1:9";

async fn assert_serves(server: &Running) {
    assert_eq!(legacy(server, "ping", json!({})).await.status, StatusCode::OK);
}

async fn read(server: &Running) -> Value {
    failure(&call(server, "message_get", json!({ "id": "msg_1" })).await)
}

/// Sends bytes as they are; everything that comes back until the server closes.
async fn raw(server: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    // The server may refuse and close before all is written.
    _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A server that waits only so long for heads and bodies.
async fn impatient() -> Running {
    let limits = Limits { head_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::builder().upstream(NOWHERE).limits(limits);
    server.with(|config| config.body_timeout = Duration::from_millis(100)).start().await.unwrap()
}
