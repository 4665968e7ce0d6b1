//! Templates: what their structure may be.

use crate::common::{api, code, paths};
use serde_json::{Value, json};

/// Creates each template, none of which is well-formed, and says where its problem must be found.
async fn refused(cases: Vec<(Value, &[&str])>) {
    let api = api("ps_demo_meta").await;
    let before = api.mock.digest();
    for (request, expected) in cases {
        let (status, body) = api.post("/templates", request.clone()).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_ERROR"), "{request}: {body}");
        assert_eq!(paths(&body), expected, "{request}: {body}");
    }
    assert_eq!(api.mock.digest(), before);
}

async fn taken(bodies: Vec<Value>) {
    let api = api("ps_demo_meta").await;
    for (index, body) in bodies.into_iter().enumerate() {
        let examples = json!({ "nome": "Ana", "a": "1", "b": "2" });
        let request = json!({ "name": format!("t{index}"), "body": body, "examples": examples });
        let (status, answer) = api.post("/templates", request.clone()).await;
        assert_eq!(status, 201, "{request}: {answer}");
    }
}

fn with_body(body: Value) -> Value {
    json!({ "name": "x", "body": body, "examples": { "nome": "Ana", "a": "1", "b": "2" } })
}

fn with_header(header: Value) -> Value {
    json!({ "header": header, "body": { "text": "Oi!" } })
}

fn with_buttons(buttons: Value) -> Value {
    json!({ "body": { "text": "Oi!" }, "buttons": buttons })
}

// facts: TPL-CREATE-001, TPL-CREATE-002, TPL-CREATE-003
#[tokio::test]
async fn fields() {
    refused(vec![
        (json!({}), &["/name", "/body"]),
        (json!({ "name": 1, "body": 2 }), &["/name", "/body"]),
        (json!({ "name": "", "body": null }), &["/name", "/body"]),
        (json!({ "name": "?!", "body": "Oi!" }), &["/name"]),
        (json!({ "name": "x", "body": "Oi!", "category": "PROMO" }), &["/category"]),
        (json!({ "name": "x", "body": "Oi!", "language": "" }), &["/language"]),
        (json!({ "name": "x", "body": "Oi!", "examples": [] }), &["/examples"]),
        (json!({ "name": "x", "body": "Oi!", "examples": { "a/b": 1 } }), &["/examples/a~1b"]),
        (json!({ "name": "x", "body": "Oi!", "examples": null }), &["/examples"]),
        (json!([]), &[""]),
    ])
    .await;
}

