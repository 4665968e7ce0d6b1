//! `diff`: each class of change in both directions, and that nothing which differs is passed over.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod command;
mod contracts;
mod inputs;
mod mutation;
mod schemas;
mod semantics;
mod toollists;
mod walk;

use std::collections::BTreeSet;

use conformance::diff::{Change, Kind};

/// The kinds that occur.
fn kinds(changes: &[Change]) -> BTreeSet<Kind> {
    changes.iter().map(|change| change.kind).collect()
}
