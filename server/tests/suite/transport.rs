//! What is refused before it is a message, and what a browser is told.

use reqwest::Method;
use serde_json::json;
use server::{Running, Server};

use crate::common::{Answer, LONG, edit, headers, legacy, post, request, send, start, with};

const NOWHERE: &str = "http://127.0.0.1:9";

fn ping() -> String {
    request("ping", json!({})).to_string()
}

/// A ping with other headers than a well-behaved client's.
async fn ping_with(server: &Running, changes: &[(&str, &str)]) -> Answer {
    post(server, edit(headers(), changes), ping()).await
}

#[tokio::test]
async fn a_key_is_needed_before_anything_else_is_looked_at() {
    let server = start(NOWHERE).await;
    for body in [ping(), request("initialize", json!({})).to_string(), "not JSON".to_owned()] {
        let answer = post(&server, edit(headers(), &[("x-api-key", "")]), body).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").starts_with("ApiKey "));
        assert_eq!(answer.json()["code"], "UNAUTHORIZED");
    }
    for key in ["ps_é", "two words"] {
        let answer = ping_with(&server, &[("x-api-key", key)]).await;
        assert_eq!(answer.status, 401);
        assert!(!answer.text.contains(key));
    }
    let mut twice = headers();
    twice.append("x-api-key", "ps_other".parse().unwrap());
    assert_eq!(post(&server, twice, ping()).await.status, 401);
}

#[tokio::test]
async fn other_methods_are_not_allowed_with_or_without_a_key() {
    let server = start(NOWHERE).await;
    for method in [Method::GET, Method::DELETE, Method::PUT, Method::PATCH, Method::HEAD, Method::TRACE] {
        for headers in [headers(), with(&[])] {
            let answer = send(method.clone(), &server.mcp_url(), headers, "").await;
            assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"), "{method}");
        }
    }
}

#[tokio::test]
async fn origins_and_hosts_are_checked_first() {
    let server = Server::builder()
        .upstream(NOWHERE)
        .allow_origin("https://app.example.com")
        .allow_host("mcp.example.com");
    let server = server.start().await.unwrap();
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        let answer = ping_with(&server, &[("origin", origin), ("x-api-key", "")]).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (403, &json!("ORIGIN_NOT_ALLOWED")),
            "{origin}"
        );
        assert_eq!(send(Method::GET, &server.mcp_url(), with(&[("origin", origin)]), "").await.status, 403);
    }
    for origin in ["http://localhost:6274", "http://127.0.0.1", "https://app.example.com"] {
        let answer = ping_with(&server, &[("origin", origin)]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
    let answer = ping_with(&server, &[("host", "evil.example")]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &json!("HOST_NOT_ALLOWED")));
    for host in ["localhost:1", "mcp.example.com", "mcp.example.com:443"] {
        assert_eq!(ping_with(&server, &[("host", host)]).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_browser_may_ask_first() {
    let server = start(NOWHERE).await;
    let ask = |origin| {
        with(&[
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-api-key,mcp-protocol-version"),
        ])
    };
    let answer = send(Method::OPTIONS, &server.mcp_url(), ask("http://localhost:6274"), "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:6274");
    assert_eq!(answer.header("access-control-allow-headers"), "x-api-key,mcp-protocol-version");
    assert_eq!(send(Method::OPTIONS, &server.mcp_url(), ask("https://evil.example"), "").await.status, 403);
}

#[tokio::test]
async fn what_is_no_message_is_a_json_rpc_error() {
    let server = start(NOWHERE).await;
    for (body, code) in [
        (&b""[..], -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        ("[".repeat(10_000).as_bytes(), -32700),
        (
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}1{}}}}}"#,
                "[".repeat(500),
                "]".repeat(500)
            )
            .as_bytes(),
            -32700,
        ),
        (b"[]", -32600),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (b"1", -32600),
        (br#"{"id":1,"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"result":{}}"#, -32600),
    ] {
        let answer = post(&server, headers(), body.to_vec()).await;
        assert_eq!(answer.error(), (400, code), "{}", String::from_utf8_lossy(body));
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["jsonrpc"], "2.0");
    }
}

#[tokio::test]
async fn media_types_are_json() {
    let server = start(NOWHERE).await;
    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let answer = ping_with(&server, &[("content-type", content_type)]).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (415, &json!("UNSUPPORTED_MEDIA_TYPE")),
            "{content_type}"
        );
    }
    assert_eq!(ping_with(&server, &[("content-type", "Application/JSON; charset=utf-8")]).await.status, 200);
    for accept in ["", "*/*", "application/json", "application/json;q=0.9, text/event-stream"] {
        assert_eq!(ping_with(&server, &[("accept", accept)]).await.status, 200, "{accept}");
    }
    let answer = ping_with(&server, &[("accept", "text/html")]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (406, &json!("NOT_ACCEPTABLE")));
}

#[tokio::test]
async fn bodies_are_bounded() {
    let server = start(NOWHERE).await;
    let answer = post(&server, headers(), vec![b' '; 10_000_000]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (413, &json!("PAYLOAD_TOO_LARGE")));
    let mut largest = ping().into_bytes();
    largest.resize(server::http::MAX_BODY_BYTES, b' ');
    assert_eq!(post(&server, headers(), largest.clone()).await.status, 200);
    largest.push(b' ');
    assert_eq!(post(&server, headers(), largest).await.status, 413);
}

#[tokio::test]
async fn odd_version_headers_are_refused_as_json() {
    let server = start(NOWHERE).await;
    for version in ["é", "2025-11-25, 2025-06-18"] {
        let answer = ping_with(&server, &[("mcp-protocol-version", version)]).await;
        assert_eq!(answer.status, 400, "{version}");
        assert!(answer.error().1 < -32000);
    }
    let initialize = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let headers = edit(headers(), &[("mcp-protocol-version", "2025-06-18")]);
    assert_eq!(
        post(&server, headers, request("initialize", initialize).to_string()).await.error(),
        (400, -32600)
    );
}

#[tokio::test]
async fn there_is_a_health_check_and_nothing_else() {
    let server = start(NOWHERE).await;
    let answer = send(Method::GET, &format!("{}/health", server.url()), with(&[]), "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("ok")));
    let answer = send(Method::POST, &format!("{}/health", server.url()), with(&[]), "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (405, &json!("METHOD_NOT_ALLOWED")));
    for path in ["/", "/mcp/", "/mcp/x", "/../etc/passwd", "/%00"] {
        let answer = send(Method::POST, &format!("{}{path}", server.url()), headers(), ping()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (404, &json!("NOT_FOUND")), "{path}");
    }
}

#[tokio::test]
async fn stops_when_it_is_dropped() {
    let server = start(NOWHERE).await;
    let address = server.address();
    assert_eq!(legacy(&server, "ping", json!({})).await.status, 200);
    drop(server);
    // The port is free once the server is gone; binding it anew is how to see that.
    let free = async {
        while tokio::net::TcpListener::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, free).await.unwrap();
}
