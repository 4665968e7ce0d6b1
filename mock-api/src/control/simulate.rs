//! Simulations: what the outside world would do, on demand. Each area has its own; here they are mounted.

use std::cell::RefCell;
use std::sync::Arc;

use axum::response::IntoResponse;
use http::HeaderMap;
use serde_json::Value;

use super::error::ControlError;
use super::input::{Input, Operation, operation};
use super::journal::{nearest, nearest_ids};
use crate::call::{Call, Caller, RawBody, Reply, Route};
use crate::error::{ApiError, Code};
use crate::mock::Mock;
use crate::state::State;
use crate::{account, calls, messaging, numbers, templates};

/// The simulations of every area, such as `/simulate/message`.
fn simulations() -> impl Iterator<Item = &'static Route> {
    [
        messaging::SIMULATIONS,
        numbers::SIMULATIONS,
        templates::SIMULATIONS,
        calls::SIMULATIONS,
        account::SIMULATIONS,
    ]
    .into_iter()
    .flatten()
}

pub(super) fn operations() -> impl Iterator<Item = Operation> {
    simulations().map(|route| {
        operation(route.method, route.path, move |mock: Arc<Mock>, input: Input| async move {
            let body = if input.body.is_empty() { RawBody::Empty } else { RawBody::Json(input.json()?) };
            mock.simulate(route, &body).map(IntoResponse::into_response)
        })
    })
}

impl Mock {
    fn simulate(&self, route: &Route, body: &RawBody) -> Result<Reply, ControlError> {
        let (mut state, now) = self.settled();
        let call = Call {
            caller: Caller::nobody(),
            now,
            // A slip of the pen would otherwise simulate something else than was meant.
            strict: true,
            headers: &HeaderMap::new(),
            path: &[],
            query: &[],
            body,
            key_in_use: false,
            ignored: RefCell::default(),
        };
        let reply = (route.handler)(&mut state, &call);
        self.driver.stir();
        reply.map_err(|error| with_nearest(&state, error, body))
    }

    /// A simulation by the last part of its path, `message` or `call-answered`.
    pub(crate) fn simulate_by_name(&self, kind: &str, body: Value) -> Result<Value, ControlError> {
        let name = |route: &Route| route.path.trim_start_matches("/simulate/").to_owned();
        let Some(route) = simulations().find(|route| name(route) == kind) else {
            let near = nearest(kind, simulations().map(name));
            let text = format!("There is no simulation {kind:?}; the nearest are {}", near.join(", "));
            return Err(ControlError::new(404, "NOT_FOUND", text).with("nearest", near));
        };
        Ok(self.simulate(route, &RawBody::Json(body))?.json())
    }
}

/// The refusal of a simulation; that of an id that there is not says which are like it.
fn with_nearest(state: &State, error: ApiError, body: &RawBody) -> ControlError {
    let given = |field: &str| match body {
        RawBody::Json(body) => body.get(field).and_then(Value::as_str),
        _ => None,
    };
    let number = given("numberId");
    let code = error.code();
    let asked = match code {
        Some(Code::NumberNotFound) => number,
        Some(Code::MessageNotFound) => given("messageId"),
        Some(Code::TemplateNotFound) => given("template"),
        Some(Code::GroupNotFound) => given("groupId"),
        _ => None,
    };
    let (Some(code), Some(asked)) = (code, asked) else { return error.into() };
    let near = nearest_ids(state, code, asked, None, number);
    ControlError::from(error).with_nearest(near)
}
