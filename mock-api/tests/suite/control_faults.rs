//! The control API: faults.

use std::collections::BTreeSet;

use crate::common::control::Control;
use crate::common::{Api, api, code, paths, start};
use jiff::SignedDuration;
use mock_api::{Delay, Dribble, Fault, MockApi, RequestFilter, ResetAt, Truncate};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

const SEND: &str = "POST /v1/messages/send";

async fn send(api: &Api) -> (u16, Value) {
    api.post("/messages/send", json!({ "destinationNumber": "+5511966665555", "text": "Oi" })).await
}

/// The raw answer to a request, and how the connection ended.
async fn raw(api: &Api, request: &str) -> (String, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(api.mock.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    (String::from_utf8(bytes).unwrap(), end)
}

const GET: &str = "GET /v1/conversations HTTP/1.1\r\nhost: x\r\nx-api-key: ps_demo_web\r\n\r\n";
/// The same, on a connection that ends with the answer.
const CLOSE: &str =
    "GET /v1/conversations HTTP/1.1\r\nhost: x\r\nx-api-key: ps_demo_web\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn answers_instead_of_the_operation() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let before = api.mock.digest();
    let armed =
        json!({ "id": "busy", "fired": 0, "remaining": 2, "operation": SEND, "status": 503, "times": 2 });
    let body = json!({ "operation": SEND, "status": 503, "times": 2 });
    assert_eq!(control.put("/faults/busy", body).await, (200, armed));
    for _ in 0..2 {
        assert_eq!(send(&api).await, (503, json!({ "error": "Service Unavailable" })));
    }
    assert_eq!(api.mock.digest(), before);
    assert_eq!(api.get("/conversations").await.0, 200, "another operation");
    assert_eq!(send(&api).await.0, 202, "it has run out");
    let (_, body) = control.get("/faults/busy").await;
    assert_eq!((&body["fired"], &body["remaining"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn answers_with_codes_and_bodies() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    for (fault, status, body) in [
        (json!({ "code": "NUMBER_BLOCKED" }), 409, json!({ "error": "Conflict", "code": "NUMBER_BLOCKED" })),
        (
            json!({ "code": "NUMBER_BLOCKED", "status": 500 }),
            500,
            json!({ "error": "Internal Server Error", "code": "NUMBER_BLOCKED" }),
        ),
        (json!({ "code": "OURS", "status": 502 }), 502, json!({ "error": "Bad Gateway", "code": "OURS" })),
        (json!({ "status": 400, "body": { "error": "x" } }), 400, json!({ "error": "x" })),
        (json!({ "status": 200, "body": [1] }), 200, json!([1])),
        (json!({ "status": 502, "body": "<html>" }), 502, Value::Null),
        (json!({ "status": 204 }), 204, Value::Null),
    ] {
        control.put("/faults/a", fault.clone()).await;
        assert_eq!(api.get("/conversations").await, (status, body), "{fault}");
    }
    control.put("/faults/a", json!({ "status": 502, "body": "<html>" })).await;
    let response = api.request(Method::GET, "/conversations").send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(response.text().await.unwrap(), "<html>");
}

#[tokio::test]
async fn is_for_one_tenant() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    control.put("/faults/a", json!({ "tenantId": "tenant_demo", "status": 500 })).await;
    assert_eq!(api.get("/conversations").await.0, 500);
    api.use_key("ps_other_web");
    assert_eq!(api.get("/conversations").await.0, 200);
    api.use_key("nobody");
    assert_eq!(api.get("/conversations").await.0, 401);
    // The control API is never at fault.
    control.put("/faults/a", json!({ "operation": "*", "status": 500 })).await;
    assert_eq!(control.get("/health").await.0, 200);
    let before = reqwest::get(format!("{}/api/v1/conversations", api.mock.url())).await.unwrap();
    assert_eq!(before.status(), 500, "under /api/v1 alike");
}

// facts: COM-ERR-012
#[tokio::test]
async fn limits_the_rate() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    control.put("/faults/limit", json!({ "rateLimit": { "retryAfterSeconds": 7 } })).await;
    let response = api.request(Method::GET, "/conversations").send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    let body: Value = response.json().await.unwrap();
    assert_eq!((code(&body), &body["retryAfterSeconds"]), ("RATE_LIMITED", &json!(7)));

    control.put("/faults/limit", json!({ "rateLimit": { "limit": 2, "windowSeconds": 10 } })).await;
    assert_eq!(api.get("/conversations").await.0, 200);
    api.mock.advance(SignedDuration::from_millis(3_500)).await;
    assert_eq!(api.get("/conversations").await.0, 200);
    let (status, body) = api.get("/conversations").await;
    assert_eq!((status, &body["retryAfterSeconds"]), (429, &json!(7)), "what is left of the window");
    api.use_key("ps_demo_meta");
    assert_eq!(api.get("/conversations").await.0, 200, "another key");
    api.use_key("ps_demo_web");
    api.mock.advance(SignedDuration::from_millis(6_500)).await;
    assert_eq!(api.get("/conversations").await.0, 200, "another window");
    assert_eq!(control.get("/faults/limit").await.1["fired"], 1, "it counts what it refused");
}

/// How long the journal says that each request waited.
fn delays(api: &Api) -> Vec<u64> {
    api.mock.requests(&RequestFilter::default()).iter().map(|request| request.delay_ms).collect()
}

/// The time that a raw request takes, on a clock that stands and jumps to the end of a wait when nothing else is to be done.
async fn taking(api: &Api) -> (u128, String) {
    let start = Instant::now();
    let (answer, _) = raw(api, CLOSE).await;
    (start.elapsed().as_millis(), answer)
}

fn waiting(ms: u64) -> Fault {
    Fault { delay: Some(Delay::Fixed { ms }), ..Fault::default() }
}

#[tokio::test(start_paused = true)]
async fn waits_as_long_as_the_journal_says() {
    let api = api("ps_demo_web").await;
    api.mock.put_fault("a", waiting(300)).unwrap();
    assert_eq!(taking(&api).await.0, 300);
    let fault = Fault { status: Some(503), times: Some(1), ..waiting(45) };
    api.mock.put_fault("b", fault).unwrap();
    let (took, answer) = taking(&api).await;
    assert_eq!(
        (took, answer.contains(" 503 ")),
        (345, true),
        "they add up, and one that answers waits first"
    );
    assert_eq!(taking(&api).await.0, 300, "the second one has run out");
    api.mock.put_fault("a", waiting(40_000)).unwrap();
    api.mock.put_fault("b", Fault { reset: Some(ResetAt::Before), ..waiting(40_000) }).unwrap();
    assert_eq!(taking(&api).await.0, 60_000, "never longer than a minute");
    api.mock.clear_faults();
    assert_eq!(taking(&api).await.0, 0);
    assert_eq!(delays(&api), [300, 345, 300, 60_000, 0]);
    let control = Control::of(&api).await;
    let (_, body) = control.get("/requests").await;
    let (first, second) = (&body["requests"][0], &body["requests"][1]);
    assert_eq!((&first["delayMs"], &first["faults"]), (&json!(300), &json!(["a"])));
    assert_eq!((&second["delayMs"], &second["faults"]), (&json!(345), &json!(["a", "b"])));
}

#[tokio::test(start_paused = true)]
async fn draws_the_same_delays_with_the_same_seed() {
    let uniform = Delay::Uniform { min_ms: 10, max_ms: 20 };
    let latency = Delay::LogNormal { median_ms: 30_000, p99_ms: 60_000 };
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let api = start(MockApi::builder().seed(seed), "ps_demo_web").await;
        for delay in [uniform, latency] {
            api.mock.put_fault("a", Fault { delay: Some(delay), ..Fault::default() }).unwrap();
            for _ in 0..32 {
                assert_eq!(api.get("/conversations").await.0, 200);
            }
        }
        runs.push(delays(&api));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    let (uniform, latency) = runs[0].split_at(32);
    assert!(uniform.iter().all(|ms| (10..=20).contains(ms)), "{uniform:?}");
    assert!(latency.iter().all(|ms| (1..=60_000).contains(ms)), "{latency:?}");
    for drawn in [uniform, latency] {
        assert!(drawn.iter().collect::<BTreeSet<_>>().len() > 5, "{drawn:?}");
    }
}

#[tokio::test]
async fn resets_the_connection() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let before = api.mock.digest();
    control.put("/faults/a", json!({ "reset": "before", "times": 1 })).await;
    let (answer, end) = raw(&api, GET).await;
    assert_eq!((answer.as_str(), end.unwrap_err().kind()), ("", std::io::ErrorKind::ConnectionReset));
    assert!(raw(&api, CLOSE).await.1.is_ok());
    control.put("/faults/a", json!({ "operation": SEND, "reset": "before", "times": 1 })).await;
    let request = || api.request(Method::POST, "/messages/send").header("idempotency-key", "once");
    let body = json!({ "destinationNumber": "+5511966665555", "text": "Oi" });
    assert!(request().json(&body).send().await.is_err());
    assert_eq!(api.mock.digest(), before, "it had no effect");
    let (_, journal) = control.get("/requests?limit=1").await;
    assert_eq!(
        (&journal["requests"][0]["status"], &journal["requests"][0]["refused"]["rule"]),
        (&Value::Null, &json!("fault"))
    );

    control.put("/faults/a", json!({ "operation": SEND, "reset": "after", "times": 1 })).await;
    assert!(request().json(&body).send().await.is_err());
    assert_ne!(api.mock.digest(), before, "it had its effect");
    let replay = request().json(&body).send().await.unwrap();
    assert_eq!(replay.headers()["idempotent-replayed"], "true");
}

