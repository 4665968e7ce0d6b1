//! The API with a token instead of a key (U-25).

use reqwest::Method;
use serde_json::json;

use crate::common::code;
use crate::oauth::browser::Browser;

const GET: Method = Method::GET;

// facts: COM-OAUTH-007, COM-OAUTH-008
#[tokio::test]
async fn a_token_for_the_whole_tenant_is_as_good_as_its_key() {
    let browser = Browser::open().await;
    let token = browser.api_token(&[]).await;
    let (status, numbers) = browser.call(&token, None, GET, "/numbers", None).await;
    assert_eq!((status, numbers.as_array().map(Vec::len)), (200, Some(4)));
    let (status, body) = browser.call(&token, None, GET, "/conversations", None).await;
    assert_eq!((status, code(&body)), (403, "TENANT_SCOPE_NOT_ALLOWED"));
    assert_eq!(browser.call(&token, Some("num_web"), GET, "/conversations", None).await.0, 200);
    let (status, body) = browser.call(&token, Some("num_other"), GET, "/conversations", None).await;
    assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    assert_eq!(browser.call(&token, None, GET, "/webhooks", None).await.0, 200);
    let check = json!({ "number": "+5511988887777" });
    assert_eq!(
        browser.call(&token, Some("num_web"), Method::POST, "/numbers/check", Some(check)).await.0,
        200
    );

    let (status, rotated) = browser.call(&token, None, Method::POST, "/api-keys/regenerate", None).await;
    assert_eq!((status, &rotated["scope"]), (201, &json!("tenant")));
    let mut with_key = browser.api;
    with_key.use_key("ps_demo_tenant");
    assert_eq!(with_key.get("/numbers").await.0, 401, "the account's key is another one");
}

// facts: COM-SCOPE-013, COM-SCOPE-014, COM-SCOPE-015, COM-OAUTH-009
#[tokio::test]
async fn a_token_for_some_numbers_reaches_these_only() {
    let browser = Browser::open().await;
    let token = browser.api_token(&["num_meta", "num_web"]).await;
    for path in ["/conversations", "/webhooks", "/webhooks/wh_demo", "/templates"] {
        let (status, body) = browser.call(&token, None, GET, path, None).await;
        assert_eq!((status, code(&body)), (400, "NUMBER_REQUIRED"), "{path}");
        let (status, body) = browser.call(&token, Some("num_meta_oba"), GET, path, None).await;
        assert_eq!((status, code(&body)), (403, "NUMBER_NOT_IN_GRANT"), "{path}");
        assert_eq!(browser.call(&token, Some("num_meta"), GET, path, None).await.0, 200, "{path}");
    }
    for path in ["/numbers", "/numbers/num_meta", "/api-keys", "/branding", "/subscription/extra-numbers"] {
        for number in [None, Some("num_meta")] {
            let (status, body) = browser.call(&token, number, GET, path, None).await;
            assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"), "{path}");
        }
    }
    for number in [None, Some("num_meta")] {
        let (status, body) = browser.call(&token, number, Method::POST, "/api-keys/regenerate", None).await;
        assert_eq!((status, code(&body)), (403, "NUMBER_SCOPE_NOT_ALLOWED"));
    }
}

// facts: COM-OAUTH-010
#[tokio::test]
async fn the_only_number_of_a_token_need_not_be_named() {
    let browser = Browser::open().await;
    let token = browser.api_token(&["num_meta"]).await;
    for number in [None, Some("num_meta")] {
        let (status, sent) = browser
            .call(
                &token,
                number,
                Method::POST,
                "/messages/send",
                Some(json!({ "destinationNumber": "+5511988887777", "text": "Oi" })),
            )
            .await;
        assert_eq!((status, &sent["sourceNumber"]), (202, &json!("5511900000001")));
    }
    let (_, webhooks) = browser.call(&token, None, GET, "/webhooks", None).await;
    assert_eq!(webhooks[0]["id"], "wh_demo");
    let (status, body) = browser.call(&token, Some("num_web"), GET, "/conversations", None).await;
    assert_eq!((status, code(&body)), (403, "NUMBER_NOT_IN_GRANT"));
    let (status, body) = browser.call(&token, None, GET, "/newsletters", None).await;
    assert_eq!((status, code(&body)), (400, "NOT_SUPPORTED_FOR_META"), "the provider is that of the number");
}

