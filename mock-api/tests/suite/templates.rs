//! Templates: their operations.

use crate::common::{api, api_in, code, start};
use mock_api::MockApi;
use serde_json::{Value, json};

fn simple(name: &str) -> Value {
    json!({ "name": name, "body": "Oi {{nome}}, tudo bem?", "examples": { "nome": "Maria" } })
}

/// The documented request, but for the image's content.
fn documented() -> Value {
    json!({
        "name": "promo_verao", "category": "MARKETING", "language": "pt_BR",
        "body": {
            "header": { "type": "IMAGE", "base64": "data:image/png;base64,iVBORw0KGgo=" },
            "body": { "text": "Oi {{nome}}! Use e ganhe {{desconto}} de desconto." },
            "footer": { "text": "Promoção por tempo limitado" },
            "buttons": [
                { "type": "QUICK_REPLY", "text": "Quero!" },
                { "type": "URL", "text": "Comprar", "url": "https://loja.com/promo/{{link}}" },
                { "type": "PHONE_NUMBER", "text": "Falar", "phone_number": "+5511999998888" },
                { "type": "COPY_CODE", "example": ["PROMO10"] }
            ]
        },
        "examples": { "nome": "Maria", "desconto": "10%", "link": "abc123" }
    })
}

// facts: TPL-LIST-001, TPL-LIST-002, TPL-LIST-003, TPL-LIST-004, TPL-LIST-006, TPL-LIST-007, TPL-LIST-008
// facts: TPL-LIST-011, TPL-LIST-013
#[tokio::test]
async fn lists_what_the_number_sees() {
    let mut api = api("ps_demo_meta").await;
    let (status, body) = api.get("/templates").await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!([
            {
                "id": "tpl_boas_vindas", "name": "boas_vindas", "category": "UTILITY",
                "body": { "body": { "text": "Oi {{nome}}, seja bem-vinda!" } }, "variables": ["nome"],
                "source": "META", "metaStatus": "APPROVED", "metaLanguage": "pt_BR", "sendable": true,
                "latestVersion": { "version": 1, "metaStatus": "APPROVED", "createdAt": "2026-05-21T10:00:00.000Z" }
            },
            {
                "id": "tpl_promo_cupom", "name": "promo_cupom", "category": "MARKETING",
                "body": { "body": { "text": "Oi {{nome}}! Use e ganhe {{desconto}} de desconto." } },
                "variables": ["nome", "desconto"],
                "source": "META", "metaStatus": "PENDING", "metaLanguage": "pt_BR", "sendable": false,
                "latestVersion": { "version": 1, "metaStatus": "PENDING", "createdAt": "2026-06-20T09:00:00.000Z" }
            }
        ])
    );
    api.use_key("ps_demo_web");
    let (_, body) = api.get("/templates").await;
    assert_eq!(
        body,
        json!([{
            "id": "tpl_web_boas_vindas", "name": "boas_vindas", "category": "UTILITY",
            "body": { "body": { "text": "Oi {{nome}}, seja bem-vinda!" } }, "variables": ["nome"],
            "source": "PILOT_STATUS", "metaStatus": null, "metaLanguage": null, "sendable": true,
            "latestVersion": { "version": 1, "metaStatus": null, "createdAt": "2026-05-21T10:00:00.000Z" }
        }])
    );
    api.use_key("ps_other_web");
    assert_eq!(api.get("/templates").await, (200, json!([])));
}

// facts: TPL-GET-001, TPL-GET-002, TPL-GET-004
#[tokio::test]
async fn gets_by_id_and_by_name() {
    let api = api("ps_demo_meta").await;
    let by_id = api.get("/templates/tpl_boas_vindas").await;
    assert_eq!(by_id.0, 200);
    assert_eq!(by_id.1["name"], "boas_vindas");
    assert_eq!(api.get("/templates/boas_vindas").await, by_id);
}

