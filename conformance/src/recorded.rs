//! The recorded definitions and answers: the snapshots that the tests of this crate hold, embedded.
//!
//! A changed file is noticed by the compiler; after one was added or removed, this file has to be touched.

use include_dir::{Dir, include_dir};
use serde_json::Value;

static SNAPSHOTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/snapshots");

/// The definition of a tool as it was when it was last reviewed.
pub(crate) fn definition(tool: &str) -> Option<Value> {
    read(&format!("definitions/{tool}.snap"))
}

/// The answer to a tool's first example as it was when it was last reviewed.
pub(crate) fn answer(tool: &str) -> Option<Value> {
    read(&format!("answers/{tool}.snap"))
}

/// A snapshot file is a header between two lines of dashes, then the value.
fn read(path: &str) -> Option<Value> {
    let text = SNAPSHOTS.get_file(path)?.contents_utf8()?;
    let (_, content) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    serde_json::from_str(content).ok()
}
