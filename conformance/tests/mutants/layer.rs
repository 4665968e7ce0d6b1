//! A layer in front of a target that changes what goes through it. What nobody changes goes through as it is, byte by byte.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what fails here fails the test")]

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::relay::{Parcel, Relay};
use crate::wire::Line;

/// A request on its way to the target.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) raw: Bytes,
    /// How often it is sent on.
    pub(crate) times: usize,
    /// Whether it goes on when its client has gone.
    pub(crate) detached: bool,
}

/// An answer on its way back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
}

/// What is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distortion {
    pub(crate) ask: fn(&mut Ask),
    pub(crate) reply: fn(&Ask, &mut Reply),
    pub(crate) delivery: Option<fn(&mut Parcel)>,
    pub(crate) line: Option<fn(&mut Line)>,
}

impl Distortion {
    pub(crate) const NONE: Self = Self { ask: |_| {}, reply: |_, _| {}, delivery: None, line: None };
}

/// A place for a layer, which is known before there is anything behind it.
pub(crate) struct Layer(TcpListener);

impl Layer {
    pub(crate) async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn host(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// Its URL, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Passes on to `target`, a URL without a path, from now on.
    pub(crate) async fn start(self, target: String, distortion: Distortion) {
        let relay = match distortion.delivery {
            Some(change) => Some(Relay::start(change).await),
            None => None,
        };
        let (client, host) = (reqwest::Client::builder().no_proxy().build().unwrap(), self.host());
        let forward = move |request: Request| {
            let (client, target, host, relay) = (client.clone(), target.clone(), host.clone(), relay.clone());
            async move {
                let ask = take(request, &host, distortion, relay.as_ref()).await;
                let detached = ask.detached;
                let answer = async move { forward(&client, &target, distortion, ask).await };
                let answer = if detached { tokio::spawn(answer).await.unwrap() } else { answer.await };
                answer.unwrap_or_else(|_| broken())
            }
        };
        tokio::spawn(async move { axum::serve(self.0, axum::Router::new().fallback(forward)).await });
    }
}

async fn take(request: Request, host: &str, distortion: Distortion, relay: Option<&Relay>) -> Ask {
    let (mut parts, body) = request.into_parts();
    // Who asks for the layer means the target; who asks for another host goes on to do so.
    if parts.headers.get(HOST).is_some_and(|asked| asked == host) {
        parts.headers.remove(HOST);
    }
    let raw = to_bytes(body, usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    let (method, path) = (parts.method.to_string(), parts.uri.to_string());
    let mut ask =
        Ask { method, path, headers: parts.headers, body: body.clone(), raw, times: 1, detached: false };
    (distortion.ask)(&mut ask);
    if let Some(relay) = relay {
        relay.intercept(&mut ask);
    }
    if ask.body != body {
        ask.raw = ask.body.to_string().into();
    }
    ask.headers.remove(CONTENT_LENGTH);
    ask
}

async fn forward(
    client: &reqwest::Client,
    target: &str,
    distortion: Distortion,
    ask: Ask,
) -> reqwest::Result<Response> {
    let send = || {
        let url = format!("{target}{}", ask.path);
        let request = client.request(ask.method.parse().unwrap(), url).headers(ask.headers.clone());
        request.body(ask.raw.clone()).send()
    };
    for _ in 1..ask.times {
        send().await?;
    }
    let mut response = send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut raw = Vec::new();
    let mut whole = Ok(());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => raw.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => {
                whole = Err(error);
                break;
            }
        }
    }
    let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    let mut reply = Reply { status, headers, body: body.clone() };
    (distortion.reply)(&ask, &mut reply);
    Ok(answer(reply, &body, raw, whole))
}

/// The answer, as it came unless its JSON was changed. One that broke off breaks off.
fn answer(mut reply: Reply, body: &Value, raw: Vec<u8>, whole: reqwest::Result<()>) -> Response {
    reply.headers.remove(TRANSFER_ENCODING);
    let mut response = if reply.body != *body {
        reply.headers.remove(CONTENT_LENGTH);
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Response::new(Body::from(reply.body.to_string()))
    } else if let Err(error) = whole {
        let rest = stream::once(async { Ok(Bytes::from(raw)) }).chain(stream::once(async { Err(error) }));
        Response::new(Body::from_stream(rest))
    } else {
        Response::new(Body::from(raw))
    };
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    *response.headers_mut() = reply.headers;
    response
}

/// The target gave no answer, and neither does the layer.
fn broken() -> Response {
    let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::from_stream(stream::once(async { Err::<Bytes, _>(error) })))
}