// facts: TPL-CREATE-006, TPL-CREATE-007, TPL-CREATE-008, TPL-CREATE-022, TPL-HEAD-013, TPL-BTN-005
// facts: TPL-BTN-015
#[tokio::test]
async fn creates_the_documented_example() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api.post("/templates", documented()).await;
    assert_eq!(status, 201, "{body}");
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("tpl_"));
    assert_eq!(
        body,
        json!({ "id": id, "name": "promo_verao", "category": "MARKETING", "metaStatus": "PENDING" })
    );
    let (_, template) = api.get("/templates/promo_verao").await;
    assert_eq!(template["id"], id);
    assert_eq!(template["variables"], json!(["nome", "desconto", "link"]));
    assert_eq!(template["sendable"], false);
    assert_eq!(template["source"], "META");
    let header = &template["body"]["header"];
    assert_eq!(header["base64"], Value::Null, "base64 is stored elsewhere");
    assert!(header["url"].as_str().unwrap().ends_with(".png"), "{header}");
    assert_eq!(template["body"]["buttons"], documented()["body"]["buttons"]);
}

// facts: TPL-LIST-007, TPL-CREATE-004, TPL-CREATE-009
#[tokio::test]
async fn is_usable_at_once_on_web_numbers() {
    let api = api("ps_demo_web").await;
    let (status, body) = api.post("/templates", simple("lembrete")).await;
    assert_eq!(status, 201);
    assert_eq!(body["metaStatus"], Value::Null);
    assert_eq!(body["category"], "UTILITY");
    let (_, template) = api.get("/templates/lembrete").await;
    assert_eq!(template["sendable"], true);
    assert_eq!(template["source"], "PILOT_STATUS");
    assert_eq!(template["metaLanguage"], Value::Null);
}

// facts: TPL-BODY-001, TPL-BODY-002, TPL-BODY-003, TPL-BODY-004
#[tokio::test]
async fn takes_the_body_in_three_shapes() {
    let api = api("ps_demo_web").await;
    let structured = json!({ "body": { "text": "Oi {{nome}}, tudo bem?" } });
    for (name, body) in [
        ("objeto", structured.clone()),
        ("texto_json", structured.to_string().into()),
        ("texto", "Oi {{nome}}, tudo bem?".into()),
    ] {
        let (status, _) = api
            .post("/templates", json!({ "name": name, "body": body, "examples": { "nome": "Ana" } }))
            .await;
        assert_eq!(status, 201, "{name}");
        let (_, template) = api.get(&format!("/templates/{name}")).await;
        assert_eq!(template["body"], structured, "{name}");
    }
    // JSON that is no object is text like any other.
    let (status, _) = api.post("/templates", json!({ "name": "cru", "body": "[1]" })).await;
    assert_eq!(status, 201);
    assert_eq!(api.get("/templates/cru").await.1["body"], json!({ "body": { "text": "[1]" } }));
}

// facts: TPL-CREATE-016, TPL-CREATE-017
#[tokio::test]
async fn normalises_names_and_keeps_them_unique() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api.post("/templates", simple("Lembrete de  Hoje")).await;
    assert_eq!((status, &body["name"]), (201, &json!("lembrete_de_hoje")));
    let before = api.mock.digest();
    for name in ["lembrete-de-hoje", "LEMBRETE_DE_HOJE", "boas vindas"] {
        let (status, body) = api.post("/templates", simple(name)).await;
        assert_eq!((status, code(&body)), (409, "TEMPLATE_ALREADY_EXISTS"), "{name}");
    }
    assert_eq!(api.mock.digest(), before);
}

