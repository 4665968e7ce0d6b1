//! What the tests of every area share: a mock of the demo world at a fixed time, and calls to it.

pub(crate) mod control;
pub(crate) mod machine;
pub(crate) mod receiver;

use jiff::SignedDuration;
use mock_api::{Clock, MockApi};
use reqwest::Method;
use serde_json::Value;

/// The time at which every test begins.
pub(crate) const NOW: &str = "2026-06-20T10:00:00.000Z";

/// Every documented `errorCode` of a message.
pub(crate) const MESSAGE_CODES: [&str; 14] = [
    "DELIVERED_NOT_CONFIRMED",
    "TEMPLATE_VERSION_NOT_FOUND",
    "INVALID_DESTINATION",
    "PILOT_SELF_NUMBER",
    "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED",
    "EXPIRED_AFTER_ATTEMPTS",
    "MESSAGE_EXPIRED",
    "DELIVERY_TIMEOUT",
    "NUMBER_NOT_FOUND_REMOVED",
    "LINKED_WHATSAPP_INSTANCE_NOT_FOUND",
    "WHATSAPP_NOT_EXIST",
    "META_TEMPLATE_NOT_APPROVED",
    "META_OUTSIDE_24H_WINDOW",
    "META_NO_CONVERSATION",
];

/// A running mock and a client of it.
pub(crate) struct Api {
    pub(crate) mock: MockApi,
    client: reqwest::Client,
    headers: Vec<(&'static str, String)>,
}

/// The demo world, called with this raw key.
pub(crate) async fn api(key: &str) -> Api {
    start(MockApi::builder(), key).await
}

/// The demo world, without a key.
pub(crate) async fn anonymous() -> Api {
    Api { headers: Vec::new(), ..api("").await }
}

/// Another world, called with this raw key.
pub(crate) async fn api_in(world: &str, key: &str) -> Api {
    let world = fixtures::World::parse("test.yaml", world).unwrap();
    start(MockApi::builder().world(world), key).await
}

/// What the builder describes, at [`NOW`].
pub(crate) async fn start(builder: mock_api::Builder, key: &str) -> Api {
    let mock = builder.clock(Clock::frozen(NOW.parse().unwrap())).start().await.unwrap();
    Api { mock, client: client(), headers: vec![("x-api-key", key.to_owned())] }
}

/// A client of plain HTTP; one that reads the system's certificates takes far longer to make.
pub(crate) fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.tls_certs_only([]).build().unwrap()
}

/// The code of a refusal.
pub(crate) fn code(body: &Value) -> &str {
    body["code"].as_str().unwrap_or_default()
}

/// Where a plain validation failure found problems.
pub(crate) fn paths(body: &Value) -> Vec<&str> {
    let issues = body["details"]["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
    issues.iter().filter_map(|issue| issue["path"].as_str()).collect()
}

/// The same without what differs from run to run or is too long to read.
pub(crate) fn hiding(mut body: Value, pointers: &[&str]) -> Value {
    for pointer in pointers {
        *body.pointer_mut(pointer).unwrap() = "…".into();
    }
    body
}

impl Api {
    /// A request to a path from `/v1` on, without it.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}/v1{path}", self.mock.url()));
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    /// Sends a request; an answer without JSON is null.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE` without a body.
    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn delete_with(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.request(Method::DELETE, path).json(&body)).await
    }

    /// Lets something happen that no client can do; the kind is the last part of the control API's path.
    pub(crate) async fn simulate(&self, kind: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/_mock/simulate/{kind}", self.mock.url())).json(&body);
        self.send(request).await
    }

    /// `GET` with another key, this once.
    pub(crate) async fn with_key(&self, key: &str, path: &str) -> (u16, Value) {
        let url = format!("{}/v1{path}", self.mock.url());
        self.send(self.client.get(url).header("x-api-key", key)).await
    }

    /// Waits until everything that is due now has happened, webhooks delivered or failed.
    pub(crate) async fn settle(&self) {
        self.mock.advance(SignedDuration::ZERO).await;
    }

    /// Calls with another key from now on, on the same mock.
    pub(crate) fn use_key(&mut self, key: &str) {
        self.headers = vec![("x-api-key", key.to_owned())];
    }

    /// Sends one more header from now on.
    pub(crate) fn use_header(&mut self, name: &'static str, value: &str) {
        self.headers.push((name, value.to_owned()));
    }
}
