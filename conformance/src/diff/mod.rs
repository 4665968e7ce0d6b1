//! What a change of the tools or of the contract means to those who use them.
//!
//! [`Document::read`] takes a list of tools or a contract, [`compare`] finds what differs between two of a kind, and says of each [`Change`] whether it is
//! [`Kind::Breaking`], and why. Schemas are judged by [`Direction`]: what is sent to us may not be accepted less, what we send may not promise less. What
//! the comparison cannot decide is [`Kind::Unknown`]; nothing that differs in meaning is left out.

mod change;
mod contract;
mod hints;
mod input;
mod render;
mod schema;
mod tools;

pub use change::{Change, Comparison, Kind};
pub use input::{Document, InputError};
pub use render::{Markdown, Table, json};
pub(crate) use render::{code, plain, words};
pub use schema::{Direction, compare_schemas};

/// What differs between two lists of tools, or two contracts.
///
/// # Errors
/// [`InputError::Mixed`] for one of each.
pub fn compare(old: &Document, new: &Document) -> Result<Comparison, InputError> {
    let changes = match (old, new) {
        (Document::Tools(old), Document::Tools(new)) => tools::compare(old, new),
        (Document::Contract(old), Document::Contract(new)) => contract::compare(old, new),
        _ => return Err(InputError::Mixed { old: old.noun(), new: new.noun() }),
    };
    Ok(Comparison::new(changes))
}