// facts: TPL-CREATE-010, TPL-CREATE-011, TPL-CREATE-012, TPL-CREATE-013, TPL-UPDATE-008
#[tokio::test]
async fn wants_a_sample_for_every_variable() {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let mut request = documented();
    request["body"]["header"] = json!({ "type": "TEXT", "text": "Para {{loja}}" });
    request.as_object_mut().unwrap().remove("examples");
    let (status, body) = api.post("/templates", request.clone()).await;
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({
            "error": "Give one sample per variable in examples; missing: loja, nome, desconto, link",
            "code": "TEMPLATE_EXAMPLES_REQUIRED",
            "details": { "missing": ["loja", "nome", "desconto", "link"] }
        })
    );
    request["examples"] = json!({ "desconto": "10%", "loja": "Centro", "nome": " " });
    let (_, body) = api.post("/templates", request.clone()).await;
    assert_eq!(body["details"]["missing"], json!(["nome", "link"]));
    let (status, body) = api.put("/templates/boas_vindas", json!({ "body": "Oi {{nome}}, oi!" })).await;
    assert_eq!((status, code(&body)), (400, "TEMPLATE_EXAMPLES_REQUIRED"));
    assert_eq!(api.mock.digest(), before);
}

// facts: TPL-BTN-013
#[tokio::test]
async fn takes_the_sample_of_a_positional_url_from_the_button() {
    let api = api("ps_demo_meta").await;
    let request = |button: Value| json!({ "name": "link", "body": { "body": { "text": "Veja aqui." }, "buttons": [button] } });
    let url = "https://loja.com/{{1}}";
    let (_, body) =
        api.post("/templates", request(json!({ "type": "URL", "text": "Ver", "url": url }))).await;
    assert_eq!(body["details"]["missing"], json!(["1"]));
    let (status, _) = api
        .post("/templates", request(json!({ "type": "URL", "text": "Ver", "url": url, "example": ["abc"] })))
        .await;
    assert_eq!(status, 201);
}

// facts: TPL-CREATE-014, TPL-CREATE-015, TPL-UPDATE-009
#[tokio::test]
async fn what_meta_refuses_is_not_kept() {
    let request = json!({ "name": "pouco", "body": "a {{x}}{{y}} b {{z}}.", "examples": { "x": "1", "y": "2", "z": "3" } });
    let mut api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    let (status, body) = api.post("/templates", request.clone()).await;
    assert_eq!((status, code(&body)), (400, "META_TEMPLATE_SUBMIT_FAILED"));
    let (status, body) = api.put("/templates/boas_vindas", request.clone()).await;
    assert_eq!((status, code(&body)), (400, "META_TEMPLATE_SUBMIT_FAILED"));
    assert_eq!(api.mock.digest(), before);
    // Nobody reviews those of web numbers.
    api.use_key("ps_demo_web");
    assert_eq!(api.post("/templates", request).await.0, 201);
}

// facts: TPL-UPDATE-002, TPL-UPDATE-003, TPL-UPDATE-004, TPL-UPDATE-005, TPL-UPDATE-010
#[tokio::test]
async fn a_new_version_waits_for_review_while_the_approved_one_stays_sendable() {
    let api = api("ps_demo_meta").await;
    let update = json!({ "body": "Olá {{cliente}}, seja bem-vinda!", "category": "MARKETING", "examples": { "cliente": "Ana" } });
    let (status, body) = api.put("/templates/boas_vindas", update.clone()).await;
    assert_eq!(status, 200);
    // The category is fixed; another one is ignored.
    assert_eq!(
        body,
        json!({ "id": "tpl_boas_vindas", "name": "boas_vindas", "category": "UTILITY", "metaStatus": "PENDING" })
    );
    let (_, template) = api.get("/templates/tpl_boas_vindas").await;
    assert_eq!(template["metaStatus"], "PENDING");
    assert_eq!(template["sendable"], true);
    assert_eq!(template["variables"], json!(["cliente"]));
    assert_eq!(
        template["latestVersion"],
        json!({ "version": 2, "metaStatus": "PENDING", "createdAt": "2026-06-20T10:00:00.000Z" })
    );
    // One that was never approved does not become sendable.
    api.put("/templates/promo_cupom", update).await;
    let (_, template) = api.get("/templates/promo_cupom").await;
    assert_eq!((&template["sendable"], &template["latestVersion"]["version"]), (&json!(false), &json!(2)));
    // A third one, on top of one that is not approved, keeps the first sendable.
    api.put("/templates/boas_vindas", json!({ "body": "Oi, de novo.", "language": "en_US" })).await;
    let (_, template) = api.get("/templates/boas_vindas").await;
    assert_eq!((&template["sendable"], &template["metaLanguage"]), (&json!(true), &json!("en_US")));
}

