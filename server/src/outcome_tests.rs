use super::*;

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        body: body.to_owned().into(),
        room: Default::default(),
    }
}

fn failure(reply: Reply) -> Value {
    match Outcome::from_reply(reply) {
        Outcome::Failure(failure) => failure.to_json(),
        Outcome::Success(answer) => panic!("a success: {}", answer.text()),
    }
}

#[test]
fn success_is_verbatim_and_structured() {
    let text = r#"{ "id" : "msg_1",  "n": 1.50 }"#;
    let result = Outcome::from_reply(reply(202, text)).into_result(false);
    assert_eq!(result.content[0].as_text().unwrap().text, text);
    assert_eq!(result.structured_content, Some(json!({ "id": "msg_1", "n": 1.5 })));
    assert_eq!(result.is_error, Some(false));
}

#[test]
fn an_array_stands_under_items() {
    let result = Outcome::from_reply(reply(200, "[1, 2]")).into_result(true);
    assert_eq!(result.content[0].as_text().unwrap().text, "[1, 2]");
    assert_eq!(result.structured_content, Some(json!({ "items": [1, 2] })));
}

#[test]
fn a_refusal_keeps_what_the_api_said() {
    let body = r#"{"error":"Confirm","code":"CONFIRMATION_REQUIRED","details":{"a":1},"preview":{"total":2},"status":"odd"}"#;
    assert_eq!(
        failure(reply(400, body)),
        json!({ "status": 400, "code": "CONFIRMATION_REQUIRED", "error": "Confirm", "details": { "a": 1 }, "preview": { "total": 2 } })
    );
}

#[test]
fn a_refusal_without_code_or_text_gets_plain_ones() {
    assert_eq!(
        failure(reply(404, r#"{"error":"Number not found"}"#)),
        json!({ "status": 404, "code": "HTTP_404", "error": "Number not found" })
    );
    assert_eq!(
        failure(reply(500, "{}")),
        json!({ "status": 500, "code": "HTTP_500", "error": "Internal Server Error" })
    );
}

#[test]
fn retry_after_is_a_number_and_the_body_wins() {
    let wait = |body: &str| {
        let reply = Reply { retry_after: Some(7), ..reply(429, body) };
        failure(reply)["retryAfterSeconds"].clone()
    };
    assert_eq!(wait(r#"{"error":"e","code":"RATE_LIMITED"}"#), 7);
    assert_eq!(wait(r#"{"error":"e","code":"RATE_LIMITED","retryAfterSeconds":3}"#), 3);
    assert_eq!(wait("<html>"), 7);
}

#[test]
fn anything_else_is_an_invalid_response() {
    for (status, body, told) in [
        (200, "<html></html>", 502),
        (200, " ", 502),
        (200, "\"text\"", 502),
        (204, "null", 502),
        (302, "", 502),
        (404, "", 404),
        (302, r#"{"a":1}"#, 502),
        (503, "<html></html>", 503),
        (400, "[]", 400),
    ] {
        let failure = failure(reply(status, body));
        assert_eq!(
            (&failure["status"], &failure["code"]),
            (&json!(told), &json!("UPSTREAM_INVALID_RESPONSE")),
            "{status} {body}"
        );
    }
}

#[test]
fn a_success_without_a_body_is_an_empty_object() {
    for status in [200, 202, 204] {
        let result = Outcome::from_reply(reply(status, "")).into_result(true);
        assert_eq!(result.is_error, Some(false), "{status}");
        assert_eq!(result.content[0].as_text().unwrap().text, "{}");
        assert_eq!(result.structured_content, Some(json!({})));
    }
}

#[test]
fn a_refusal_with_the_status_of_a_success_is_a_failure() {
    assert_eq!(
        failure(reply(200, r#"{"error":"No","code":"NOT_FOUND"}"#)),
        json!({ "status": 502, "code": "NOT_FOUND", "error": "No" })
    );
    assert_eq!(failure(reply(200, r#"{"error":"No"}"#))["code"], "HTTP_502");
    for body in [
        r#"{"error":"No","code":"NOT_FOUND","status":404}"#,
        r#"{"success":false,"error":"No","code":"NOT_FOUND","data":null}"#,
        r#"{"ok":false,"error":"No","code":"NOT_FOUND"}"#,
    ] {
        assert_eq!(failure(reply(200, body))["code"], "NOT_FOUND", "{body}");
    }
    for body in [
        r#"{"error":null}"#,
        r#"{"id":"msg_1","error":"later"}"#,
        r#"{"code":"a"}"#,
        r#"{"success":true,"id":"msg_1","error":"later"}"#,
    ] {
        assert!(matches!(Outcome::from_reply(reply(200, body)), Outcome::Success(_)), "{body}");
    }
}

#[test]
fn a_failure_is_json_text_and_structured_on_request() {
    let failure = Failure::invalid(&[Problem { path: "/id".into(), message: "is required".into() }]);
    let expected = json!({
        "status": 400, "code": "VALIDATION_ERROR", "error": "Validation error",
        "details": { "issues": [{ "path": "/id", "message": "is required" }] },
    });
    let result = Outcome::Failure(failure.clone()).into_result(true);
    assert_eq!(result.is_error, Some(true));
    assert_eq!(result.structured_content, Some(expected.clone()));
    let result = Outcome::Failure(failure).into_result(false);
    assert_eq!(result.structured_content, None);
    assert_eq!(serde_json::from_str::<Value>(&result.content[0].as_text().unwrap().text).unwrap(), expected);
}
