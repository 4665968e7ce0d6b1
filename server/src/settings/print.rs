//! Settings as a file.

use toml::{Table, Value};

use super::{Origins, join};
use crate::base_url::veiled;

/// The settings of `table`, each with its origin.
pub(super) fn document(table: &Table, origins: &Origins) -> String {
    let mut text =
        String::from("# The settings in force. What has no comment is the default; secrets are shown as …\n");
    section("", table, origins, &mut text);
    text
}

fn section(path: &str, table: &Table, origins: &Origins, text: &mut String) {
    let is_table = |value: &Value| value.is_table();
    if !path.is_empty() && !table.values().all(is_table) {
        *text += &format!("\n[{path}]\n");
    }
    // What stands after the head of another section would belong to that.
    for (key, value) in table.iter().filter(|(_, value)| !is_table(value)) {
        let origin = origins.get(&join(path, key)).map(|origin| format!("  # {origin}"));
        *text += &format!("{} = {}{}\n", name(key), shown(value), origin.unwrap_or_default());
    }
    for (key, value) in table {
        if let Value::Table(inner) = value {
            section(&join(path, &name(key)), inner, origins, text);
        }
    }
}

/// A value, without credentials of a URL: those that the start will refuse are printed before it does.
fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) => veiled(text).into(),
        Value::Array(items) => Value::Array(items.iter().map(shown).collect()),
        other => other.clone(),
    }
}

/// A key, in quotes where it needs them.
fn name(key: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { Value::from(key).to_string() }
}