// facts: TPL-UPDATE-013
#[tokio::test]
async fn an_update_without_a_language_is_in_the_default_one() {
    let api = api("ps_demo_meta").await;
    for (body, expected) in [
        (json!({ "body": "Hi again.", "language": "en_US" }), "en_US"),
        (json!({ "body": "Oi, de novo." }), "pt_BR"),
    ] {
        api.put("/templates/boas_vindas", body).await;
        assert_eq!(api.get("/templates/boas_vindas").await.1["metaLanguage"], expected);
    }
}

// facts: TPL-BODY-013
#[tokio::test]
async fn fields_that_do_not_count_are_no_part_of_a_template() {
    let api = api("ps_demo_meta").await;
    let body = json!({
        "header": { "text": "{{a}}" },
        "body": { "text": "Oi {{nome}}, tudo bem?", "note": "{{b}}" },
        "buttons": [{ "type": "QUICK_REPLY", "text": "Sim", "payload": "{{c}}" }]
    });
    let body = json!({ "name": "oi", "body": body, "examples": { "nome": "Ana" } });
    assert_eq!(api.post("/templates", body).await.0, 201);
    let (_, template) = api.get("/templates/oi").await;
    assert_eq!(template["variables"], json!(["nome"]));
    assert_eq!(
        template["body"],
        json!({
            "header": { "type": "NONE" },
            "body": { "text": "Oi {{nome}}, tudo bem?" },
            "buttons": [{ "type": "QUICK_REPLY", "text": "Sim" }]
        })
    );
    let send =
        json!({ "templateId": "oi", "variables": { "nome": "Ana" }, "destinationNumber": "+5511988887777" });
    assert_eq!(api.post("/messages/send", send).await.0, 202);
}

// facts: TPL-UPDATE-006
#[tokio::test]
async fn an_update_on_a_web_number_is_immediate() {
    let api = api("ps_demo_web").await;
    let (status, body) = api.put("/templates/boas_vindas", json!({ "body": "Oi, bem-vinda!" })).await;
    assert_eq!((status, &body["metaStatus"]), (200, &Value::Null));
    let (_, template) = api.get("/templates/boas_vindas").await;
    assert_eq!(template["body"], json!({ "body": { "text": "Oi, bem-vinda!" } }));
    assert_eq!(template["variables"], json!([]));
    assert_eq!(template["sendable"], true);
}

// facts: TPL-DELETE-001, TPL-DELETE-002, TPL-DELETE-005
#[tokio::test]
async fn deletes_by_id_and_by_name() {
    let api = api("ps_demo_meta").await;
    assert_eq!(
        api.delete("/templates/boas_vindas").await,
        (200, json!({ "deleted": true, "id": "tpl_boas_vindas" }))
    );
    assert_eq!(api.delete("/templates/tpl_promo_cupom").await.0, 200);
    assert_eq!(api.get("/templates").await, (200, json!([])));
    // The name is free again.
    assert_eq!(api.post("/templates", simple("boas_vindas")).await.0, 201);
}

// facts: TPL-GET-003
#[tokio::test]
async fn wabas_do_not_share() {
    let mut api = api("ps_demo_meta").await;
    assert_eq!(api.delete("/templates/boas_vindas").await.0, 200);
    api.use_key("ps_demo_meta_oba");
    assert_eq!(api.get("/templates/boas_vindas").await.0, 200);
    let (status, body) = api.get("/templates/promo_cupom").await;
    assert_eq!((status, code(&body)), (404, "TEMPLATE_NOT_FOUND"));
}

/// Two numbers of one WABA, and another tenant that has the same WABA.
const SHARED: &str = r"
version: 1
tenants:
  - { id: a, plan: FREE, paidNumbers: 2, key: { id: ka, raw: ps_a } }
  - { id: b, plan: FREE, paidNumbers: 1, key: { id: kb, raw: ps_b } }
