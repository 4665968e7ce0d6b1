//! Facts of the ledger about PII modes.

use crate::common::api_in;
use serde_json::{Value, json};

fn column<'a>(page: &'a Value, rows: &str, key: &str) -> Vec<&'a Value> {
    page[rows].as_array().unwrap().iter().map(|row| &row[key]).collect()
}

fn covered(mode: &str) -> String {
    format!(
        "version: 1
tenants: [{{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: {{ id: kt, raw: ps_t }} }}]
numbers:
  - {{ id: n, tenant: t, engine: META, digits: '5511900000009', name: N, state: OPEN, key: {{ id: kn, raw: ps_n }}, meta: {{ phoneId: '1', wabaId: w, officialBusinessAccount: true }}, {mode} }}
contacts:
  - {{ conversation: new, number: n, userId: BR.1, name: Ana, messages: [{{ id: a, type: image, media: m, unread: true, at: -P1D }}] }}
  - {{ conversation: old, number: n, phone: '+5511988887777', name: Bia, messages: [{{ id: b, text: x, unread: true, at: -P9D }}] }}
groups:
  - {{ id: 1@g.us, number: n, name: G, participants: [], messages: [{{ id: g, from: '+5511966665555', fromName: Caio, text: x, at: -P9D }}] }}
media: [{{ id: m, number: n, mimeType: image/png, base64: AAAA }}]
"
    )
}

// facts: COM-PII-001, COM-PII-002, COM-PII-004, COM-PII-009, COM-PII-012, MSG-CONV-006
#[tokio::test]
async fn relay_only_covers_content_media_and_peer() {
    let api = api_in(&covered("piiMode: RELAY_ONLY"), "ps_n").await;
    for (path, hidden) in [
        ("/messages/unread", ["content", "media", "from", "fromName"].as_slice()),
        ("/messages/group", &["content", "from", "fromName"]),
        ("/messages/history", &["text", "media", "participantName", "participantPhone", "participantUserId"]),
    ] {
        let (_, page) = api.get(path).await;
        assert_eq!(page["notice"], "PII_RELAY_ONLY", "{path}");
        assert!(page["total"].as_u64().unwrap() > 0, "{path}");
        for row in page["messages"].as_array().unwrap() {
            assert_eq!(row["redacted"], true, "{path}");
            assert!(hidden.iter().all(|key| row[*key].is_null()), "{path}: {row}");
        }
    }
    let (_, page) = api.get("/messages/history?endDate=2026-06-15").await;
    assert_eq!(page["total"], 2, "the caller's dates alone decide");
    let open = api_in(&covered("piiMode: STORE_INDEFINITE"), "ps_n").await;
    assert_eq!(open.get("/conversations").await.1["conversations"][0]["from"], Value::Null, "no phone");
}

// facts: COM-PII-005, COM-PII-008, COM-PII-009
#[tokio::test]
async fn days_of_retention() {
    let api = api_in(&covered("piiMode: STORE_X_DAYS, piiRetentionDays: 7"), "ps_n").await;
    let (_, page) = api.get("/messages/history?startDate=2026-06-01").await;
    assert_eq!(column(&page, "messages", "redacted"), [&Value::Null, &json!(true), &json!(true)]);
    for query in ["", "?startDate=2026-06-01"] {
        let (_, page) = api.get(&format!("/conversations{query}")).await;
        assert_eq!(column(&page, "conversations", "id"), ["new"], "{query}");
    }
    assert_eq!(api.get("/conversations?startDate=2026-06-20").await.1["total"], 0);
}
