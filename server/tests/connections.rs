//! A thousand open connections, in a process that may have 1,024 files open. By itself, so that no other test's files count.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::process::Stdio;

use futures_util::future::join_all;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const CONNECTIONS: usize = 1000;
/// What most systems allow unless told otherwise.
const OPEN_FILES: &str = "1024";
/// Most memory that each connection may cost the server once it was used, in KiB.
const KIB_A_CONNECTION: u64 = 128;

/// The server, and the address it listens on.
async fn serve(upstream: &str) -> (Child, String) {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n \"$0\" && exec \"$@\"", OPEN_FILES, env!("CARGO_BIN_EXE_pilot-status-mcp")])
        .args(["http", "--listen", "127.0.0.1:0", "--upstream", upstream, "--calls-per-minute", "0"])
        .args(["--max-calls", "2000", "--max-calls-per-caller", "2000"])
        .env("PILOT_STATUS_MCP_LIMITS__UNVERIFIED_CALLS_PER_MINUTE", "0")
        .env("RUST_LOG", "error")
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = log.next_line().await.unwrap().unwrap();
    let address = line.trim_start_matches("listening on http://").trim_end_matches("/mcp").to_owned();
    (child, address)
}

/// An API that answers everything alike, one connection at a time.
async fn answer_all(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 14\r\n\r\n{\"id\":\"msg_1\"}";
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// One call on a connection that stays open; the body of the answer.
async fn call(stream: &mut TcpStream, arguments: &str) -> String {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"message_get","arguments":{arguments}}}}}"#
    );
    let head = "POST /mcp HTTP/1.1\r\nhost: localhost\r\nx-api-key: ps_demo_meta\r\ncontent-type: application/json\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "closed after {answer:?}");
        answer.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            return body.to_owned();
        }
    }
}

/// Resident memory of a process in KiB, where the system tells it.
fn resident(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[tokio::test]
async fn a_thousand_connections_are_served_and_leave_room_for_calls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (child, address) = serve(&format!("http://{}", listener.local_addr().unwrap())).await;
    tokio::spawn(answer_all(listener));
    let at_rest = resident(&child);
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(TcpStream::connect(&address).await.unwrap());
    }
    for _ in 0..2 {
        let answers = join_all(connections.iter_mut().map(|stream| call(stream, "{}"))).await;
        assert!(answers.iter().all(|answer| answer.contains("VALIDATION_ERROR")));
    }
    assert!(call(&mut connections[CONNECTIONS - 1], r#"{"id":"a"}"#).await.contains("msg_1"));
    if let (Some(before), Some(after)) = (at_rest, resident(&child)) {
        println!("{before} KiB at rest, {after} KiB with {CONNECTIONS} connections");
        assert!(after < before + CONNECTIONS as u64 * KIB_A_CONNECTION, "{before} KiB, then {after} KiB");
    }
}