numbers:
  - { id: n1, tenant: a, engine: META, digits: '5511900000001', name: A, state: OPEN, key: { id: k1, raw: ps_n1 }, meta: { phoneId: '1', wabaId: w } }
  - { id: n2, tenant: a, engine: META, digits: '5511900000002', name: B, state: OPEN, key: { id: k2, raw: ps_n2 }, meta: { phoneId: '2', wabaId: w } }
  - { id: n3, tenant: b, engine: META, digits: '5511900000003', name: C, state: OPEN, key: { id: k3, raw: ps_n3 }, meta: { phoneId: '3', wabaId: w } }
";

// facts: TPL-LIST-009, TPL-LIST-014, TPL-GET-003, TPL-UPDATE-007, TPL-DELETE-003
#[tokio::test]
async fn numbers_of_a_waba_share_and_tenants_do_not() {
    let mut api = api_in(SHARED, "ps_n1").await;
    let (_, created) = api.post("/templates", simple("comum")).await;
    let id = created["id"].as_str().unwrap().to_owned();
    api.use_key("ps_n2");
    assert_eq!(api.get("/templates/comum").await.1["id"], id);
    assert_eq!(api.post("/templates", simple("comum")).await.0, 409);
    api.use_key("ps_n3");
    let before = api.mock.digest();
    assert_eq!(api.get("/templates").await, (200, json!([])));
    for path in ["/templates/comum".to_owned(), format!("/templates/{id}")] {
        assert_eq!(code(&api.get(&path).await.1), "TEMPLATE_NOT_FOUND");
        assert_eq!(code(&api.delete(&path).await.1), "TEMPLATE_NOT_FOUND");
        assert_eq!(code(&api.put(&path, json!({ "body": "Oi!" })).await.1), "TEMPLATE_NOT_FOUND");
    }
    assert_eq!(api.mock.digest(), before);
    assert_eq!(api.post("/templates", simple("comum")).await.0, 201);
}

// facts: TPL-LIST-012, TPL-CREATE-025
#[tokio::test]
async fn keys_and_scopes() {
    let mut api = api("ps_wrong").await;
    let (status, body) = api.get("/templates").await;
    assert_eq!((status, code(&body)), (401, "UNAUTHORIZED"));
    api.use_key("ps_demo_tenant");
    for (status, body) in [
        api.get("/templates").await,
        api.get("/templates/boas_vindas").await,
        api.post("/templates", json!({})).await,
        api.put("/templates/boas_vindas", json!({})).await,
        api.delete("/templates/boas_vindas").await,
    ] {
        assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    }
    api.use_header("x-whatsapp-number-id", "num_meta");
    assert_eq!(api.get("/templates").await.1.as_array().unwrap().len(), 2);
}

// facts: TPL-UPDATE-007, TPL-UPDATE-012
#[tokio::test]
async fn the_body_is_judged_before_the_id() {
    let api = api("ps_demo_meta").await;
    let (status, body) = api.put("/templates/nenhum", json!({})).await;
    assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"));
    let (status, body) = api.put("/templates/nenhum", json!({ "body": "Oi!" })).await;
    assert_eq!((status, body), (404, json!({ "error": "Template not found", "code": "TEMPLATE_NOT_FOUND" })));
}

#[tokio::test]
async fn strict_refuses_what_nobody_reads() {
    let api = start(MockApi::builder().strict(true), "ps_demo_meta").await;
    let (status, body) = api.post("/templates", documented()).await;
    assert_eq!(status, 201, "{body}");
    let request = json!({ "name": "x", "body": { "body": { "text": "Oi", "extra": 1 } }, "more": 2 });
    let (status, body) = api.post("/templates", request).await;
    assert_eq!((status, code(&body)), (400, "UNKNOWN_FIELDS"));
    assert_eq!(body["details"]["unknown"].as_array().unwrap().len(), 2, "{body}");
}
