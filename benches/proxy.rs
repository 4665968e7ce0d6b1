//! A bare reverse proxy: what others are held against.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use reqwest::Client;

/// Passes every request on and every answer back: the least that something between client and API can do.
async fn pass_on(State((client, base)): State<(Client, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut headers = parts.headers;
    headers.remove("host");
    let passed = client.request(parts.method, format!("{base}{target}")).headers(headers).body(body);
    let answer = passed.send().await.expect("an answer");
    let mut response = Response::new(Body::empty());
    (*response.status_mut(), *response.headers_mut()) = (answer.status(), answer.headers().clone());
    *response.body_mut() = answer.bytes().await.expect("a body").into();
    response
}

/// Starts the bare reverse proxy before a base URL, and gives its own.
pub(crate) async fn start(base: String) -> String {
    crate::local::serve(Router::new().fallback(pass_on).with_state((Client::new(), base))).await
}
