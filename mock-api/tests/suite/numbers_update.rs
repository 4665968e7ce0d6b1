//! What can be changed of a number.

use crate::common::{api, code, paths};
use serde_json::{Value, json};

// facts: NUM-PATCH-005, NUM-PATCH-006, NUM-PATCH-011, NUM-PATCH-013, NUM-PATCH-014, NUM-PATCH-015
// facts: NUM-PATCH-016, NUM-PATCH-017, NUM-PATCH-018
#[tokio::test]
async fn update() {
    let api = api("ps_demo_tenant").await;
    let patch = json!({
        "piiMode": "STORE_X_DAYS", "piiRetentionDays": 30,
        "settings": { "ignoreNewsletters": true, "rejectCall": true, "msgRejectCall": "Não atendo" },
    });
    let (status, body) = api.patch("/numbers/num_web", patch).await;
    assert_eq!(status, 200);
    assert_eq!((&body["piiMode"], &body["piiRetentionDays"]), (&json!("STORE_X_DAYS"), &json!(30)));
    assert_eq!(body["settingsSync"], json!({ "applied": 1, "failed": 0, "skipped": 0 }));
    insta::assert_json_snapshot!(body["settings"], @r#"
    {
      "historyImportEnabled": true,
      "webhookHistoricalMessages": false,
      "ignoreNewsletters": true,
      "markReadOnSend": true,
      "alwaysOnline": null,
      "rejectCall": true,
      "readMessages": null,
      "ignoreGroups": null,
      "ignoreStatus": null,
      "msgRejectCall": "Não atendo",
      "appliesTo": {
        "history": "all",
        "advanced": "evolution-go",
        "sending": "none"
      }
    }
    "#);
    let (_, body) = api.patch("/numbers/num_web", json!({ "settings": { "rejectCall": null } })).await;
    assert_eq!(body["settings"]["rejectCall"], Value::Null);
    assert_eq!(body["settings"]["msgRejectCall"], "Não atendo");
    let (_, body) = api.patch("/numbers/num_web", json!({ "piiMode": "RELAY_ONLY" })).await;
    assert_eq!(body["piiRetentionDays"], Value::Null);
    assert_eq!(body.get("settingsSync"), None);
    let (_, body) = api.patch("/numbers/num_meta", json!({ "settings": { "alwaysOnline": true } })).await;
    assert_eq!(body.get("settingsSync"), None);
    assert_eq!(body["settings"]["alwaysOnline"], true);
    assert_eq!(
        body["settings"]["appliesTo"],
        json!({ "history": "all", "advanced": "none", "sending": "meta" })
    );
}

// facts: NUM-PATCH-001, NUM-PATCH-002, NUM-PATCH-003, NUM-PATCH-004, NUM-PATCH-012
#[tokio::test]
async fn update_refuses() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    let (status, body) = api.patch("/numbers/num_web", json!({})).await;
    assert_eq!((status, code(&body)), (400, "EMPTY_PATCH"));
    for (patch, path) in [
        (json!({ "piiMode": "STORE_X_DAYS" }), "/piiRetentionDays"),
        (json!({ "piiMode": "NONE" }), "/piiMode"),
        (json!({ "piiMode": "STORE_X_DAYS", "piiRetentionDays": 0 }), "/piiRetentionDays"),
        (json!({ "piiRetentionDays": 3651 }), "/piiRetentionDays"),
        (json!({ "piiRetentionDays": 1.5 }), "/piiRetentionDays"),
        (json!({ "settings": null }), "/settings"),
        (json!({ "settings": { "historyImportEnabled": null } }), "/settings/historyImportEnabled"),
        (json!({ "settings": { "msgRejectCall": "x".repeat(1001) } }), "/settings/msgRejectCall"),
    ] {
        let (status, body) = api.patch("/numbers/num_web", patch).await;
        assert_eq!((status, paths(&body)), (400, vec![path]));
    }
    assert_eq!(api.mock.digest(), before);
    let longest = json!({ "settings": { "msgRejectCall": "é".repeat(1000) } });
    assert_eq!(api.patch("/numbers/num_web", longest).await.0, 200);
    for days in [1, 3650] {
        let patch = json!({ "piiMode": "STORE_X_DAYS", "piiRetentionDays": days });
        assert_eq!(api.patch("/numbers/num_web", patch).await.1["piiRetentionDays"], days);
    }
}
