//! The same seed, world and calls give the same bytes, on one thread or on eight.

use std::fmt::Write;

use crate::common::receiver::Receiver;
use crate::common::{Api, start};
use jiff::SignedDuration;
use mock_api::MockApi;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// A call, or the clock moved on by so many seconds.
enum Step {
    Call(&'static str, Method, &'static str, Value),
    Simulate(&'static str, Value),
    Advance(i64),
}

fn steps() -> Vec<Step> {
    use Step::{Advance, Call, Simulate};
    let (get, post) = (Method::GET, Method::POST);
    let ana = "+5511988887777";
    vec![
        Call(
            "ps_demo_meta",
            post.clone(),
            "/messages/send",
            json!({ "destinationNumber": ana, "text": "Oi" }),
        ),
        Call(
            "ps_demo_web",
            post.clone(),
            "/messages/send",
            json!({ "destinationNumber": "+5511966665555", "text": "1" }),
        ),
        Call(
            "ps_demo_web",
            post.clone(),
            "/messages/send",
            json!({ "destinationNumber": "+15550100001", "text": "2" }),
        ),
        Simulate("message", json!({ "numberId": "num_meta", "from": ana, "text": "Olá" })),
        Advance(3),
        Simulate("call", json!({ "numberId": "num_meta", "from": ana })),
        Simulate("number", json!({ "numberId": "num_web", "event": "disconnect" })),
        Advance(4),
        Call(
            "ps_demo_web",
            post.clone(),
            "/messages/send",
            json!({ "destinationNumber": "+5511966665555", "text": "3" }),
        ),
        Call("ps_demo_tenant", post.clone(), "/api-keys", json!({ "whatsappNumberId": "num_meta_oba" })),
        Simulate("number", json!({ "numberId": "num_web", "event": "connect" })),
        Advance(3_600),
        Call("ps_demo_meta", get.clone(), "/messages", json!(null)),
        Call("ps_demo_meta", get.clone(), "/calls", json!(null)),
        Call("ps_demo_web", get.clone(), "/messages/history", json!(null)),
        Call("ps_demo_tenant", get.clone(), "/webhooks", json!(null)),
        Call("ps_demo_tenant", get, "/numbers", json!(null)),
    ]
}

async fn take(api: &mut Api, step: Step) -> String {
    match step {
        Step::Call(key, method, path, body) => {
            api.use_key(key);
            let request = api.request(method, path);
            let request = if body.is_null() { request } else { request.json(&body) };
            let response = request.send().await.unwrap();
            format!("{} {}", response.status(), response.text().await.unwrap())
        }
        Step::Simulate(kind, body) => api.mock.simulate(kind, body).unwrap().to_string(),
        Step::Advance(seconds) => {
            api.mock.advance(SignedDuration::from_secs(seconds)).await;
            String::new()
        }
    }
}

/// Everything that the mock said: its answers, what it delivered, and what it holds in the end.
async fn transcript(receivers: &[Receiver]) -> String {
    let mut api = start(MockApi::builder().seed(7), "ps_demo_tenant").await;
    for (receiver, number) in receivers.iter().zip(["num_meta", "num_web", "num_web"]) {
        receiver.fail(1);
        let hook = json!({ "url": receiver.url("/hook"), "events": ["*"], "whatsappNumberId": number });
        assert_eq!(api.post("/webhooks", hook).await.0, 201);
    }
    let mut transcript = String::new();
    for step in steps() {
        writeln!(transcript, "{}", take(&mut api, step).await).unwrap();
    }
    for receiver in receivers {
        for received in receiver.take() {
            let signature = received.headers["x-pilot-status-signature"].to_str().unwrap();
            writeln!(transcript, "{signature} {}", String::from_utf8_lossy(&received.raw)).unwrap();
        }
    }
    writeln!(transcript, "{:x}", api.mock.digest()).unwrap();
    transcript
}

#[test]
fn one_thread_or_eight() {
    // The receivers outlive both runs, so that their ports are the same.
    let outside = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let receivers = outside
        .block_on(async { [Receiver::start().await, Receiver::start().await, Receiver::start().await] });
    let one = || Builder::new_current_thread().enable_all().build().unwrap();
    let eight = || Builder::new_multi_thread().worker_threads(8).enable_all().build().unwrap();
    let run = |runtime: Runtime| runtime.block_on(transcript(&receivers));
    let expected = run(one());
    assert!(
        expected.contains("message.read") && expected.contains("\"wh_") && expected.lines().count() > 30,
        "{}",
        expected.lines().count()
    );
    for runtime in [one(), eight(), eight(), eight()] {
        let found = run(runtime);
        for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "line {line}");
        }
        assert_eq!(found, expected);
    }
}
