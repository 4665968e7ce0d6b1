//! The table of control operations: what each reads and answers. What they do stands in the files of their concerns.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::error::ControlError;
use super::input::{Input, Operation, operation, operation_up_to, query_operation};
use super::{clock, document, oauth, requests, simulate, snapshots, webhooks, worlds};
use crate::mock::Mock;

type Answer = Result<Response, ControlError>;

/// Every operation of the control API.
pub(super) fn operations() -> Vec<Operation> {
    let mut operations = vec![
        operation("GET", "/health", health),
        operation("GET", "/openapi.json", document::get),
        operation("POST", "/reset", worlds::reset),
        operation("GET", "/digest", worlds::digest),
        operation("POST", "/worlds", worlds::load),
        operation("GET", "/clock", clock::get),
        operation("PUT", "/clock", clock::put),
        operation("POST", "/clock/advance", clock::advance),
        query_operation("GET", "/webhooks", webhooks::list),
        operation("GET", "/webhooks/{id}", webhooks::get),
        operation("GET", "/webhooks/{id}/deliveries", webhooks::deliveries),
        operation("POST", "/webhooks/{id}/deliveries/{deliveryId}/resend", webhooks::resend),
        operation("POST", "/oauth/rotate", oauth::rotate),
        operation("GET", "/snapshots", snapshots::list),
        operation("PUT", "/snapshots/{name}", snapshots::save),
        operation("GET", "/snapshots/{name}", snapshots::export),
        operation("DELETE", "/snapshots/{name}", snapshots::delete),
        operation("POST", "/snapshots/{name}/restore", snapshots::restore),
        operation_up_to(snapshots::MAX_FILE, "POST", "/snapshots/{name}/import", snapshots::import),
        query_operation("GET", "/requests", requests::list),
        operation("DELETE", "/requests", requests::clear),
        query_operation("GET", "/requests/counts", requests::count),
        operation("POST", "/requests/verify", requests::verify),
        operation("GET", "/faults", list_faults),
        operation("DELETE", "/faults", clear_faults),
        operation("GET", "/faults/{id}", get_fault),
        operation("PUT", "/faults/{id}", put_fault),
        operation("DELETE", "/faults/{id}", delete_fault),
    ];
    operations.extend(simulate::operations());
    operations
}

pub(super) fn ok(body: &impl Serialize) -> Answer {
    answer(StatusCode::OK, body)
}

pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Answer {
    Ok((status, axum::Json(body)).into_response())
}

pub(super) fn done() -> Answer {
    ok(&json!({ "ok": true }))
}

async fn health(_: Arc<Mock>, _: Input) -> Answer {
    ok(&json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

async fn list_faults(mock: Arc<Mock>, _: Input) -> Answer {
    ok(&json!({ "faults": mock.faults.all() }))
}

async fn clear_faults(mock: Arc<Mock>, _: Input) -> Answer {
    mock.faults.clear();
    done()
}

async fn get_fault(mock: Arc<Mock>, input: Input) -> Answer {
    let id = input.param("id");
    ok(&mock.faults.get(id).ok_or_else(|| no_fault(&mock, id))?)
}

async fn put_fault(mock: Arc<Mock>, input: Input) -> Answer {
    ok(&mock.put_fault(input.param("id"), input.json()?)?)
}

async fn delete_fault(mock: Arc<Mock>, input: Input) -> Answer {
    let id = input.param("id");
    mock.faults.remove(id).ok_or_else(|| no_fault(&mock, id))?;
    done()
}

fn no_fault(mock: &Mock, id: &str) -> ControlError {
    let known = mock.faults.all().into_iter().map(|fault| fault.id);
    ControlError::unknown("FAULT_NOT_FOUND", "fault", id, known)
}