#[tokio::test]
async fn breaks_off() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    let whole = raw(&api, CLOSE).await.0;
    let (_, body) = whole.split_once("\r\n\r\n").unwrap();
    control.put("/faults/a", json!({ "truncate": { "bytes": 10 } })).await;
    let (answer, end) = raw(&api, GET).await;
    let (head, sent) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!((sent, end.is_ok()), (body.get(..10).unwrap(), true), "it ends as if all were well");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(api.request(Method::GET, "/conversations").send().await.unwrap().bytes().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn dribbles() {
    let api = api("ps_demo_web").await;
    let fault = |bytes_per_second| Fault {
        status: Some(502),
        body: Some("0123456789".into()),
        dribble: Some(Dribble { bytes_per_second }),
        ..Fault::default()
    };
    api.mock.put_fault("a", fault(5)).unwrap();
    let (took, answer) = taking(&api).await;
    assert_eq!((took, answer.ends_with("\r\n\r\n0123456789")), (2_000, true));
    api.mock.put_fault("a", Fault { truncate: Some(Truncate { bytes: 3 }), ..fault(10) }).unwrap();
    let (took, answer) = taking(&api).await;
    assert!(answer.ends_with("\r\n\r\n012"), "{answer}");
    assert!(took >= 300, "{took}");
    assert_eq!(delays(&api), [0, 0], "a slow answer is no delay");
}

#[tokio::test]
async fn chance_is_the_same_with_the_same_seed() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let api = start(MockApi::builder().seed(seed), "ps_demo_web").await;
        let plain = send(&api).await.1;
        api.mock.reset();
        api.mock
            .put_fault("a", Fault { status: Some(500), probability: Some(0.5), ..Fault::default() })
            .unwrap();
        let mut statuses = Vec::new();
        for _ in 0..64 {
            statuses.push(api.get("/conversations").await.0);
        }
        let failed = statuses.iter().filter(|status| **status == 500).count();
        assert!((16..48).contains(&failed), "{failed}");
        api.mock.clear_faults();
        assert_eq!(send(&api).await.1, plain, "ids do not depend on it");
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn bad_faults() {
    let api = api("").await;
    let control = Control::of(&api).await;
    for (fault, path) in [
        (json!({}), ""),
        (json!({ "times": 1 }), ""),
        (json!({ "status": 500, "reset": "before" }), ""),
        (json!({ "status": 500, "rateLimit": {} }), ""),
        (json!({ "status": 199 }), "/status"),
        (json!({ "status": 600 }), "/status"),
        (json!({ "status": "500" }), "/status"),
        (json!({ "code": "OURS" }), "/status"),
        (json!({ "body": {} }), "/status"),
        (json!({ "status": 500, "operation": "GET /v1/mesages/{id}" }), "/operation"),
        (json!({ "status": 500, "operation": "conversations" }), "/operation"),
        (json!({ "status": 500, "probability": 1.1 }), "/probability"),
        (json!({ "status": 500, "probability": -0.1 }), "/probability"),
        (json!({ "status": 500, "times": 0 }), "/times"),
        (json!({ "delay": { "ms": 60_001 } }), "/delay"),
        (json!({ "delay": { "minMs": 2, "maxMs": 1 } }), "/delay"),
        (json!({ "delay": { "medianMs": 0, "p99Ms": 1 } }), "/delay"),
        (json!({ "delay": { "ms": 1, "maxMs": 1 } }), "/delay"),
        (json!({ "delay": 5 }), "/delay"),
        (json!({ "reset": true }), "/reset"),
        (json!({ "dribble": { "bytesPerSecond": 0 } }), "/dribble/bytesPerSecond"),
        (json!({ "rateLimit": { "windowSeconds": 0 } }), "/rateLimit/windowSeconds"),
        (json!({ "latency": 5 }), "/latency"),
    ] {
        let (status, body) = control.put("/faults/a", fault.clone()).await;
        assert_eq!(
            (status, code(&body), crate::common::paths(&body)),
            (400, "VALIDATION_ERROR", vec![path]),
            "{fault}"
        );
    }
    let (_, body) =
        control.put("/faults/a", json!({ "status": 500, "operation": "GET /v1/mesages/{id}" })).await;
    assert_eq!(body["nearest"][0], "GET /v1/messages/{id}");
    assert_eq!(control.get("/faults").await.1, json!({ "faults": [] }));
}

#[tokio::test]
async fn comes_and_goes() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    for index in 0..100 {
        assert_eq!(control.put(&format!("/faults/f{index}"), json!({ "status": 500 })).await.0, 200);
    }
    let (status, body) = control.put("/faults/more", json!({ "status": 500 })).await;
    assert_eq!((status, code(&body)), (409, "TOO_MANY_FAULTS"));
    assert_eq!(control.put("/faults/f0", json!({ "status": 502 })).await.0, 200);
    assert_eq!(api.get("/conversations").await.0, 502, "the first one answers, and kept its place");
    assert_eq!(control.delete("/faults/f0").await, (200, json!({ "ok": true })));
    assert_eq!(api.get("/conversations").await.0, 500);
    for (status, body) in [control.get("/faults/f0").await, control.delete("/faults/f0").await] {
        assert_eq!((status, code(&body)), (404, "FAULT_NOT_FOUND"));
    }
    assert_eq!(control.delete("/faults").await, (200, json!({ "ok": true })));
    assert_eq!(api.get("/conversations").await.0, 200);
}

