//! An API that is no mock to whoever asks it: what stands behind it cannot be steered, and all that it is asked is written down.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use conformance::start_mock;
use mock_api::MockApi;
use serde_json::{Value, json};
use server::{Running, Server};
use tokio::runtime::Runtime;

/// How its keys begin; behind that they are those of the demo world.
pub(crate) const SECRET: &str = "s3cret-";

/// How it differs from the mock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Says of every third request that it comes too soon.
    pub(crate) limits: bool,
    /// Repeats the key in every answer, which no schema allows.
    pub(crate) repeats: bool,
    /// Passes the control API through.
    pub(crate) steered: bool,
    /// Says that it has no webhooks to be created.
    pub(crate) refuses_webhooks: bool,
}

/// The API and a server in front of it.
pub(crate) struct Fake {
    pub(crate) api: String,
    pub(crate) mcp: String,
    asked: Arc<Mutex<Vec<String>>>,
    _server: Running,
    _runtime: Runtime,
}

struct Behind {
    mock: MockApi,
    client: reqwest::Client,
    manner: Manner,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub(crate) fn start(manner: Manner) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (api, server) = runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let mock = start_mock().await.unwrap();
            let behind = Arc::new(Behind { mock, client, manner, asked: Arc::clone(&asked) });
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let api = format!("http://{}", listener.local_addr().unwrap());
            let app = Router::new().fallback(move |request| answer(Arc::clone(&behind), request));
            tokio::spawn(async move { axum::serve(listener, app).await });
            let limits = server::Limits::plain();
            let server = Server::builder().upstream(&api).output_schemas(true).limits(limits);
            (api, server.start().await.unwrap())
        });
        Self { api, mcp: server.mcp_url(), asked, _server: server, _runtime: runtime }
    }

    /// All that it was asked: method and path.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(behind: Arc<Behind>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method, parts.uri.to_string());
    let count = {
        let mut asked = behind.asked.lock().unwrap();
        asked.push(format!("{method} {}", parts.uri.path()));
        asked.len()
    };
    if path.starts_with("/_mock") && !behind.manner.steered {
        return StatusCode::NOT_FOUND.into_response();
    }
    if behind.manner.limits && count % 3 == 0 {
        let body = json!({ "error": "Too soon", "code": "RATE_LIMITED", "retryAfterSeconds": 0 });
        return told(429, [("retry-after", "0")].into_iter().collect::<Vec<_>>(), &body);
    }
    if behind.manner.refuses_webhooks && method == "POST" && path == "/v1/webhooks" {
        return told(503, Vec::new(), &json!({ "error": "No webhooks" }));
    }
    let mut headers: HeaderMap = parts.headers;
    for name in [header::HOST, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    if let Some(own) = key.strip_prefix(SECRET) {
        headers.insert("x-api-key", own.parse().unwrap());
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let request = behind.client.request(method, format!("{}{path}", behind.mock.url())).headers(headers);
    let response = request.body(body).send().await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let (true, Some(map)) = (behind.manner.repeats, body.as_object_mut()) {
        map.insert("repeated".to_owned(), json!([format!("<script>{key}</script> ]]> \u{1b}[31m")]));
    }
    told(status, Vec::new(), &body)
}

fn told(status: u16, headers: Vec<(&'static str, &'static str)>, body: &Value) -> Response {
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body.to_string())).unwrap()
}
