//! Names that a user of the control API chooses, for snapshots and faults.

use super::error::ControlError;

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
