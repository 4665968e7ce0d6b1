//! The MCP endpoint: what every request passes, in this order: [`guard`](super::guard) (Host and Origin), the end of the server, the method,
//! [`credential`](super::credential) (who calls), [`intake`](super::intake) (media types, size, JSON-RPC framing), the selection of tools.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, ORIGIN};
use http::{HeaderValue, Method};
use rmcp::model::{ErrorCode, RequestId};
use tower::{Layer, ServiceExt, service_fn};

use super::direct::Direct;
use super::held::until_taken;
use super::{App, credential, intake, method_not_allowed, polish};
use crate::Caller;
use crate::jsonrpc::Rejection;
use crate::room::UntilTaken;
use crate::selection::{self, Filter};

/// What a message asks for.
enum Asked {
    /// What goes the short way.
    Plainly(Direct),
    /// Something else, with its id if it is a request.
    Otherwise(Option<RequestId>),
}

impl Asked {
    fn id(&self) -> Option<&RequestId> {
        match self {
            Self::Plainly(direct) => Some(direct.id()),
            Self::Otherwise(id) => id.as_ref(),
        }
    }
}

impl App {
    /// Answers a request to the endpoint.
    pub(super) async fn answer(&self, request: Request) -> Response {
        if let Err(problem) = self.guard.judge(request.uri(), request.headers()) {
            return problem.into_response();
        }
        if !request.headers().contains_key(ORIGIN) {
            return self.admitted(request).await;
        }
        // A page in a browser, which reads the answer only if its headers say that it may.
        let cors = self.cors.clone();
        let admitted = service_fn(async |request| Ok::<_, Infallible>(self.admitted(request).await));
        cors.layer(admitted).oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    async fn admitted(&self, mut request: Request) -> Response {
        match self.drain.enter() {
            Ok(in_flight) => {
                let room = UntilTaken::default();
                request.extensions_mut().insert(room.clone());
                let response = self.checked(request).await.unwrap_or_else(|refusal| refusal);
                until_taken(response, (in_flight, room))
            }
            Err(stopping) => stopping.into_response(),
        }
    }

    /// Everything that is checked before the protocol.
    async fn checked(&self, mut request: Request) -> Result<Response, Response> {
        if request.method() != Method::POST {
            return Err(method_not_allowed("POST"));
        }
        let refuse = |refusal| self.challenge.respond(refusal);
        let credential = credential::take(request.headers_mut()).map_err(refuse)?;
        let credential = credential.ok_or_else(|| refuse(self.authenticator.nobody()))?;
        let caller = self.authenticator.authenticate(credential).await.map_err(refuse)?;
        let taken = intake::read(request, self.body_timeout, &self.room).await?;
        let (headers, refuse) = (&taken.parts.headers, |rejection| intake::refuse(&rejection));
        let asked = match Direct::read(headers, &taken.body, self.calls.diagnostic_tools) {
            Some(direct) => Asked::Plainly(direct),
            None => Asked::Otherwise(intake::check(headers, &taken.body).map_err(refuse)?),
        };
        let selected = selection::from_headers(headers, &self.calls.table);
        let selected = selected.map_err(|(header, error)| {
            let reason = format!("{header}: {error}");
            refuse(Rejection::new(ErrorCode::INVALID_PARAMS, reason, asked.id().cloned()))
        })?;
        Ok(self.spoken(taken, asked, caller, selected).await)
    }

    /// The answer of the protocol.
    async fn spoken(
        &self,
        taken: intake::Taken,
        asked: Asked,
        caller: Caller,
        selected: Option<Filter>,
    ) -> Response {
        let intake::Taken { mut parts, body, room: _room } = taken;
        let id = match asked {
            Asked::Plainly(direct) => {
                let name = parts.extensions.remove().unwrap_or_else(|| self.calls.request_ids.next());
                let room = parts.extensions.get();
                return direct.answer(&self.calls, &caller, selected.as_ref(), name, room).await;
            }
            Asked::Otherwise(id) => id,
        };
        // The protocol wants both types named. Answers are JSON, so a client that takes JSON loses nothing.
        parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        parts.extensions.insert(caller);
        if let Some(selected) = selected {
            parts.extensions.insert(selected);
        }
        let request = Request::from_parts(parts, Body::from(body));
        polish::response(self.service.handle(request).await.map(Body::new), id).await
    }
}
