//! The way of a request to an operation: body, hold on its `Idempotency-Key`, faults, key, scope, number, provider, handler, journal.

use std::cell::RefCell;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header, request::Parts};

use crate::auth::{Shown, authorize, identify};
use crate::call::{Call, Caller, RawBody, Reply, Route};
use crate::control::journal::{self, Entry, Ignored, MAX_TARGET, Refused};
use crate::control::{Effects, Instead};
use crate::error::ApiError;
use crate::messaging::Claim;
use crate::mock::Mock;
use crate::net::Connection;
use crate::time::Time;

/// The largest body that is read.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request that has arrived.
struct Arrival {
    at: Time,
    parts: Parts,
    /// None when it is too large.
    body: Option<Bytes>,
}

impl Arrival {
    async fn new(mock: &Mock, request: Request) -> Self {
        let at = mock.clock.now();
        let (parts, body) = request.into_parts();
        Self { at, parts, body: read(body).await }
    }

    fn shown<'a>(&'a self, mock: &'a Mock) -> Shown<'a> {
        Shown { headers: &self.parts.headers, issuer: &mock.issuer, now: self.at }
    }
}

async fn read(body: Body) -> Option<Bytes> {
    axum::body::to_bytes(body, MAX_BODY).await.ok()
}

/// What came of a request.
struct Outcome {
    result: Result<Reply, ApiError>,
    caller: Option<Caller>,
    ignored: Vec<String>,
}

/// Serves an operation.
pub(crate) async fn serve(
    mock: &Mock,
    route: &'static Route,
    params: &RawPathParams,
    request: Request,
) -> Response {
    let arrival = Arrival::new(mock, request).await;
    let claim = claim(mock, route, &arrival);
    let key_in_use = claim.as_ref().is_some_and(|claim| claim.is_in_use);
    let effects = strike(mock, route, &arrival);
    effects.wait().await;
    let response = if let Some(instead) = effects.instead.clone() {
        record_fault(mock, route, &arrival, &effects, &instead);
        instead.into_response()
    } else {
        let path: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let outcome = answer(mock, route, &arrival, &path, key_in_use);
        record(mock, Some(route), &arrival, &outcome, &effects);
        outcome.result.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
    };
    let connection = arrival.parts.extensions.get::<ConnectInfo<Connection>>();
    effects.spoil(response, connection.map(|ConnectInfo(connection)| connection)).await
}

/// Refuses a request that reaches no operation.
pub(crate) async fn refuse(mock: &Mock, request: Request, error: ApiError) -> Response {
    if !mock.journal.is_on() {
        return error.into_response();
    }
    let arrival = Arrival::new(mock, request).await;
    let caller = identify(&crate::lock(&mock.state), arrival.shown(mock));
    let outcome = Outcome { result: Err(error), caller, ignored: Vec::new() };
    record(mock, None, &arrival, &outcome, &Effects::default());
    outcome.result.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
}

/// Claims the request's `Idempotency-Key` until the claim is dropped.
fn claim<'a>(mock: &'a Mock, route: &'static Route, arrival: &Arrival) -> Option<Claim<'a>> {
    let key = arrival.parts.headers.get("idempotency-key")?;
    let caller = identify(&crate::lock(&mock.state), arrival.shown(mock))?;
    Some(mock.running.claim(route, caller, key))
}

fn strike(mock: &Mock, route: &Route, arrival: &Arrival) -> Effects {
    if mock.faults.is_empty() {
        return Effects::default();
    }
    let caller = identify(&crate::lock(&mock.state), arrival.shown(mock));
    mock.faults.strike(route, caller.as_ref(), arrival.at)
}

