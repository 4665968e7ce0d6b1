//! Hosts and origins that only look like allowed ones.

use super::{impatient, raw};
use crate::common::KEY;

#[tokio::test]
async fn hosts_and_origins_cannot_be_dressed_up() {
    let server = impatient().await;
    let ask = async |lines: &str| {
        let head = format!(
            "POST /mcp HTTP/1.1\r\nx-api-key: {KEY}\r\nconnection: close\r\n{lines}content-length: 0\r\n\r\n"
        );
        let answer = raw(&server, head.as_bytes()).await;
        answer.split(' ').nth(1).unwrap_or_default().parse::<u16>().unwrap()
    };
    // The control: with its own name it gets as far as the media type.
    assert_eq!(ask("host: localhost\r\n").await, 415);
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "localhost@evil.example",
        "evil.example@localhost",
        "127.0.0.1.evil.example",
        "localhost, evil.example",
        "localhost evil.example",
        "localhost#evil.example",
        "localhost/evil",
        "0x7f000001",
        "2130706433",
        "127.1",
        "0.0.0.0",
        "[::]",
        "localhost.",
        "",
        ":8080",
        "локалхост",
    ] {
        let status = ask(&format!("host: {host}\r\n")).await;
        assert!(matches!(status, 400 | 403), "{host}: {status}");
    }
    for hosts in [
        "",
        "host: localhost\r\nhost: localhost\r\n",
        "host: localhost\r\nhost: evil.example\r\n",
        "x-forwarded-host: localhost\r\n",
    ] {
        let status = ask(hosts).await;
        assert!(matches!(status, 400 | 403), "{hosts:?}: {status}");
    }
    for origin in [
        "null",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://evil.example#localhost",
        "http://evil.example/localhost",
        "http://evil.example?localhost",
        "file://",
        "http://",
        "localhost",
        "//localhost",
        "",
        "http://localhost http://evil.example",
        "http://localhost, http://evil.example",
        "chrome-extension://localhost",
        "http://127.0.0.1.nip.io",
        "http://0.0.0.0",
        "javascript://localhost/%0aalert(1)",
        "ftp://localhost",
    ] {
        assert_eq!(ask(&format!("host: localhost\r\norigin: {origin}\r\n")).await, 403, "{origin}");
    }
    let both = "host: localhost\r\norigin: http://localhost\r\norigin: https://evil.example\r\n";
    assert_eq!(ask(both).await, 403);
}
