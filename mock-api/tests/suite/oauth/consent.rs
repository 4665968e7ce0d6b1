//! The pages: what they say, what they let through, and what they keep out.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{api_in, code};
use crate::oauth::browser::{Browser, CALLBACK, allowing, asking, changed, encode};

// facts: COM-OAUTH-002
#[tokio::test]
async fn the_page_names_client_tenant_and_numbers() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let page = browser.page(&asking(&client)).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    for part in
        ["Claude</strong> wants access", "tenant_demo", "num_meta", "+5511900000003", "num_web_closed"]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("num_other"), "a number of another tenant");
    assert!(!page.text.contains("<script"));
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self' http://127.0.0.1:7777;"]
    {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    let cookie = page.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(page.header("cache-control"), "no-store");
    let style = reqwest::get(browser.url("/style.css")).await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn without_a_tenant_one_is_picked_first() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let fine = asking(&client);
    for hint in [None, Some("nobody"), Some("")] {
        let page = browser.page(&changed(&fine, "login_hint", hint)).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("name=\"csrf\""), "{hint:?}");
        for tenant in ["tenant_demo", "tenant_other"] {
            assert!(page.text.contains(&format!("login_hint={tenant}\"")), "{hint:?} {}", page.text);
        }
        assert!(page.text.contains("state=s1"), "the request goes on");
    }
    let other = browser.page(&changed(&fine, "login_hint", Some("tenant_other"))).await;
    assert!(other.text.contains("num_other") && !other.text.contains("num_meta"));

    let world = "version: 1\ntenants: [{ id: only, plan: FREE, paidNumbers: 1, key: { id: k, raw: ps_k } }]\noauth: { clients: [{ id: app, redirectUris: ['http://127.0.0.1:7777/cb'] }] }";
    let single = api_in(world, "").await;
    let query = encode(&changed(&asking("app"), "login_hint", None));
    let page = reqwest::get(format!("{}/oauth/authorize?{query}", single.mock.url())).await.unwrap();
    let text = page.text().await.unwrap();
    assert!(text.contains("name=\"csrf\"") && text.contains("only"), "there is nobody else to be: {text}");
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let browser = Browser::open().await;
    let name = "<img src=x onerror=alert(1)>\"'&";
    let (_, client) = browser.register(json!({ "client_name": name, "redirect_uris": [CALLBACK] })).await;
    let id = client["client_id"].as_str().unwrap();
    let evil = "\"><script>alert(1)</script>";
    let query = changed(&asking(id), "state", Some(evil));
    for query in
        [query.clone(), changed(&query, "login_hint", None), changed(&query, "login_hint", Some(evil))]
    {
        let page = browser.page(&query).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;"), "{}", page.text);
        assert!(!page.text.contains("<img") && !page.text.contains("<script"), "{}", page.text);
    }
    let problem = browser.page(&changed(&query, "client_id", Some(evil))).await;
    assert!(problem.status == 400 && !problem.text.contains("<script"));
    // Clients encode what they send; this one does not, and it comes back in the form's address. Angle brackets get no further than the HTTP parser.
    let path = format!("/oauth/authorize?{}&x={{'}}", encode(&asking(id)));
    let page = raw_get(browser.api.mock.address(), &path).await;
    assert!(page.contains("name=\"csrf\"") && page.contains("x={&#39;}"), "{page}");
}

async fn raw_get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

// facts: COM-OAUTH-003
#[tokio::test]
async fn chosen_numbers_are_what_is_granted() {
    let browser = Browser::open().await;
    let token = browser.api_token(&["num_web", "num_meta", "num_web"]).await;
    let claims = browser.introspect(&json!(token)).await;
    assert_eq!(claims["number_ids"], json!(["num_meta", "num_web"]), "in order, each once");
    let read = |number: &'static str| browser.call(&token, Some(number), Method::GET, "/conversations", None);
    for number in ["num_meta", "num_web"] {
        assert_eq!(read(number).await.0, 200, "{number}");
    }
    for number in ["num_meta_oba", "num_other", "nobody"] {
        let (status, body) = read(number).await;
        assert_eq!((status, code(&body)), (403, "NUMBER_NOT_IN_GRANT"), "{number}");
    }
    let whole = browser.introspect(&json!(browser.api_token(&[]).await)).await;
    assert!(whole["active"] == true && whole.get("number_ids").is_none(), "{whole}");
}