// facts: TPL-BODY-005, TPL-BODY-006, TPL-BODY-007, TPL-BODY-008, TPL-BODY-009, TPL-BODY-010, TPL-BODY-011
// facts: TPL-BODY-012, TPL-CREATE-023
#[tokio::test]
async fn texts() {
    refused(vec![
        (with_body(json!({})), &["/body/body"]),
        (with_body(json!({ "text": "Oi!" })), &["/body/body"]),
        (with_body(json!({ "body": {} })), &["/body/body/text"]),
        (with_body(json!({ "body": "Oi!" })), &["/body/body"]),
        (with_body(json!("")), &["/body/body/text"]),
        (with_body("x".repeat(1025).into()), &["/body/body/text"]),
        (with_body("{{nome}}, oi!".into()), &["/body/body/text"]),
        (with_body("Oi {{nome}} ".into()), &["/body/body/text"]),
        (with_body("Oi {{1}}, oi!".into()), &["/body/body/text"]),
        (with_body(r#"{"body":{"text":5}}"#.into()), &["/body/body/text"]),
        (with_body(json!({ "body": { "text": "Oi!" }, "footer": {} })), &["/body/footer/text"]),
        (
            with_body(json!({ "body": { "text": "Oi!" }, "footer": { "text": "x".repeat(61) } })),
            &["/body/footer/text"],
        ),
        (
            with_body(json!({ "body": { "text": "Oi!" }, "footer": { "text": "Oi {{nome}}!" } })),
            &["/body/footer/text"],
        ),
        (with_body(json!({ "body": { "text": "Oi!" }, "footer": null })), &["/body/footer"]),
    ])
    .await;
    taken(vec![
        "ã".repeat(1024).into(),
        "Oi {{nome}}, 🎉 hoje {{a}} e depois {{b}}.".into(),
        json!({ "body": { "text": "Oi!" }, "footer": { "text": "x".repeat(60) } }),
    ])
    .await;
}

// facts: TPL-HEAD-001, TPL-HEAD-002, TPL-HEAD-003, TPL-HEAD-004, TPL-HEAD-005, TPL-HEAD-006, TPL-HEAD-007
// facts: TPL-HEAD-008, TPL-HEAD-009, TPL-HEAD-010, TPL-HEAD-011, TPL-HEAD-012
#[tokio::test]
async fn headers() {
    let at = |header: Value, path: &'static [&'static str]| (with_body(with_header(header)), path);
    refused(vec![
        at(json!({ "type": "LOCATION" }), &["/body/header/type"]),
        at(json!({ "type": "TEXT" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "x".repeat(61) }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "{{a}} e {{b}}" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi\nali" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi 🎉" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi *hoje*" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi _hoje_" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi ~hoje~" }), &["/body/header/text"]),
        at(json!({ "type": "TEXT", "text": "Oi ```hoje```" }), &["/body/header/text"]),
        at(json!({ "type": "IMAGE" }), &["/body/header"]),
        at(json!({ "type": "IMAGE", "url": "ftp://a.b/c.png" }), &["/body/header/url"]),
        at(json!({ "type": "IMAGE", "url": "c.png" }), &["/body/header/url"]),
        at(json!({ "type": "IMAGE", "base64": "iVBORw0KGgo=" }), &["/body/header/base64"]),
        at(json!({ "type": "IMAGE", "base64": "data:video/mp4;base64,AAAA" }), &["/body/header/base64"]),
        at(json!({ "type": "IMAGE", "base64": "data:image/gif;base64,AAAA" }), &["/body/header/base64"]),
        at(json!({ "type": "IMAGE", "base64": "data:image/webp;base64,AAAA" }), &["/body/header/base64"]),
        at(json!({ "type": "VIDEO", "base64": "data:image/png;base64,AAAA" }), &["/body/header/base64"]),
        at(json!({ "type": "VIDEO", "base64": "data:video/webm;base64,AAAA" }), &["/body/header/base64"]),
        at(json!({ "type": "DOCUMENT", "base64": "data:application/pdf;base64," }), &["/body/header/base64"]),
        at(
            json!({ "type": "DOCUMENT", "base64": "data:application/msword;base64,AAAA" }),
            &["/body/header/base64"],
        ),
        at(json!({ "type": "DOCUMENT", "base64": "data:image/png;base64,AAAA" }), &["/body/header/base64"]),
        at(
            json!({ "type": "IMAGE", "url": "https://a.b/c.png", "base64": "data:image/png;base64,AA" }),
            &["/body/header"],
        ),
        at(json!("TEXT"), &["/body/header"]),
    ])
    .await;
    taken(
        [
            json!({}),
            json!({ "type": "NONE" }),
            json!({ "type": "TEXT", "text": "Pedido {{nome}}" }),
            json!({ "type": "TEXT", "text": "x".repeat(60) }),
            json!({ "type": "IMAGE", "url": "http://cdn.loja.com/promo.png" }),
            json!({ "type": "IMAGE", "base64": "data:image/png;base64,iVBORw0KGgo=" }),
            json!({ "type": "IMAGE", "url": "https://cdn.loja.com/promo.png" }),
            json!({ "type": "IMAGE", "base64": "data:image/jpeg;base64,/9j/" }),
            json!({ "type": "VIDEO", "base64": "data:video/mp4;base64,AAAA" }),
            json!({ "type": "DOCUMENT", "base64": "data:application/pdf;base64,JVBERi0=" }),
        ]
        .map(with_header)
        .to_vec(),
    )
    .await;
}

// facts: TPL-BTN-001, TPL-BTN-002, TPL-BTN-003, TPL-BTN-004, TPL-BTN-005, TPL-BTN-006, TPL-BTN-007
// facts: TPL-BTN-008, TPL-BTN-009, TPL-BTN-010, TPL-BTN-011, TPL-BTN-012, TPL-BTN-014, TPL-BTN-016
#[tokio::test]
async fn buttons() {
    let reply = json!({ "type": "QUICK_REPLY", "text": "Sim" });
    let url = |url: &str| json!({ "type": "URL", "text": "Ver", "url": url });
    let phone = json!({ "type": "PHONE_NUMBER", "text": "Falar", "phone_number": "+5511999998888" });
    let copy = |example: Value| json!({ "type": "COPY_CODE", "example": example });
    let at = |buttons: Value, path: &'static [&'static str]| (with_body(with_buttons(buttons)), path);
    refused(vec![
        at(json!({}), &["/body/buttons"]),
        at(json!([1]), &["/body/buttons/0"]),
        at(json!([{}]), &["/body/buttons/0/type"]),
        at(json!([{ "type": "FLOW", "text": "x" }]), &["/body/buttons/0/type"]),
        at(json!([{ "type": "QUICK_REPLY" }]), &["/body/buttons/0/text"]),
        at(vec![reply.clone(); 11].into(), &["/body/buttons"]),
        at(vec![url("https://a.b/"); 3].into(), &["/body/buttons"]),
        at(json!([phone, phone]), &["/body/buttons"]),
        at(json!([copy(json!("A")), copy(json!("B"))]), &["/body/buttons"]),
        at(json!([{ "type": "URL", "text": "Ver" }]), &["/body/buttons/0/url"]),
        at(json!([reply, url("loja.com")]), &["/body/buttons/1/url"]),
        at(json!([url("https://loja.com/{{a}}/x")]), &["/body/buttons/0/url"]),
        at(json!([url("https://loja.com/{{a}}{{b}}")]), &["/body/buttons/0/url"]),
        at(json!([url("https://{{a}}")]), &["/body/buttons/0/url"]),
        at(json!([url("https://loja.{{a}}")]), &["/body/buttons/0/url"]),
        at(json!([url("{{a}}")]), &["/body/buttons/0/url"]),
        at(json!([{ "type": "PHONE_NUMBER", "text": "Falar" }]), &["/body/buttons/0/phone_number"]),
        at(
            json!([{ "type": "PHONE_NUMBER", "text": "Falar", "phone_number": "1" }]),
            &["/body/buttons/0/phone_number"],
        ),
        at(json!([{ "type": "COPY_CODE" }]), &["/body/buttons/0/example"]),
        at(json!([copy(json!("A".repeat(16)))]), &["/body/buttons/0/example"]),
        at(json!([copy(json!("PROMO-10"))]), &["/body/buttons/0/example"]),
        at(json!([copy(json!([]))]), &["/body/buttons/0/example"]),
        at(json!([copy(json!(["A", "B"]))]), &["/body/buttons/0/example"]),
    ])
    .await;
    taken(
        [
            json!([]),
            vec![reply.clone(); 10].into(),
            json!([
                reply,
                url("https://loja.com"),
                url("https://loja.com/?c={{a}}"),
                phone,
                copy(json!(["PROMO10"]))
            ]),
            json!([copy(json!("A".repeat(15)))]),
            json!([{ "type": "QUICK_REPLY", "text": "Oi {{quem}}" }]),
        ]
        .map(with_buttons)
        .to_vec(),
    )
    .await;
}

// facts: COM-ERR-006
#[tokio::test]
async fn one_answer_names_every_problem() {
    refused(vec![(
        json!({
            "name": "x", "language": 1,
            "body": { "header": { "type": "TEXT", "text": "" }, "body": { "text": 1 }, "buttons": [{ "type": "URL" }] }
        }),
        &["/language", "/body/header/text", "/body/body/text", "/body/buttons/0/text", "/body/buttons/0/url"],
    )])
    .await;
}
