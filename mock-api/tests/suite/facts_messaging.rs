//! Facts of the ledger about sending: what a body may hold.

use crate::common::{Api, api_in, code, paths};
use mock_api::MockApi;
use serde_json::{Value, json};

const ANA: &str = "+5511988887777";

/// A strict mock: one that ignores fields would take anything.
async fn api(key: &str) -> Api {
    crate::common::start(MockApi::builder().strict(true), key).await
}

/// `extra` with a destination.
fn to_ana(extra: Value) -> Value {
    let mut body = json!({ "destinationNumber": ANA });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

async fn accepted(api: &Api, bodies: Vec<Value>) {
    for body in bodies {
        let (status, answer) = api.post("/messages/send", to_ana(body.clone())).await;
        assert_eq!(status, 202, "{body}: {answer}");
        assert_eq!(answer["status"], "QUEUED");
    }
}

async fn refused(api: &Api, bodies: Vec<(Value, &str)>) {
    for (body, path) in bodies {
        let (status, answer) = api.post("/messages/send", to_ana(body.clone())).await;
        assert_eq!((status, code(&answer)), (400, "VALIDATION_ERROR"), "{body}: {answer}");
        assert!(paths(&answer).contains(&path), "{body}: {answer}");
    }
}

// facts: MSG-SEND-011, MSG-SEND-051, MSG-SEND-054, MSG-SEND-071
#[tokio::test]
async fn what_goes_with_every_mode() {
    let api = api("ps_demo_meta").await;
    let url = "https://a.b/c.png";
    accepted(
        &api,
        vec![
            json!({ "text": "a", "variables": {}, "labels": ["vip"] }),
            json!({ "media": url, "mediaType": "image", "variables": {}, "labels": ["vip"] }),
            json!({ "templateId": "boas_vindas", "variables": { "nome": "Ana" }, "media": url, "mediaType": "image", "labels": ["vip"] }),
            json!({ "templateId": "boas_vindas", "variables": { "nome": "Ana" }, "marketingOptions": { "aiRewriteEnabled": true } }),
            json!({ "text": "a", "deliverAt": "2026-06-21T10:00:00Z" }),
            json!({ "text": "a", "markRead": false }),
        ],
    )
    .await;
    refused(
        &api,
        vec![
            (json!({ "text": "a", "labels": "vip" }), "/labels"),
            (json!({ "text": "a", "markRead": "no" }), "/markRead"),
            (json!({ "text": "a", "deliverAt": "soon" }), "/deliverAt"),
            (
                json!({ "templateId": "boas_vindas", "marketingOptions": { "aiRewriteEnabled": "yes" } }),
                "/marketingOptions/aiRewriteEnabled",
            ),
        ],
    )
    .await;
}

/// No operation shows labels; what the mock keeps does.
// facts: MSG-SEND-051
#[tokio::test]
async fn labels_tag_the_destination() {
    let api = api("ps_demo_meta").await;
    let kept = |api: &Api| {
        api.mock.save_snapshot("labels").unwrap();
        let snapshot: Value = serde_json::from_slice(&api.mock.export_snapshot("labels").unwrap()).unwrap();
        snapshot["state"]["messaging"]["labels"]["by_tenant"]["tenant_demo"].clone()
    };
    accepted(&api, vec![json!({ "text": "a" })]).await;
    assert_eq!(kept(&api), Value::Null);
    accepted(&api, vec![json!({ "text": "a", "labels": ["vip", "novo"] })]).await;
    assert_eq!(kept(&api), json!({ "vip": [ANA], "novo": [ANA] }));
}

// facts: MSG-SEND-028
#[tokio::test]
async fn media_of_a_send_goes_before_the_templates_own() {
    let api = api("ps_demo_web").await;
    let header = json!({ "type": "IMAGE", "url": "https://a.b/own.png" });
    let template = json!({ "name": "com_foto", "body": { "header": header, "body": { "text": "Oi!" } } });
    let (status, created) = api.post("/templates", template).await;
    assert_eq!(status, 201, "{created}");
    let other =
        json!({ "templateId": "com_foto", "media": "https://a.b/other.pdf", "mediaType": "document" });
    accepted(&api, vec![other]).await;
    let (_, history) = api.get("/messages/history").await;
    let row = &history["messages"][0];
    assert_eq!(
        (&row["media"]["url"], &row["messageType"]),
        (&json!("https://a.b/other.pdf"), &json!("document"))
    );
    assert!(!history.to_string().contains("own.png"), "{history}");
}

// facts: MSG-SEND-029, MSG-SEND-030, MSG-SEND-032, MSG-SEND-033, MSG-SEND-035
#[tokio::test]
async fn direct_media() {
    let api = api("ps_demo_meta").await;
    let media = |kind: &str| json!({ "media": "https://a.b/c", "mediaType": kind });
    let with = |kind: &str, key: &str, value: Value| {
        let mut body = media(kind);
        body[key] = value;
        body
    };
    accepted(&api, ["image", "video", "document", "audio", "voice", "sticker"].map(media).to_vec()).await;
    let captions = ["image", "video", "document"].map(|kind| with(kind, "caption", json!("Oi")));
    accepted(&api, captions.to_vec()).await;
    let button = json!([{ "type": "reply", "label": "Sim" }]);
    refused(
        &api,
        vec![
            (media("gif"), "/mediaType"),
            (with("audio", "caption", json!("Oi")), "/caption"),
            (with("image", "buttons", button), "/buttons"),
            (with("image", "header", json!({ "type": "text", "content": "a" })), "/header"),
            (with("image", "footer", json!("a")), "/footer"),
            (with("image", "variables", json!({ "a": "b" })), "/variables"),
        ],
    )
    .await;
}

// facts: MSG-SEND-034, MSG-SEND-036, MSG-SEND-037, MSG-SEND-038, MSG-SEND-039, MSG-SEND-040
#[tokio::test]
async fn buttons_with_header_and_footer() {
    let api = api("ps_demo_meta").await;
    let button = |kind: &str| json!({ "type": kind, "label": "x".repeat(20), "url": "https://a.b", "phoneNumber": ANA, "copyCode": "A" });
    let with = |header: Value| json!({ "text": "a", "buttons": [button("reply")], "header": header });
    accepted(
        &api,
        vec![
            json!({ "text": "a", "buttons": [button("reply"), button("url"), button("call")] }),
            json!({ "text": "a", "buttons": [button("copy")], "footer": "f".repeat(60) }),
            with(json!({ "type": "text", "content": "a" })),
            with(json!({ "type": "image", "content": "https://a.b/c.png" })),
            with(json!({ "type": "video", "content": "https://a.b/c.mp4" })),
            with(json!({ "type": "document", "content": "https://a.b/c.pdf" })),
        ],
    )
    .await;
    refused(
        &api,
        vec![
            (json!({ "text": "a", "buttons": vec![button("reply"); 4] }), "/buttons"),
            (json!({ "text": "a", "buttons": [button("pay")] }), "/buttons/0/type"),
            (json!({ "text": "a", "buttons": [{ "label": "a" }] }), "/buttons/0/type"),
            (json!({ "text": "a", "buttons": [{ "type": "reply" }] }), "/buttons/0/label"),
            (with(json!({ "type": "audio", "content": "a" })), "/header/type"),
            (with(json!({ "content": "a" })), "/header/type"),
            (with(json!({ "type": "text" })), "/header/content"),
            (json!({ "text": "a", "header": { "type": "text", "content": "a" } }), "/header"),
            (json!({ "text": "a", "footer": "a" }), "/footer"),
        ],
    )
    .await;
}

fn list(sections: usize, rows: usize) -> Value {
    let row = json!({ "title": "t".repeat(24), "description": "d".repeat(72), "rowId": "r".repeat(200) });
    json!({ "buttonText": "b".repeat(20), "sections": vec![json!({ "title": "s".repeat(24), "rows": vec![row; rows] }); sections] })
}

// facts: MSG-SEND-041, MSG-SEND-043
#[tokio::test]
async fn lists() {
    let api = api("ps_demo_meta").await;
    let sent = |list: Value| json!({ "text": "a", "list": list });
    let with = |pointer: &str, value: Value| {
        let mut list = list(1, 1);
        *list.pointer_mut(pointer).unwrap() = value;
        sent(list)
    };
    accepted(&api, vec![sent(list(1, 10)), sent(list(10, 1))]).await;
    refused(
        &api,
        vec![
            (sent(list(11, 1)), "/list/sections"),
            (sent(list(2, 6)), "/list/sections"),
            (with("/buttonText", json!("b".repeat(21))), "/list/buttonText"),
            (with("/sections/0/title", json!("s".repeat(25))), "/list/sections/0/title"),
            (with("/sections/0/rows/0/title", json!("t".repeat(25))), "/list/sections/0/rows/0/title"),
            (
                with("/sections/0/rows/0/description", json!("d".repeat(73))),
                "/list/sections/0/rows/0/description",
            ),
            (with("/sections/0/rows/0/rowId", json!("r".repeat(201))), "/list/sections/0/rows/0/rowId"),
        ],
    )
    .await;
}

// facts: MSG-SEND-042, MSG-SEND-044, MSG-SEND-045, MSG-SEND-046, MSG-SEND-047
#[tokio::test]
async fn carousels_and_flows() {
    let api = api("ps_demo_meta").await;
    let card = |kind: &str| json!({ "media": { "url": "https://a.b/c.png" }, "body": "a", "buttons": [{ "type": kind, "text": "a" }] });
    let carousel = |cards: Vec<Value>| json!({ "text": "a", "carousel": { "cards": cards } });
    let flow = |key: &str, value: &str| json!({ "text": "a", "flow": { "flowId": "1", "cta": "Abrir", key: value } });
    accepted(
        &api,
        vec![
            carousel(vec![card("URL"), card("QUICK_REPLY")]),
            carousel(vec![card("URL"); 10]),
            flow("action", "navigate"),
            flow("action", "data_exchange"),
            flow("mode", "published"),
            flow("mode", "draft"),
        ],
    )
    .await;
    let (list, carousel_of_two) = (list(1, 1), json!({ "cards": [card("URL"), card("URL")] }));
    let (buttons, flow_of_one) = (json!([{ "type": "reply", "label": "a" }]), json!({ "flowId": "1" }));
    refused(
        &api,
        vec![
            (carousel(vec![card("URL")]), "/carousel/cards"),
            (carousel(vec![card("URL"); 11]), "/carousel/cards"),
            (carousel(vec![card("CALL"), card("URL")]), "/carousel/cards/0/buttons/0/type"),
            (carousel(vec![json!({ "body": "a" }), card("URL")]), "/carousel/cards/0/media"),
            (flow("action", "run"), "/flow/action"),
            (flow("mode", "test"), "/flow/mode"),
            (json!({ "text": "a", "list": list, "carousel": carousel_of_two }), ""),
            (json!({ "text": "a", "list": list, "flow": flow_of_one }), ""),
            (json!({ "text": "a", "carousel": carousel_of_two, "flow": flow_of_one }), ""),
            (json!({ "text": "a", "list": list, "buttons": buttons }), ""),
            (json!({ "text": "a", "carousel": carousel_of_two, "buttons": buttons }), ""),
            (json!({ "text": "a", "flow": flow_of_one, "buttons": buttons }), ""),
        ],
    )
    .await;
}

const TEMPLATES: &str = "version: 1
tenants: [{ id: t, plan: ON_DEMAND, paidNumbers: 1, key: { id: k, raw: ps_t } }]
numbers:
  - { id: n, tenant: t, engine: META, digits: '5511900000001', name: N, state: OPEN, key: { id: kn, raw: ps_n }, meta: { phoneId: '1', wabaId: w } }
templates:
  - { id: flow, numbers: [n], name: com_flow, body: { body: { text: Oi! }, buttons: [{ type: FLOW, text: Abrir }] }, metaStatus: APPROVED }
  - { id: button, numbers: [n], name: com_botao, body: { body: { text: Oi! }, buttons: [{ type: QUICK_REPLY, text: 'Oi {{quem}}' }] }, metaStatus: APPROVED }
  - { id: otp, numbers: [n], name: codigo, category: OTP, body: { body: { text: Oi! } }, metaStatus: APPROVED }
";

// facts: MSG-SEND-010, MSG-SEND-017, MSG-SEND-070, MSG-SEND-081, MSG-SEND-009
#[tokio::test]
async fn templates_with_buttons_and_codes() {
    let api = api_in(TEMPLATES, "ps_n").await;
    let (status, answer) = api.post("/messages/send", to_ana(json!({ "templateId": "flow" }))).await;
    assert_eq!(status, 202);
    assert!(answer["flowToken"].is_string(), "{answer}");
    let (_, answer) = api.post("/messages/send", to_ana(json!({ "templateId": "button" }))).await;
    assert_eq!(
        (code(&answer), &answer["details"]),
        ("MISSING_TEMPLATE_VARIABLES", &json!({ "missingKeys": ["quem"] }))
    );
    let (status, answer) = api.post("/messages/send", to_ana(json!({ "templateId": "otp" }))).await;
    assert_eq!((status, answer.get("flowToken")), (202, None));
    let by_id = json!({ "templateId": "otp", "destinationNumber": "BR.13491208655302741918" });
    let (status, answer) = api.post("/messages/send", by_id).await;
    assert_eq!((status, paths(&answer)), (400, vec!["/destinationNumber"]));
}

// facts: MSG-IDEM-002, MSG-IDEM-003, MSG-IDEM-011
#[tokio::test]
async fn keys_are_the_numbers_for_a_day() {
    let mut api = api("ps_demo_meta").await;
    let send = async |api: &Api, key: Option<&str>| {
        let request =
            api.request(reqwest::Method::POST, "/messages/send").json(&to_ana(json!({ "text": "a" })));
        let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        api.send(request).await.1["id"].as_str().unwrap().to_owned()
    };
    let first = send(&api, Some("k")).await;
    assert_eq!(send(&api, Some("k")).await, first);
    assert_ne!(send(&api, None).await, send(&api, None).await);
    api.use_key("ps_demo_web");
    assert_ne!(send(&api, Some("k")).await, first);
    api.use_key("ps_demo_meta");
    api.mock.advance(jiff::SignedDuration::from_hours(24)).await;
    assert_ne!(send(&api, Some("k")).await, first);
}
