//! The magic inputs: one table, and every line of it does what it says.

use crate::common::{Api, MESSAGE_CODES, api};
use jiff::SignedDuration;
use serde_json::{Value, json};

const BEGIN: &str = "<!-- begin: generated from the table in src/magic.rs -->\n";
const END: &str = "<!-- end -->\n";

fn table() -> Vec<Value> {
    mock_api::magic_json().as_array().unwrap().clone()
}

async fn send(api: &Api, to: &str, wait: SignedDuration) -> Value {
    let (status, sent) = api.post("/messages/send", json!({ "destinationNumber": to, "text": "Oi" })).await;
    assert_eq!(status, 202, "{sent}");
    api.mock.advance(wait).await;
    api.get(&format!("/messages/{}", sent["id"].as_str().unwrap())).await.1
}

// facts: MSG-CODE-016
#[tokio::test]
async fn there_is_a_number_for_every_error_code() {
    let codes: Vec<_> = table().iter().filter_map(|row| Some(row.get("errorCode")?.clone())).collect();
    assert_eq!(codes, MESSAGE_CODES);
    for key in ["ps_demo_meta", "ps_demo_web"] {
        let api = api(key).await;
        for row in table().iter().filter(|row| row.get("errorCode").is_some()) {
            let read = send(&api, row["input"].as_str().unwrap(), SignedDuration::from_secs(10)).await;
            assert_eq!((&read["status"], &read["errorCode"]), (&json!("FAILED"), &row["errorCode"]), "{row}");
            let was_sent = row["errorCode"] == "DELIVERED_NOT_CONFIRMED";
            assert_eq!(read["sentAt"].is_string(), was_sent, "{row}");
        }
    }
}

// facts: MSG-LIFE-004, MSG-CODE-005, MSG-CODE-008
#[tokio::test]
async fn other_numbers_stop_half_way() {
    for key in ["ps_demo_meta", "ps_demo_web"] {
        let api = api(key).await;
        let day = SignedDuration::from_hours(24);
        assert_eq!(send(&api, "+15550100101", day).await["status"], "DELIVERED");
        assert_eq!(send(&api, "+15550100102", day).await["status"], "SENT");
        assert_eq!(send(&api, "+15550100103", day).await["status"], "QUEUED");
        assert_eq!(send(&api, "+15550100104", day).await["errorCode"], "DELIVERY_TIMEOUT");
        let old = send(&api, "+15550100103", SignedDuration::from_hours(24 * 7)).await;
        assert_eq!(old["errorCode"], "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED");
    }
}

// facts: NUM-CHECK-006
#[tokio::test]
async fn a_number_that_is_not_on_whatsapp_is_found_out_by_the_check() {
    let api = api("ps_demo_web").await;
    let asked = json!({ "numbers": ["+15550100011", "+15550100101"] });
    let (status, answer) = api.post("/numbers/check", asked).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (&answer["results"][0]["exists"], &answer["results"][1]["exists"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_key_is_in_use() {
    let api = api("ps_demo_web").await;
    let request =
        api.request(reqwest::Method::POST, "/messages/send").header("idempotency-key", "magic_in_use");
    let (status, answer) =
        api.send(request.json(&json!({ "destinationNumber": "+5511988887777", "text": "Oi" }))).await;
    assert_eq!((status, crate::common::code(&answer)), (409, "IDEMPOTENCY_KEY_IN_USE"));
}

#[test]
fn every_number_is_one_that_nobody_has() {
    let rows = table();
    let phones: Vec<_> = rows.iter().filter(|row| row["where"] == "phone").collect();
    assert!(phones.iter().all(|row| {
        let input = row["input"].as_str().unwrap();
        input.len() == 12 && input.starts_with("+1555010")
    }));
    let inputs: std::collections::BTreeSet<_> =
        rows.iter().map(|row| row["input"].as_str().unwrap()).collect();
    assert_eq!(inputs.len(), rows.len(), "no input stands twice");
}

/// Rewrites the section when `UPDATE_GENERATED=1`.
#[test]
fn the_document_has_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/MAGIC.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let current = format!("{head}{BEGIN}\n{}\n{END}{tail}", mock_api::magic_markdown());
    if std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1") {
        std::fs::write(path, &current).unwrap();
        return;
    }
    assert_eq!(text, current, "run UPDATE_GENERATED=1 cargo test -p mock-api --test magic");
}

#[test]
fn the_program_lists_it() {
    let list = |argument: &str| {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_pilot-status-mock")).arg(argument).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let text = list("--list-magic");
    assert_eq!(text, mock_api::magic_text());
    assert_eq!(text.lines().count(), table().len());
    assert_eq!(serde_json::from_str::<Value>(&list("--list-magic=json")).unwrap(), mock_api::magic_json());
}
