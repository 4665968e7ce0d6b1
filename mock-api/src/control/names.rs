//! Names that a user of the control API gives: their own, for snapshots and faults, and those of operations.

use super::error::ControlError;
use super::journal::nearest;
use crate::api::routes;
use crate::call::Route;
use crate::mock::Mock;

const MAX_LENGTH: usize = 64;

/// Refuses names that would not be at home in a path or a file.
pub(super) fn check(what: &str, name: &str) -> Result<(), ControlError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=MAX_LENGTH).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    let text = format!("must be 1 to {MAX_LENGTH} letters, digits, hyphens, underscores or dots");
    Err(ControlError::invalid(format!("/{what}"), text))
}

/// Refuses an operation that there is not.
pub(super) fn check_operation(operation: &str) -> Result<(), ControlError> {
    if routes().any(|route| route.name() == operation) {
        return Ok(());
    }
    let near = nearest(operation, routes().map(Route::name));
    let text = format!("is no operation; the nearest are {}", near.join(", "));
    Err(ControlError::invalid("/operation", text).with("nearest", near))
}

/// Refuses a tenant that is neither in the state nor in the world.
pub(super) fn check_tenant(mock: &Mock, tenant: &str) -> Result<(), ControlError> {
    let world = mock.world();
    let is_known = crate::lock(&mock.state).account.tenant(tenant).is_some();
    if is_known || world.tenants.iter().any(|it| it.id == tenant) {
        return Ok(());
    }
    let near = nearest(tenant, world.tenants.iter().map(|it| it.id.clone()));
    let text = format!("is no tenant; the nearest are {}", near.join(", "));
    Err(ControlError::invalid("/tenantId", text).with("nearest", near))
}
