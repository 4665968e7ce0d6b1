//! Numbers as they are listed and shown.

use crate::common::{NOW, api, code, paths};
use serde_json::{Value, json};

// facts: NUM-LIST-001, NUM-LIST-002, NUM-LIST-003, NUM-LIST-004, NUM-LIST-005, NUM-LIST-006, NUM-LIST-007
// facts: NUM-LIST-008, NUM-LIST-010, NUM-LIST-011, COM-FMT-004
#[tokio::test]
async fn list_shows_the_tenants_numbers() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.get("/numbers").await;
    assert_eq!(status, 200);
    let ids: Vec<_> = body.as_array().unwrap().iter().map(|number| number["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["num_meta", "num_meta_oba", "num_web", "num_web_closed"]);
    assert_eq!(body[0]["coexistence"], json!({ "status": "NO", "evidence": "meta_is_on_biz_app" }));
    assert_eq!(
        body[2],
        json!({
            "id": "num_web",
            "instanceName": "tenant_demo-5511900000003",
            "number": "5511900000003",
            "name": "Entregas",
            "provider": "PILOT_STATUS",
            "apiKeys": [{ "name": "Default", "keyPrefix": "ps_demo", "keyLast4": "_web" }],
            "state": "OPEN",
            "primaryLink": { "state": "OPEN", "connectedAt": "2026-05-11T10:00:00.000Z" },
            "secondaryLink": null,
            "isFullyConnected": true,
            "extraChargeUnpaidSince": null,
            "extraChargeDisconnectAt": null,
            "createdAt": "2026-05-11T10:00:00.000Z",
            "updatedAt": "2026-05-11T10:00:00.000Z",
        })
    );
}

// facts: NUM-GET-001, NUM-GET-002, NUM-GET-003, NUM-GET-004, NUM-GET-006, NUM-GET-007, NUM-GET-008
// facts: NUM-GET-011, NUM-PATCH-007, NUM-PATCH-008, NUM-PATCH-009, NUM-PATCH-010, NUM-PATCH-014
// facts: NUM-PATCH-015
#[tokio::test]
async fn detail_of_a_meta_number() {
    let api = api("ps_demo_tenant").await;
    let (status, body) = api.get("/numbers/num_meta_oba?refresh=1").await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(body, @r#"
    {
      "id": "num_meta_oba",
      "number": "5511900000002",
      "name": "Vendas",
      "provider": "META",
      "state": "OPEN",
      "isFullyConnected": true,
      "piiMode": "STORE_INDEFINITE",
      "piiRetentionDays": null,
      "settings": {
        "historyImportEnabled": true,
        "webhookHistoricalMessages": false,
        "ignoreNewsletters": false,
        "markReadOnSend": true,
        "alwaysOnline": null,
        "rejectCall": null,
        "readMessages": null,
        "ignoreGroups": null,
        "ignoreStatus": null,
        "msgRejectCall": null,
        "appliesTo": {
          "history": "all",
          "advanced": "none",
          "sending": "meta"
        }
      },
      "health": {
        "qualityRating": "GREEN",
        "messagingLimitTier": "TIER_100K",
        "portfolioMessagingLimitTier": "TIER_100K",
        "metaStatus": "CONNECTED",
        "code": null,
        "reason": null,
        "sendable": true
      },
      "meta": {
        "phone": {
          "id": "100000000000002",
          "displayPhoneNumber": "+5511900000002",
          "verifiedName": "Vendas",
          "qualityRating": "GREEN",
          "platformType": "CLOUD_API",
          "isOfficialBusinessAccount": true
        },
        "profile": {
          "about": null,
          "description": null
        },
        "waba": {
          "id": "waba_demo_vendas"
        }
      },
      "coexistence": {
        "status": "NO",
        "evidence": "meta_is_on_biz_app"
      },
      "extraChargeUnpaidSince": null,
      "extraChargeDisconnectAt": null,
      "createdAt": "2026-05-01T10:00:00.000Z",
      "updatedAt": "2026-05-01T10:00:00.000Z"
    }
    "#);
}

// facts: NUM-GET-005, NUM-GET-008, NUM-GET-016, NUM-GET-017, NUM-PATCH-016
#[tokio::test]
async fn detail_of_a_web_number() {
    let api = api("ps_demo_tenant").await;
    let (_, body) = api.get("/numbers/num_web_closed").await;
    assert_eq!((&body["meta"], &body["coexistence"]), (&Value::Null, &Value::Null));
    assert_eq!(body["health"]["sendable"], false);
    assert_eq!(body["health"]["qualityRating"], Value::Null);
    assert_eq!(body["settings"]["alwaysOnline"], Value::Null);
    assert_eq!(
        body["settings"]["appliesTo"],
        json!({ "history": "all", "advanced": "evolution-go", "sending": "none" })
    );
}

// facts: NUM-GET-013, NUM-STATUS-006, NUM-PATCH-020, NUM-DELETE-006, NUM-PURGE-005, NUM-PAY-007
// facts: COM-ERR-002, COM-SCOPE-010
#[tokio::test]
async fn unknown_numbers_and_those_of_others() {
    let api = api("ps_demo_tenant").await;
    let before = api.mock.digest();
    for id in ["num_nobody", "num_other"] {
        for (status, body) in [
            api.get(&format!("/numbers/{id}")).await,
            api.get(&format!("/numbers/{id}/connect")).await,
            api.patch(&format!("/numbers/{id}"), json!({ "piiMode": "RELAY_ONLY" })).await,
            api.delete(&format!("/numbers/{id}")).await,
            api.delete(&format!("/numbers/{id}/purge")).await,
            api.post(&format!("/numbers/{id}/restore"), json!({})).await,
            api.post(&format!("/numbers/{id}/pay"), json!({})).await,
            api.post(&format!("/numbers/{id}/upgrade-to-dual"), json!({})).await,
        ] {
            assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
        }
        // The one 404 that is known to have no code (U-02).
        let (status, body) = api.get(&format!("/numbers/{id}/status")).await;
        assert_eq!((status, body), (404, json!({ "error": "Number not found" })));
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: COM-SCOPE-006, NUM-PAY-008
#[tokio::test]
async fn number_keys_are_refused() {
    let api = api("ps_demo_web").await;
    for (status, body) in [
        api.get("/numbers").await,
        api.get("/numbers/num_web").await,
        api.post("/numbers", json!({})).await,
        api.post("/numbers/meta", json!({})).await,
        api.post("/numbers/remote-pairing", json!({})).await,
        api.post("/numbers/num_web/pay", json!({})).await,
        api.delete("/numbers/num_web").await,
    ] {
        assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"));
    }
}

// facts: NUM-STATUS-001, NUM-STATUS-002, NUM-STATUS-003, NUM-STATUS-005, NUM-STATUS-010
#[tokio::test]
async fn status() {
    let api = api("ps_demo_tenant").await;
    let web = json!({ "id": "num_web", "state": "OPEN", "isFullyConnected": true, "stale": false, "checkedAt": NOW });
    assert_eq!(api.get("/numbers/num_web/status").await, (200, web));
    let meta = json!({ "id": "num_meta", "state": "OPEN", "isFullyConnected": true, "stale": false });
    assert_eq!(api.get("/numbers/num_meta/status?link=primary").await, (200, meta));
    let (_, body) = api.get("/numbers/num_web/status?link=secondary").await;
    assert_eq!(body["state"], "CLOSE");
    let (status, body) = api.get("/numbers/num_web/status?link=third").await;
    assert_eq!((status, paths(&body)), (400, vec!["/link"]));
}
