//! A relay between a target and who receives its webhooks, which changes what goes through it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what fails here fails the test")]

use std::sync::{Arc, Mutex};

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::layer::Ask;

/// A delivery on its way to the receiver.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How often it is delivered.
    pub(crate) copies: usize,
    /// Whether it waits until another one has overtaken it.
    pub(crate) waits: bool,
    /// Whether the target is told before the receiver has said anything.
    pub(crate) hastily: bool,
    /// What the target is told, whatever the receiver says.
    pub(crate) told: Option<u16>,
    /// Where it goes to.
    pub(crate) to: String,
}

impl Parcel {
    pub(crate) fn event(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        body["event"].as_str().unwrap_or_default().to_owned()
    }
}

/// A relay that is running.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    url: String,
}

/// Behind the relay's own path comes the URL that it stands in front of.
const TO: &str = "/to/";

impl Relay {
    pub(crate) async fn start(change: fn(&mut Parcel)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let waiting = Arc::<Mutex<Vec<Parcel>>>::default();
        let forward = move |request: Request| {
            let (client, waiting) = (client.clone(), Arc::clone(&waiting));
            async move { forward(&client, &waiting, change, request).await }
        };
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(forward)).await });
        Self { url }
    }

    /// Puts itself in front of the URL of a webhook that is created or changed, over REST or over MCP.
    pub(crate) fn intercept(&self, ask: &mut Ask) {
        let of_webhook = ask.path.starts_with("/v1/webhooks")
            || ask.body.pointer("/params/name").is_some_and(|tool| tool == "webhooks_create");
        for pointer in ["/url", "/params/arguments/url"] {
            let Some(url) = ask.body.pointer_mut(pointer).filter(|_| of_webhook) else { continue };
            *url = format!("{}{TO}{}", self.url, url.as_str().unwrap()).into();
        }
    }
}

async fn forward(
    client: &reqwest::Client,
    waiting: &Mutex<Vec<Parcel>>,
    change: fn(&mut Parcel),
    request: Request,
) -> StatusCode {
    let (parts, body) = request.into_parts();
    let to = parts.uri.path().strip_prefix(TO).unwrap().to_owned();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut parcel =
        Parcel { headers: parts.headers, body, copies: 1, waits: false, hastily: false, told: None, to };
    change(&mut parcel);
    if parcel.waits {
        waiting.lock().unwrap().push(parcel);
        return StatusCode::OK;
    }
    if parcel.hastily {
        let client = client.clone();
        tokio::spawn(async move { deliver(&client, &parcel).await });
        return StatusCode::OK;
    }
    let overtaken = std::mem::take(&mut *waiting.lock().unwrap());
    let told = deliver(client, &parcel).await;
    for parcel in overtaken {
        deliver(client, &parcel).await;
    }
    told
}

async fn deliver(client: &reqwest::Client, parcel: &Parcel) -> StatusCode {
    let mut headers = parcel.headers.clone();
    for name in ["host", "content-length"] {
        headers.remove(name);
    }
    let mut status = StatusCode::OK;
    for _ in 0..parcel.copies {
        let request = client.post(&parcel.to).headers(headers.clone()).body(parcel.body.clone());
        status = request.send().await.map_or(StatusCode::BAD_GATEWAY, |response| response.status());
    }
    parcel.told.map_or(status, |told| StatusCode::from_u16(told).unwrap())
}
