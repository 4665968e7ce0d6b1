//! Clients and upstreams that mean harm, or might as well: each gets a bounded answer, and the server goes on serving.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::http::MAX_BODY_BYTES;
use server::{Limits, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::common::{KEY, call, edit, failure, headers, legacy, post, request, start};
use crate::gate::Gate;
use crate::upstream::plain;

const NOWHERE: &str = "http://127.0.0.1:9";

async fn assert_serves(server: &Running) {
    assert_eq!(legacy(server, "ping", json!({})).await.status, StatusCode::OK);
}

async fn read(server: &Running) -> Value {
    failure(&call(server, "message_get", json!({ "id": "msg_1" })).await)
}

/// The code that is told of an upstream that does this with its one request.
async fn told_of<F: Future<Output = ()>>(act: impl FnOnce(crate::gate::Held) -> F) -> Value {
    let gate = Gate::open().await;
    let server = plain(&gate.url()).await;
    let (told, ()) = tokio::join!(read(&server), async { act(gate.arrival().await).await });
    assert_serves(&server).await;
    told["code"].clone()
}

#[tokio::test]
async fn an_upstream_that_resets() {
    assert_eq!(told_of(async |held| held.reset()).await, "UPSTREAM_UNREACHABLE");
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":";
    assert_eq!(told_of(async |held| held.begin(half).await.reset()).await, "UPSTREAM_INVALID_RESPONSE");
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_http() {
    for bytes in [
        "\0\0\0\0".to_owned(),
        "220 mail.example.com ESMTP\r\n".to_owned(),
        "HTTP/1.1 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 99999 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_owned(),
        format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n{{}}", "x".repeat(1024 * 1024)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n{{}}", "a: b\r\n".repeat(1000)),
    ] {
        // It may well hang up before it has read everything.
        let told = told_of(async |held| _ = held.try_answer_raw(&bytes).await).await;
        assert_eq!(told, "UPSTREAM_UNREACHABLE", "{}", bytes.chars().take(50).collect::<String>());
    }
    for body in ["ZZ\r\n{}\r\n", "5\r\n{}", "ffffffffffffffffff\r\n{}", "2\r\n{}\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}");
        assert_eq!(
            told_of(async |held| held.answer_raw(&answer).await).await,
            "UPSTREAM_INVALID_RESPONSE",
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, " ".repeat(65_536));
    let flood = async |held: crate::gate::Held| {
        let mut held = held.begin("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let mut bytes = 0;
        while held.try_write(&chunk).await {
            bytes += chunk.len();
            assert!(bytes < 64 * 1024 * 1024, "still reading after {bytes} bytes");
        }
    };
    assert_eq!(told_of(flood).await, "UPSTREAM_INVALID_RESPONSE");
}

/// `{"a":1}`, compressed: a server that unpacked it would have an answer, and one day a bomb.
const GZIP: [u8; 27] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 5, 0, 0xaf, 0xac, 0x1b,
    0x56, 7, 0, 0, 0,
];

#[tokio::test]
async fn nothing_is_unpacked_and_no_packing_is_asked_for() {
    let upstream = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(GZIP, "application/json");
    Mock::given(any()).respond_with(answer).mount(&upstream).await;
    assert_eq!(read(&start(&upstream.uri()).await).await["code"], "UPSTREAM_INVALID_RESPONSE");
    for request in upstream.received_requests().await.unwrap() {
        assert_eq!(request.headers["accept-encoding"], "identity");
    }
}

#[tokio::test]
async fn a_success_that_is_an_error_is_an_error() {
    let upstream = MockServer::start().await;
    let body = json!({ "error": "Message not found", "code": "MESSAGE_NOT_FOUND" });
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&upstream).await;
    assert_eq!(
        read(&start(&upstream.uri()).await).await,
        json!({ "status": 502, "code": "MESSAGE_NOT_FOUND", "error": "Message not found" })
    );
}

/// An upstream that says what it was asked.
async fn echo() -> MockServer {
    let upstream = MockServer::start().await;
    let said = |request: &Request| {
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        ResponseTemplate::new(200).set_body_json(json!({ "target": request.url.path(), "headers": headers }))
    };
    Mock::given(any()).respond_with(said).mount(&upstream).await;
    upstream
}