/// Everything that happens under the lock.
fn answer(
    mock: &Mock,
    route: &Route,
    arrival: &Arrival,
    path: &[(String, String)],
    key_in_use: bool,
) -> Outcome {
    let headers = &arrival.parts.headers;
    let body = parse(headers, arrival.body.as_ref());
    let query = parse_query(arrival.parts.uri.query().unwrap_or_default());
    let (mut state, now) = mock.settled();
    let shown = Shown { now, ..arrival.shown(mock) };
    let caller = match authorize(&state, route, shown) {
        Ok(caller) => caller,
        Err(error) => {
            let caller = identify(&state, shown);
            return Outcome { result: Err(error), caller, ignored: Vec::new() };
        }
    };
    let ignored = RefCell::default();
    let strict = mock.strict;
    let call = Call { caller, now, strict, headers, path, query: &query, body: &body, key_in_use, ignored };
    let entered = state.schedule.entered();
    let result = (route.handler)(&mut state, &call);
    if state.schedule.entered() > entered || !state.webhooks.outbox.is_idle() {
        mock.driver.stir();
    }
    Outcome { result, ignored: call.ignored.into_inner(), caller: Some(call.caller) }
}

fn record(
    mock: &Mock,
    route: Option<&'static Route>,
    arrival: &Arrival,
    outcome: &Outcome,
    effects: &Effects,
) {
    if !mock.journal.is_on() {
        return;
    }
    let (status, code, refused) = match &outcome.result {
        Ok(reply) => (reply.status().as_u16(), None, None),
        Err(error) => (error.status(), error.code(), Some(Refused::new(error, route.is_some()))),
    };
    mock.journal.record(Entry {
        route,
        status: (!effects.resets()).then_some(status),
        code: code.map(|code| code.as_str().to_owned()),
        refused,
        ignored: Ignored::of(&outcome.ignored),
        faults: effects.faults.clone(),
        delay_ms: effects.delay_ms,
        ..entry(arrival, outcome.caller.as_ref())
    });
}

fn record_fault(mock: &Mock, route: &'static Route, arrival: &Arrival, effects: &Effects, instead: &Instead) {
    if !mock.journal.is_on() {
        return;
    }
    let caller = identify(&crate::lock(&mock.state), arrival.shown(mock));
    mock.journal.record(Entry {
        route: Some(route),
        status: instead.status(),
        code: instead.code(),
        refused: Some(Refused::by_fault(instead.text())),
        faults: effects.faults.clone(),
        delay_ms: effects.delay_ms,
        ..entry(arrival, caller.as_ref())
    });
}

/// What the journal notes of a request whatever comes of it.
fn entry(arrival: &Arrival, caller: Option<&Caller>) -> Entry {
    let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
    let cut = |text: &str| text.chars().take(MAX_TARGET).collect::<String>();
    Entry {
        sequence: 0,
        at: arrival.at,
        method: arrival.parts.method.clone(),
        path: cut(arrival.parts.uri.path()),
        query: arrival.parts.uri.query().map(cut),
        route: None,
        tenant: caller.and_then(|caller| filled(&caller.tenant)),
        number: caller.and_then(|caller| caller.number.as_deref()).map(cut),
        key: caller.and_then(|caller| filled(&caller.key)),
        status: None,
        code: None,
        headers: journal::Headers::of(&arrival.parts.headers),
        body: arrival.body.as_ref().map_or_else(journal::Body::unread, |body| journal::Body::of(body)),
        ignored: Ignored::default(),
        refused: None,
        faults: Vec::new(),
        delay_ms: 0,
    }
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn parse(headers: &HeaderMap, body: Option<&Bytes>) -> RawBody {
    let Some(bytes) = body else { return RawBody::TooLarge };
    if bytes.is_empty() {
        return RawBody::Empty;
    }
    if let Some(value) = headers.get(header::CONTENT_TYPE)
        && !is_json(value.to_str().unwrap_or_default())
    {
        return RawBody::Malformed("send the body as JSON, with content-type: application/json".to_owned());
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => RawBody::Json(value),
        Err(error) => RawBody::Malformed(format!("the body is not JSON: {error}")),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
