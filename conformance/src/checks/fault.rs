//! The API goes wrong on purpose: one fault at a time, by the mock's control API.

use serde_json::{Value, json};

use crate::finding::Finding;
use crate::recorder::Checked;
use crate::scene::Scene;

/// Where the fault of a check is.
pub(super) const PATH: &str = "/faults/conformance";

/// Lets an operation (`GET /v1/numbers`) go wrong, every time unless the fault says how often.
pub(super) fn set(scene: &Scene<'_>, operation: &str, mut fault: Value) -> Checked {
    let Some(members) = fault.as_object_mut() else { return Err(Finding::new("a fault is no object")) };
    members.insert("operation".to_owned(), json!(operation));
    scene.control("PUT", PATH, fault).map(drop)
}

/// Lets it work again.
pub(super) fn end(scene: &Scene<'_>) -> Checked {
    scene.control("DELETE", PATH, Value::Null).map(drop)
}
