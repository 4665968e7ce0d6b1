//! A key belongs to its first call while that is under way.

use crate::common::{Api, api, code};
use mock_api::{Delay, Fault};
use serde_json::{Value, json};

const SEND: &str = "POST /v1/messages/send";

/// A send: its status, whether it was replayed, and its answer.
async fn send(api: &Api, raw_key: &str, idempotency_key: &str, text: &str) -> (u16, bool, Value) {
    let request = crate::common::client().post(format!("{}/v1/messages/send", api.mock.url()));
    let request = request.header("x-api-key", raw_key).header("idempotency-key", idempotency_key);
    let body = json!({ "destinationNumber": "+5511988887777", "text": text });
    let response = request.json(&body).send().await.unwrap();
    let replayed = response.headers().contains_key("idempotent-replayed");
    (response.status().as_u16(), replayed, response.json().await.unwrap())
}

/// Lets the next send wait for a minute, whatever comes of it then.
fn hold_up_the_next(api: &Api, status: Option<u16>) {
    let delay = Some(Delay::Fixed { ms: 60_000 });
    let fault = Fault { operation: Some(SEND.to_owned()), delay, status, times: Some(1), ..Fault::default() };
    api.mock.put_fault("slow", fault).unwrap();
}

async fn until_it_is_held_up(api: &Api) {
    while api.mock.faults()[0].fired == 0 {
        tokio::task::yield_now().await;
    }
}

// facts: MSG-IDEM-009
#[tokio::test]
async fn a_key_is_in_use_while_its_first_call_runs() {
    let api = api("ps_demo_web").await;
    hold_up_the_next(&api, None);
    let meanwhile = async {
        until_it_is_held_up(&api).await;
        for text in ["Oi", "Tchau"] {
            let (status, replayed, body) = send(&api, "ps_demo_web", "k", text).await;
            assert_eq!((status, replayed, code(&body)), (409, false, "IDEMPOTENCY_KEY_IN_USE"), "{text}");
        }
        assert_eq!(send(&api, "ps_demo_web", "other", "Oi").await.0, 202, "another key");
        assert_eq!(send(&api, "ps_demo_meta", "k", "Oi").await.0, 202, "another number");
        assert_eq!(send(&api, "ps_nobody", "k", "Oi").await.0, 401, "nobody");
        // From here on nothing is left but to wait: the clock jumps to the end of it.
        tokio::time::pause();
    };
    let (first, ()) = tokio::join!(send(&api, "ps_demo_web", "k", "Oi"), meanwhile);
    assert_eq!((first.0, first.1), (202, false));
    assert_eq!(send(&api, "ps_demo_web", "k", "Oi").await, (202, true, first.2));
    let (status, _, body) = send(&api, "ps_demo_web", "k", "Tchau").await;
    assert_eq!((status, code(&body)), (409, "IDEMPOTENCY_KEY_REUSED"));
    assert_eq!(api.get("/messages").await.1["total"], 2, "one for each key");
}

#[tokio::test]
async fn a_first_call_that_fails_lets_go_of_its_key() {
    let api = api("ps_demo_web").await;
    hold_up_the_next(&api, Some(503));
    let meanwhile = async {
        until_it_is_held_up(&api).await;
        assert_eq!(code(&send(&api, "ps_demo_web", "k", "Oi").await.2), "IDEMPOTENCY_KEY_IN_USE");
        tokio::time::pause();
    };
    let (first, ()) = tokio::join!(send(&api, "ps_demo_web", "k", "Oi"), meanwhile);
    assert_eq!(first.0, 503);
    let (status, replayed, _) = send(&api, "ps_demo_web", "k", "Tchau").await;
    assert_eq!((status, replayed), (202, false), "nothing was sent with it");
}

#[tokio::test]
async fn only_sends_have_keys() {
    let api = api("ps_demo_web").await;
    hold_up_the_next(&api, None);
    let meanwhile = async {
        until_it_is_held_up(&api).await;
        let request = api.request(reqwest::Method::GET, "/conversations").header("idempotency-key", "k");
        assert_eq!(api.send(request).await.0, 200);
        tokio::time::pause();
    };
    let (first, ()) = tokio::join!(send(&api, "ps_demo_web", "k", "Oi"), meanwhile);
    assert_eq!(first.0, 202);
}
