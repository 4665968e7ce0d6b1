//! A proxy that the environment names: asked for what is outside, and for nothing on this machine.

use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::timeout;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::LONG;
use crate::process::Program;

const VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// An environment that names `proxy` for everything.
fn environment(proxy: &str) -> Vec<(&str, &str)> {
    let named = VARIABLES.map(|name| (name, proxy));
    [&named[..], &[("NO_PROXY", ""), ("no_proxy", "")]].concat()
}

/// The head of a request, without the empty line at its end.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn the_api_outside_is_reached_through_a_tunnel() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:pass@{}", proxy.local_addr().unwrap());
    let program = Program::start_in(&environment(&url), "http://api.invalid/base", &[]).await;
    let call = program.call();

    let (mut stream, _) = timeout(LONG, proxy.accept()).await.unwrap().unwrap();
    let connect = head(&mut stream).await;
    assert!(connect.starts_with("CONNECT api.invalid:80 HTTP/1.1\r\n"), "{connect}");
    assert!(connect.ends_with("Proxy-Authorization: Basic dXNlcjpwYXNz"), "{connect}");
    assert!(!connect.contains(crate::common::KEY));
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let request = head(&mut stream).await;
    assert!(request.starts_with("GET /base/v1/messages/secret_id HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("host: api.invalid\r\n") && request.contains(crate::common::KEY), "{request}");
    assert!(!request.to_lowercase().contains("proxy-authorization"), "{request}");
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\":\"a\"}").await.unwrap();
    let answer = timeout(LONG, call).await.unwrap().unwrap().unwrap();
    assert!(answer.contains(r#""structuredContent":{"id":"a"}"#), "{answer}");
}

/// TLS is with the API, not with the proxy, which sees nothing of the call.
#[tokio::test]
async fn a_tunnel_carries_tls() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let program = Program::start_in(&environment(&url), "https://api.invalid", &[]).await;
    let call = program.call();
    let (mut stream, _) = timeout(LONG, proxy.accept()).await.unwrap().unwrap();
    assert!(head(&mut stream).await.starts_with("CONNECT api.invalid:443 HTTP/1.1\r\n"));
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    // The first byte of a handshake.
    assert_eq!(stream.read_u8().await.unwrap(), 0x16);
    call.abort();
}

#[tokio::test]
async fn the_api_on_this_machine_is_reached_past_a_proxy() {
    let api = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(r#"{"id":"a"}"#, "application/json");
    Mock::given(any()).respond_with(answer).expect(1).mount(&api).await;
    let program = Program::start_in(&environment("http://127.0.0.1:9"), &api.uri(), &[]).await;
    let answer = program.call().await.unwrap().unwrap();
    assert!(answer.contains(r#""structuredContent":{"id":"a"}"#), "{answer}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_told_at_start() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
    command.args(["http", "--listen", "127.0.0.1:0", "--upstream", "https://api.invalid"]);
    command.envs(environment("socks5://user:pass@127.0.0.1:9")).env_remove("RUST_LOG");
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(LONG, output).await.unwrap().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains("speaks socks5") && log.contains("NO_PROXY") && !log.contains("pass"), "{log}");
}
