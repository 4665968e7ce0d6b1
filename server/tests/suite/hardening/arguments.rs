//! Arguments and headers that reach for more than their place in the request to the API.

use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::common::{KEY, call, edit, failure, headers, post, request, start};

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