#[tokio::test]
async fn an_id_stays_one_segment_of_the_path() {
    let upstream = echo().await;
    let server = start(&format!("{}/base", upstream.uri())).await;
    for (id, segment) in [
        ("../numbers", "..%2Fnumbers"),
        ("..%2fnumbers", "..%252fnumbers"),
        ("%2e%2e", "%252e%252e"),
        ("%2e%2e/%2e%2e/x", "%252e%252e%2F%252e%252e%2Fx"),
        ("a/b", "a%2Fb"),
        ("/etc/passwd", "%2Fetc%2Fpasswd"),
        ("//evil.example/", "%2F%2Fevil.example%2F"),
        ("..\\x", "..%5Cx"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("a;b", "a%3Bb"),
        ("a\r\nx-api-key: b", "a%0D%0Ax-api-key%3A%20b"),
        ("\0", "%00"),
        ("...", "..."),
        (" ", "%20"),
        ("é", "%C3%A9"),
        ("http://evil.example", "http%3A%2F%2Fevil.example"),
    ] {
        let result = call(&server, "message_get", json!({ "id": id })).await;
        assert_eq!(
            result["structuredContent"]["target"],
            format!("/base/v1/messages/{segment}"),
            "{id:?}: {result}"
        );
    }
    for id in ["", ".", ".."] {
        let result = call(&server, "message_get", json!({ "id": id })).await;
        assert_eq!(failure(&result)["code"], "VALIDATION_ERROR", "{id:?}");
    }
    assert_eq!(upstream.received_requests().await.unwrap().len(), 17);
}

#[tokio::test]
async fn an_argument_stays_in_its_header() {
    let upstream = echo().await;
    let server = start(&upstream.uri()).await;
    let send = async |name: &str, value: &str| {
        let mut arguments = json!({ "text": "a", "destinationNumber": "+5511988887777" });
        arguments[name] = value.into();
        call(&server, "messages_send", arguments).await
    };
    for name in ["idempotencyKey", "whatsappNumberId"] {
        for value in
            ["a\r\nx-api-key: other", "a\nb", "a\rb", "a\0b", "\r\n\r\nGET / HTTP/1.1", "a\u{7f}b", "a\u{1}b"]
        {
            assert_eq!(failure(&send(name, value).await)["code"], "VALIDATION_ERROR", "{name} {value:?}");
        }
    }
    assert!(upstream.received_requests().await.unwrap().is_empty());
    // What is not ASCII is refused or arrives as one value; either way the key is the caller's.
    for name in ["idempotencyKey", "whatsappNumberId"] {
        for value in ["é", "日本", "a\u{2028}b", "\u{10a}x-api-key: other", "a\u{85}b"] {
            send(name, value).await;
        }
    }
    let arrived = upstream.received_requests().await.unwrap();
    assert!(!arrived.is_empty());
    for request in arrived {
        assert_eq!(request.headers.get_all("x-api-key").iter().collect::<Vec<_>>(), [KEY]);
        let names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
        let known = [
            "accept",
            "accept-encoding",
            "content-length",
            "content-type",
            "host",
            "idempotency-key",
            "user-agent",
            "x-api-key",
            "x-whatsapp-number-id",
        ];
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    }
}

#[tokio::test]
async fn the_callers_own_headers_do_not_travel_on() {
    let upstream = echo().await;
    let server = start(&upstream.uri()).await;
    let changes = [
        ("cookie", "a=b"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-whatsapp-number-id", "num_other"),
        ("idempotency-key", "k"),
    ];
    let body =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    let answer = post(&server, edit(headers(), &changes), body).await.json();
    let arrived = answer["result"]["structuredContent"]["headers"].to_string();
    assert!(arrived.contains(KEY), "{arrived}");
    for name in ["cookie", "x-forwarded-for", "x-whatsapp-number-id", "idempotency-key"] {
        assert!(!arrived.contains(name), "{name}: {arrived}");
    }
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

#[tokio::test]
async fn messages_of_every_wrong_kind_are_answered_as_such() {
    let server = start(NOWHERE).await;
    let deep = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    for (body, expected) in [
        // Not JSON.
        ("".to_owned(), -32700), (" ".to_owned(), -32700), ("{".to_owned(), -32700), ("}".to_owned(), -32700), ("nul".to_owned(), -32700),
        ("{'jsonrpc':'2.0'}".to_owned(), -32700), (r#"{"jsonrpc":"2.0",}"#.to_owned(), -32700), (r#"{"jsonrpc":"2.0"}{}"#.to_owned(), -32700),
        (r#"{"a":NaN}"#.to_owned(), -32700), (r#"{"a":1e99999}"#.to_owned(), -32700), (r#"{"a":01}"#.to_owned(), -32700),
        (r#"{"a":"\ud800"}"#.to_owned(), -32700), (r#"{"a":"\x00"}"#.to_owned(), -32700), ("{\"a\":\"\n\"}".to_owned(), -32700),
        ("\u{feff}{}".to_owned(), -32700), (deep(10_000), -32700), ("[".repeat(1_000_000), -32700), ("// a\n{}".to_owned(), -32700),
        // No message.
        ("null".to_owned(), -32600), ("true".to_owned(), -32600), ("0".to_owned(), -32600), ("\"ping\"".to_owned(), -32600),
        ("[]".to_owned(), -32600), ("[[]]".to_owned(), -32600), ("{}".to_owned(), -32600),
        (r#"{"id":1,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2","id":1,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":0.5,"method":"ping"}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":null}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"method":"ping","error":{}}"#.to_owned(), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), -32600), (r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"a"}}"#.to_owned(), -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"#.to_owned(), -32600),
        // Wrong parameters.
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#.to_owned(), -32602), (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":1}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#.to_owned(), -32602), (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":null}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"message_get","arguments":[]}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"message_get","arguments":"{}"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\u0000"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#.to_owned(), -32602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":[]}}"#.to_owned(), -32602),
        // Unknown methods.
        (r#"{"jsonrpc":"2.0","id":1,"method":""}"#.to_owned(), -32601), (r#"{"jsonrpc":"2.0","id":1,"method":"tools/../call"}"#.to_owned(), -32601),
        (format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, "x".repeat(1_000_000)), -32601),
    ] {
        let start: String = body.chars().take(100).collect();
        let answer = post(&server, headers(), body).await;
        assert_eq!(answer.header("content-type"), "application/json", "{start}");
        assert_eq!(answer.json()["error"]["code"], expected, "{start}: {}", answer.text);
        assert!(answer.status.as_u16() < 500 && answer.text.len() < 1000, "{start}: {}", answer.text);
    }
    assert_serves(&server).await;
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