#[tokio::test]
async fn the_handle_does_the_same() {
    let api = api("ps_demo_web").await;
    let fault =
        Fault { reset: Some(ResetAt::Before), delay: Some(Delay::Fixed { ms: 1 }), ..Fault::default() };
    let armed = api.mock.put_fault("a", fault.clone()).unwrap();
    assert_eq!((armed.fault, armed.fired, armed.remaining), (fault, 0, None));
    assert!(api.request(Method::GET, "/conversations").send().await.is_err());
    assert_eq!(api.mock.faults()[0].fired, 1);
    assert!(api.mock.remove_fault("a"));
    assert!(!api.mock.remove_fault("a"));
    let error = api.mock.put_fault("a", Fault::default()).unwrap_err();
    assert_eq!((error.status(), error.code()), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn answers_with_headers() {
    let api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    for (fault, retry_after, body) in [
        (
            json!({ "status": 503, "headers": { "Retry-After": "5", "x-a": "b" } }),
            "5",
            json!({ "error": "Service Unavailable" }),
        ),
        (
            json!({ "code": "RATE_LIMITED" }),
            "60",
            json!({ "error": "Too Many Requests", "code": "RATE_LIMITED", "retryAfterSeconds": 60 }),
        ),
        (
            json!({ "code": "RATE_LIMITED", "headers": { "retry-after": "7" } }),
            "7",
            json!({ "error": "Too Many Requests", "code": "RATE_LIMITED", "retryAfterSeconds": 7 }),
        ),
    ] {
        assert_eq!(control.put("/faults/a", fault.clone()).await.0, 200);
        let response = api.request(Method::GET, "/conversations").send().await.unwrap();
        assert_eq!(response.headers()["retry-after"], retry_after, "{fault}");
        let answered: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(answered, body);
    }
    for (fault, path) in [
        (json!({ "headers": { "a": "b" }, "delay": { "ms": 1 } }), "/status"),
        (json!({ "status": 503, "headers": { "a b": "c" } }), "/headers/a b"),
        (json!({ "status": 503, "headers": { "a": "b\n" } }), "/headers/a"),
        (json!({ "status": 503, "headers": { "Content-Length": "1" } }), "/headers/Content-Length"),
        (json!({ "status": 204, "body": {} }), "/body"),
        (json!({ "status": 503, "tenantId": "nope" }), "/tenantId"),
    ] {
        let (status, body) = control.put("/faults/b", fault.clone()).await;
        assert_eq!((status, paths(&body)), (400, vec![path]), "{fault}");
    }
}

#[tokio::test]
async fn a_tenant_that_goes_back_has_its_calls_again() {
    let mut api = api("ps_demo_web").await;
    let control = Control::of(&api).await;
    control.put("/faults/limit", json!({ "rateLimit": { "limit": 1 } })).await;
    for key in ["ps_demo_web", "ps_other_web"] {
        api.use_key(key);
        assert_eq!(api.get("/conversations").await.0, 200);
        assert_eq!(api.get("/conversations").await.0, 429);
    }
    control.post("/reset", json!({ "tenantId": "tenant_demo" })).await;
    assert_eq!(api.get("/conversations").await.0, 429, "another tenant's window goes on");
    api.use_key("ps_demo_web");
    assert_eq!(api.get("/conversations").await.0, 200);
}
