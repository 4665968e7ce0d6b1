//! The control API's own description: OpenAPI 3.1, written by hand in `control.yaml`.

use std::sync::Arc;

use axum::response::Response;
use serde_json::Value;

use super::error::ControlError;
use super::input::Input;
use super::ops::ok;
use crate::mock::Mock;

const DOCUMENT: &str = include_str!("../../control.yaml");

/// Parsed when somebody asks; that it can be is tested.
fn document() -> Result<Value, ControlError> {
    serde_saphyr::from_str(DOCUMENT)
        .map_err(|error| ControlError::new(500, "DOCUMENT_INVALID", error.to_string()))
}

pub(super) async fn get(_: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    ok(&document()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::control::ops::operations;

    #[test]
    fn has_every_operation_and_no_other() {
        let document = document().unwrap();
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let methods = methods.as_object().unwrap().keys().filter(|key| *key != "parameters");
            described.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let served: BTreeSet<_> = operations()
            .iter()
            .map(|operation| format!("{} /_mock{}", operation.method, operation.path))
            .collect();
        assert_eq!(described, served);
    }
}