#[tokio::test]
async fn a_new_webhook_may_name_its_number_in_the_body() {
    let browser = Browser::open().await;
    let token = browser.api_token(&["num_meta", "num_web"]).await;
    let create = async |header: Option<&str>, number: Option<&str>| {
        let body = json!({ "url": "http://127.0.0.1:9/hook", "whatsappNumberId": number });
        let body = if number.is_some() { body } else { json!({ "url": "http://127.0.0.1:9/hook" }) };
        browser.call(&token, header, Method::POST, "/webhooks", Some(body)).await
    };
    for (header, number, expected) in [
        (None, None, (400, "NUMBER_REQUIRED")),
        (None, Some("num_meta_oba"), (403, "NUMBER_NOT_IN_GRANT")),
        (Some("num_meta"), Some("num_meta_oba"), (403, "NUMBER_NOT_IN_GRANT")),
        (Some("num_meta"), Some("num_web"), (400, "NUMBER_MISMATCH")),
        (None, Some("num_web"), (201, "")),
        (Some("num_meta"), None, (201, "")),
    ] {
        let (status, body) = create(header, number).await;
        assert_eq!((status, code(&body)), expected, "{header:?} {number:?} {body}");
    }
}

#[tokio::test]
async fn a_number_that_is_gone_is_not_found() {
    let browser = Browser::open().await;
    let (whole, one) = (browser.api_token(&[]).await, browser.api_token(&["num_web"]).await);
    assert_eq!(browser.call(&whole, None, Method::DELETE, "/numbers/num_web", None).await.0, 200);
    for number in [None, Some("num_web")] {
        let (status, body) = browser.call(&one, number, GET, "/conversations", None).await;
        assert_eq!((status, code(&body)), (404, "NUMBER_NOT_FOUND"));
    }
}

// facts: COM-OAUTH-011
#[tokio::test]
async fn tokens_that_will_not_do() {
    let browser = Browser::open().await;
    let tokens = browser.tokens(&[]).await;
    let (_, exchanged) = browser.exchange(&tokens["access_token"]).await;
    let good = exchanged["access_token"].as_str().unwrap();
    let status = async |token: &str| {
        let (status, body) = browser.call(token, None, GET, "/numbers", None).await;
        assert!(status == 200 || code(&body) == "UNAUTHORIZED", "{body}");
        status
    };
    assert_eq!(status(good).await, 200);
    let forged = format!("{good}A");
    for (bad, what) in [
        (tokens["access_token"].as_str().unwrap(), "another audience"),
        (tokens["refresh_token"].as_str().unwrap(), "no access token"),
        (forged.as_str(), "another signature"),
        ("ps_demo_tenant", "a key"),
        ("", "nothing"),
    ] {
        assert_eq!(status(bad).await, 401, "{what}");
    }
    browser.pass(600).await;
    assert_eq!(status(good).await, 401, "expired");
    let again = browser.api_token(&[]).await;
    assert_eq!(status(&again).await, 200);
    let form = [("token", again.as_str())];
    assert_eq!(browser.form("/revoke", crate::oauth::browser::SERVER, &form).await.0, 200);
    assert_eq!(status(&again).await, 401, "taken back");
}

// facts: COM-OAUTH-012
#[tokio::test]
async fn a_key_and_a_token_together_are_refused() {
    let browser = Browser::open().await;
    let token = browser.api_token(&[]).await;
    let send = async |authorization: &str| {
        let url = format!("{}/v1/conversations", browser.api.mock.url());
        let request = crate::common::client().get(url).header("x-api-key", "ps_demo_meta");
        browser.api.send(request.header("authorization", authorization)).await.0
    };
    assert_eq!(send(&format!("Bearer {token}")).await, 401);
    assert_eq!(send("bearer x").await, 401);
    assert_eq!(send("Basic eDp5").await, 200, "another scheme is not looked at");
}

/// A client that asks for no resource gets a token for the API itself.
#[tokio::test]
async fn without_a_resource_the_token_is_for_the_api() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let query = crate::oauth::browser::changed(&crate::oauth::browser::asking(&client), "resource", None);
    let answer = browser.decide(&query, &crate::oauth::browser::allowing(&[])).await;
    let (_, tokens) = browser.redeem(&client, &answer.sent("code").unwrap()).await;
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(browser.call(token, None, GET, "/numbers", None).await.0, 200);
}
