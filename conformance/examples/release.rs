//! Writes `released/`, with which CI compares what follows: run when a release is cut, `cargo run -p conformance --example release`.
//!
//! Prints what changed since the release before, for the person who releases and the changelog.

use std::error::Error;
use std::fs;
use std::path::Path;

use conformance::diff::{Document, Table, compare};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("released");
    fs::create_dir_all(&folder)?;
    for (name, now) in [("tools-list.json", Document::tools()?), ("openapi.json", Document::contract()?)] {
        let path = folder.join(name);
        if path.exists() {
            println!(
                "{name}, since the last release:\n{}\n",
                Table(&compare(&Document::read(&path.to_string_lossy())?, &now)?)
            );
        }
        fs::write(path, format!("{:#}\n", content(now)))?;
    }
    Ok(())
}

fn content(document: Document) -> Value {
    match document {
        Document::Tools(tools) => json!({ "tools": tools }),
        Document::Contract(contract) => contract,
    }
}
