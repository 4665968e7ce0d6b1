//! Stopping the mock while clients are in the middle of something.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use mock_api::{Delay, Fault, MockApi, RequestFilter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const WHOLE: &[u8] = b"GET /v1/nowhere HTTP/1.1\r\nhost: mock\r\n\r\n";
const HALF_A_HEAD: &[u8] = b"POST /v1/messages/send HTTP/1.1\r\nhost: mo";
const HALF_A_BODY: &[u8] = b"POST /v1/messages/send HTTP/1.1\r\nhost: mock\r\ncontent-length: 9\r\n\r\n{";

/// A connection that has been served once, so that the mock is known to have it, and then got these bytes.
async fn connection(mock: &MockApi, bytes: &[u8]) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(mock.address()).await.unwrap();
    stream.write_all(WHOLE).await.unwrap();
    assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    stream.write_all(bytes).await.unwrap();
    stream
}

#[tokio::test]
async fn half_a_request_does_not_hold_it_up() {
    let mock = MockApi::builder().start().await.unwrap();
    let mut streams = [connection(&mock, HALF_A_HEAD).await, connection(&mock, HALF_A_BODY).await];
    mock.stop_within(Duration::ZERO).await;
    for stream in &mut streams {
        let end = stream.read_to_end(&mut Vec::new()).await;
        assert!(end.is_err() || end.unwrap() == 0, "the connection ends without an answer");
    }
}

#[tokio::test]
async fn a_slow_answer_does_not_hold_it_up() {
    let mock = MockApi::builder().start().await.unwrap();
    let slow = Fault { delay: Some(Delay::Fixed { ms: 60_000 }), ..Fault::default() };
    let operation = Some("GET /v1/conversations".to_owned());
    mock.put_fault("slow", Fault { operation, ..slow }).unwrap();
    let request = b"GET /v1/conversations HTTP/1.1\r\nhost: mock\r\nx-api-key: ps_demo_web\r\n\r\n";
    let mut stream = connection(&mock, request).await;
    while mock.fault("slow").is_some_and(|fault| fault.fired == 0) {
        tokio::task::yield_now().await;
    }
    mock.stop_within(Duration::ZERO).await;
    let end = stream.read_to_end(&mut Vec::new()).await;
    assert!(end.is_err() || end.unwrap() == 0, "the connection ends without an answer");
}

#[tokio::test]
async fn what_is_in_flight_is_answered_within_the_grace() {
    let mock = MockApi::builder().start().await.unwrap();
    let brief = Fault { delay: Some(Delay::Fixed { ms: 20 }), ..Fault::default() };
    mock.put_fault("brief", brief).unwrap();
    let request = b"GET /v1/conversations HTTP/1.1\r\nhost: mock\r\n\r\n";
    let mut stream = connection(&mock, request).await;
    while mock.fault("brief").is_some_and(|fault| fault.fired == 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(mock.requests(&RequestFilter::default()).len(), 1, "it is not answered yet");
    mock.stop().await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pilot-status-mock"))
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once("http://").expect("an address").1.parse::<SocketAddr>().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(WHOLE).unwrap();
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
    stream.write_all(HALF_A_HEAD).unwrap();
    let signal = |name: &str| {
        Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    };
    signal("-TERM");
    signal("-INT");
    assert!(child.wait().unwrap().success());
}