#[tokio::test]
async fn a_denial_goes_to_the_client() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let before = browser.api.mock.digest();
    let page = browser.page(&asking(&client)).await;
    let opened = browser.api.mock.digest();
    let form = [("decision", "deny"), ("csrf", page.csrf())];
    let answer = browser.submit(&asking(&client), page.cookie(), &form).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").starts_with(CALLBACK));
    assert_eq!(answer.sent("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.sent("state").as_deref(), Some("s1"));
    assert_eq!(answer.sent("iss"), Some(browser.url("")));
    assert_eq!(answer.sent("code"), None);
    assert_ne!(before, opened, "a cookie was made");
    assert_eq!(opened, browser.api.mock.digest(), "and nothing was granted");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let query = asking(&client);
    let (own, attackers) = (browser.page(&query).await, browser.page(&query).await);
    let other = changed(&query, "state", Some("s2"));
    let whole = |csrf| allowing(&[]).into_iter().chain([("csrf", csrf)]).collect::<Vec<_>>();
    for (query, cookie, form) in [
        (&query, own.cookie(), allowing(&[])),
        (&query, own.cookie(), whole("")),
        (&query, own.cookie(), whole("00")),
        (&query, own.cookie(), whole(attackers.csrf())),
        (&query, "", whole(own.csrf())),
        (&query, "pilot_status_consent=x", whole(own.csrf())),
        (&other, own.cookie(), whole(own.csrf())),
    ] {
        let answer = browser.submit(query, cookie, &form).await;
        assert_eq!((answer.status, answer.header("location")), (403, ""), "{cookie} {form:?}");
    }
    let answer = browser.submit(&query, own.cookie(), &whole(own.csrf())).await;
    assert_eq!(answer.status, 303, "and the page's own form is not");
}

#[tokio::test]
async fn a_second_tab_does_not_spoil_the_first() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let (query, other) = (asking(&client), changed(&asking(&client), "state", Some("s2")));
    let first = browser.page(&query).await;
    let again = crate::common::client()
        .get(format!("{}?{}", browser.url("/authorize"), encode(&other)))
        .header("cookie", format!("a=b; {}", first.cookie()));
    let again = again.send().await.unwrap();
    assert!(again.headers()["set-cookie"].to_str().unwrap().starts_with(first.cookie()));
}

#[tokio::test]
async fn a_form_that_makes_no_sense() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let query = asking(&client);
    let none = browser.decide(&query, &[("decision", "approve"), ("access", "numbers")]).await;
    assert_eq!((none.status, none.header("location")), (400, ""));
    assert!(none.text.contains("Choose at least one number"), "the page is shown again");
    assert!(none.text.contains("value=\"numbers\" checked"));
    for form in [
        vec![],
        vec![("decision", "perhaps"), ("access", "tenant")],
        vec![("decision", "approve")],
        vec![("decision", "approve"), ("access", "everything")],
        vec![("decision", "approve"), ("access", "tenant"), ("access", "numbers")],
        allowing(&["num_meta", "num_other"]),
        allowing(&["nobody"]),
    ] {
        let answer = browser.decide(&query, &form).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{form:?}");
        assert!(answer.text.contains("invalid_request"), "{form:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_to_the_client_where_the_client_is_known() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let fine = asking(&client);
    for (name, value, expected) in [
        ("response_type", None, "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("scope", Some("api everything"), "invalid_scope"),
        ("resource", Some("mcp"), "invalid_target"),
        ("resource", Some("http://127.0.0.1/mcp#f"), "invalid_target"),
        ("resource", Some("urn:x"), "invalid_target"),
    ] {
        let answer = browser.page(&changed(&fine, name, value)).await;
        assert_eq!(answer.status, 303, "{name} {value:?}");
        assert!(answer.header("location").starts_with(CALLBACK));
        assert_eq!(answer.sent("error").as_deref(), Some(expected), "{name} {value:?}");
        assert_eq!(answer.sent("state").as_deref(), Some("s1"));
        assert_eq!(answer.sent("iss"), Some(browser.url("")));
    }
    let two: Vec<_> = fine.iter().copied().chain([("resource", "http://127.0.0.1:8081/mcp")]).collect();
    assert_eq!(browser.page(&two).await.sent("error").as_deref(), Some("invalid_target"));
    let states: Vec<_> = fine.iter().copied().chain([("state", "s2")]).collect();
    let answer = browser.page(&states).await;
    assert_eq!((answer.sent("error").as_deref(), answer.sent("state")), (Some("invalid_request"), None));
}

#[tokio::test]
async fn what_is_wrong_with_client_or_redirect_is_said_to_the_user() {
    let browser = Browser::open().await;
    let client = browser.client().await;
    let fine = asking(&client);
    for (name, value) in [
        ("client_id", None),
        ("client_id", Some("nobody")),
        ("client_id", Some("mcp-server")),
        ("redirect_uri", Some("https://evil.example/cb")),
        ("redirect_uri", Some("http://127.0.0.1:7777/other")),
        ("redirect_uri", Some("http://localhost:7777/cb")),
        ("redirect_uri", Some("javascript:alert(1)")),
    ] {
        let query = changed(&fine, name, value);
        for answer in [browser.page(&query).await, browser.submit(&query, "", &allowing(&[])).await] {
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{name} {value:?}");
            assert!(answer.text.contains("This will not work"));
        }
    }
    let twice: Vec<_> = fine.iter().copied().chain([("redirect_uri", CALLBACK)]).collect();
    assert_eq!(browser.page(&twice).await.status, 400);
    let absent = browser.page(&changed(&fine, "redirect_uri", None)).await;
    assert_eq!(absent.status, 200, "a client that has one need not name it");
}
