//! Heads of requests that are too long, or can be read in two ways.

use serde_json::json;

use super::{assert_serves, impatient, raw};
use crate::common::{KEY, request};

#[tokio::test]
async fn heads_are_bounded_and_read_strictly() {
    let server = impatient().await;
    let ping = request("ping", json!({})).to_string();
    // A good call but for the lines given, so that it is the head alone that is refused.
    let with = |lines: &str| {
        let head = format!(
            "POST /mcp HTTP/1.1\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\nconnection: close\r\n"
        );
        format!("{head}{lines}\r\n{ping}")
    };
    let (host, length) = ("host: localhost\r\n", format!("content-length: {}\r\n", ping.len()));
    let status = async |text: &str| {
        raw(&server, text.as_bytes()).await.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(status(&with(&format!("{host}{length}"))).await, "200", "the control");
    for (head, expected) in [
        (with(&format!("{host}{length}a: {}\r\n", "x".repeat(1024 * 1024))), "431"),
        (with(&format!("{host}{length}{}", "a: b\r\n".repeat(10_000))), "431"),
        (with(&format!("{host}{length} x: y\r\n")), "400"),
        (with(&format!("{host}{length}content-length: {}\r\n", ping.len() + 1)), "400"),
        (with(&format!("{host}content-length: -{}\r\n", ping.len())), "400"),
        (with(&format!("host : localhost\r\n{length}")), "400"),
        (with(&format!("host: local\0host\r\n{length}")), "400"),
        (with(&format!("{host}{length}")).replacen("HTTP/1.1", "HTTP/9.9", 1), "400"),
        (
            with(&format!("{host}{length}")).replacen("/mcp", &format!("/{}", "x".repeat(1024 * 1024)), 1),
            "431",
        ),
        ("\u{16}\u{3}\u{1}\0\u{a5}\u{1}\0\0".to_owned(), "400"),
    ] {
        let start = head.chars().rev().take(120).collect::<String>().chars().rev().collect::<String>();
        // Who refuses while more is on its way may take the answer back with it: then it is closed.
        let told = status(&head).await;
        assert!(told == expected || told.is_empty() && head.len() > 64 * 1024, "{start}: {told:?}");
    }
    assert_serves(&server).await;
}
