//! Clients whose id is the URL of their metadata document.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use crate::oauth::browser::{Browser, CALLBACK, asking, redeeming};

type Shown = Arc<Mutex<Document>>;

/// What the server of a document answers.
#[derive(Debug, Clone)]
enum Document {
    Json(Value),
    Text(String),
    Status(u16),
    Redirect(String),
}

/// A server of one document.
struct Publisher {
    url: String,
    shown: Shown,
}

impl Publisher {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/client.json", listener.local_addr().unwrap());
        let shown = Arc::new(Mutex::new(Document::Status(404)));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shown));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shown }
    }

    fn show(&self, document: Document) {
        *self.shown.lock().unwrap() = document;
    }

    /// A document that will do.
    fn fine(&self) -> Value {
        let grant_types = ["authorization_code", "refresh_token"];
        json!({ "client_id": self.url, "client_name": "Inspector", "redirect_uris": [CALLBACK], "grant_types": grant_types, "token_endpoint_auth_method": "none" })
    }
}

async fn answer(State(shown): State<Shown>) -> Response {
    let document = shown.lock().unwrap().clone();
    match document {
        Document::Json(value) => axum::Json(value).into_response(),
        Document::Text(text) => text.into_response(),
        Document::Status(status) => http::StatusCode::from_u16(status).unwrap().into_response(),
        Document::Redirect(to) => Redirect::temporary(&to).into_response(),
    }
}

#[tokio::test]
async fn a_document_is_as_good_as_a_registration() {
    let (browser, publisher) = (Browser::open().await, Publisher::start().await);
    publisher.show(Document::Json(publisher.fine()));
    let page = browser.page(&asking(&publisher.url)).await;
    assert!(page.text.contains("Inspector</strong> wants access"), "{}", page.text);
    let code = browser.code(&publisher.url, &["num_meta"]).await;
    let (status, tokens) = browser.redeem(&publisher.url, &code).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(browser.introspect(&tokens["access_token"]).await["client_id"], publisher.url);
    assert_eq!(browser.refresh(&publisher.url, &tokens["refresh_token"]).await.0, 200);
    let form: Vec<_> = redeeming(&publisher.url, &code).into_iter().chain([("client_secret", "x")]).collect();
    assert_eq!(browser.form("/token", None, &form).await.0, 401);
}

#[tokio::test]
async fn documents_that_will_not_do() {
    let (browser, publisher) = (Browser::open().await, Publisher::start().await);
    let with = |name: &str, value: Value| {
        let mut document = publisher.fine();
        document[name] = value;
        Document::Json(document)
    };
    let without = |name: &str| {
        let mut document = publisher.fine();
        document.as_object_mut().unwrap().shift_remove(name);
        Document::Json(document)
    };
    for document in [
        Document::Status(404),
        Document::Status(500),
        Document::Redirect(format!("{}?elsewhere", publisher.url)),
        Document::Text("<html>".to_owned()),
        Document::Json(json!([])),
        without("client_id"),
        without("redirect_uris"),
        with("client_id", json!("http://127.0.0.1/other.json")),
        with("client_id", json!(format!("{}?x", publisher.url))),
        with("redirect_uris", json!(["http://127.0.0.1/elsewhere"])),
        with("redirect_uris", json!([CALLBACK, "javascript:alert(1)"])),
        with("client_secret", json!("s3cret")),
        with("token_endpoint_auth_method", json!("client_secret_basic")),
        with("padding", json!("x".repeat(64 * 1024))),
    ] {
        publisher.show(document.clone());
        let page = browser.page(&asking(&publisher.url)).await;
        assert_eq!((page.status, page.header("location")), (400, ""), "{document:?}");
    }
    publisher.show(Document::Json(publisher.fine()));
    assert_eq!(browser.page(&asking(&publisher.url)).await.status, 200);
}

#[tokio::test]
async fn only_loopback_is_asked_unless_a_host_is_allowed() {
    let browser = Browser::open().await;
    for elsewhere in [
        "https://client.example/c.json",
        "http://127.0.0.1:1/",
        "http://10.0.0.1/c.json",
        "https://127.0.0.1@client.example/c.json",
    ] {
        let page = browser.page(&asking(elsewhere)).await;
        assert_eq!(page.status, 400, "{elsewhere}");
        assert!(!page.text.contains("could not be fetched"), "{elsewhere} was not asked: {}", page.text);
    }
    let closed = browser.page(&asking("http://127.0.0.1:1/c.json")).await;
    assert!(closed.text.contains("could not be fetched"), "{}", closed.text);
    // `.invalid` never resolves: that it was tried is all that shows.
    let builder = mock_api::MockApi::builder().allow_client_hosts(["client.invalid".to_owned()]);
    let page = Browser::of(builder).await.page(&asking("https://client.invalid/c.json")).await;
    assert!(page.text.contains("could not be fetched"), "{}", page.text);
}
