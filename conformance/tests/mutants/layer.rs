//! A layer in front of a target that changes what goes through it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what fails here fails the test")]

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::relay::{Parcel, Relay};

/// A request on its way to the target.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// An answer on its way back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// What is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distortion {
    pub(crate) ask: fn(&mut Ask),
    pub(crate) reply: fn(&Ask, &mut Reply),
    pub(crate) delivery: Option<fn(&mut Parcel)>,
}

impl Distortion {
    pub(crate) const NONE: Self = Self { ask: |_| {}, reply: |_, _| {}, delivery: None };
}

/// Starts the layer in front of `target`, a URL without a path, and answers its own URL.
pub(crate) async fn start(target: String, distortion: Distortion) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let relay = match distortion.delivery {
        Some(change) => Some(Relay::start(change).await),
        None => None,
    };
    let forward = move |request: Request| {
        let (client, target, relay) = (client.clone(), target.clone(), relay.clone());
        async move { forward(&client, &target, distortion, relay.as_ref(), request).await }
    };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(forward)).await });
    url
}

async fn forward(
    client: &reqwest::Client,
    target: &str,
    distortion: Distortion,
    relay: Option<&Relay>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut ask = Ask {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    (distortion.ask)(&mut ask);
    if let Some(relay) = relay {
        relay.intercept(&mut ask);
    }
    for name in ["host", "content-length"] {
        ask.headers.remove(name);
    }
    let mut request = client
        .request(ask.method.parse().unwrap(), format!("{target}{}", ask.path))
        .headers(ask.headers.clone());
    if !ask.body.is_null() {
        request = request.body(ask.body.to_string());
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let mut reply = Reply { status, headers, body };
    (distortion.reply)(&ask, &mut reply);
    answer(reply)
}

fn answer(reply: Reply) -> Response {
    let mut response = Body::from(reply.body.to_string()).into_response();
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    *response.headers_mut() = reply.headers;
    response.headers_mut().remove("content-length");
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}
