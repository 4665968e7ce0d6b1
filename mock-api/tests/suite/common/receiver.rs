//! A receiver of webhooks on loopback. It notes what comes and answers what it was told to, or 200.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

/// One request that came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) raw: Bytes,
    pub(crate) body: Value,
}

impl Received {
    pub(crate) fn event(&self) -> &str {
        self.body["event"].as_str().unwrap_or_default()
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Status(u16),
    Body(u16, String),
    Redirect(String),
    /// Nothing, ever.
    Silence,
}

#[derive(Debug, Default)]
struct Shared {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
}

/// A running receiver.
#[derive(Debug)]
pub(crate) struct Receiver {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Answers so to the requests to come, one after the other.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.lock().unwrap().answers.extend(answers);
    }

    /// Fails so many requests.
    pub(crate) fn fail(&self, times: usize) {
        self.answer(std::iter::repeat_n(Answer::Status(500), times));
    }

    /// What has come since the last time.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.lock().unwrap().received)
    }

    /// The names of the events that have come since the last time.
    pub(crate) fn take_events(&self) -> Vec<String> {
        self.take().iter().map(|received| received.event().to_owned()).collect()
    }
}

async fn receive(
    State(shared): State<Arc<Mutex<Shared>>>,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let answer = {
        let mut shared = shared.lock().unwrap();
        let body = serde_json::from_slice(&raw).unwrap_or_default();
        shared.received.push(Received { path: uri.path().to_owned(), headers, raw, body });
        shared.answers.pop_front().unwrap_or(Answer::Status(200))
    };
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Body(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Answer::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response(),
        Answer::Silence => std::future::pending().await,
    }
}
