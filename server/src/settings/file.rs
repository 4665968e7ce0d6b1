//! The file of settings.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{Layer, Origin, Origins, SettingsError, join};
use crate::Config;

/// Longest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file, as TOML.
pub(super) fn read(path: &Path) -> Result<Layer, SettingsError> {
    let refuse = |reason: &str| SettingsError::new(path.display(), reason);
    let size = std::fs::metadata(path).map_err(|error| refuse(&error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(refuse("the file is longer than 1 MiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error.to_string()))?;
    parse(path, &text)
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Layer, SettingsError> {
    let place = |start: usize| {
        let (line, column) = position(text, start);
        Origin::File { path: path.to_owned(), line, column }
    };
    let at = |error: &toml::de::Error| place(error.span().map_or(0, |span| span.start));
    let refuse = |error: toml::de::Error| SettingsError::new(at(&error), error.message());
    let document = DeTable::parse(text).map_err(refuse)?;
    toml::from_str::<Config>(text)
        .map_err(|error| SettingsError::of(at(&error), document.get_ref(), &error))?;
    let mut origins = Origins::new();
    locate("", document.get_ref(), &place, &mut origins);
    Ok(Layer { values: text.parse().map_err(refuse)?, origins })
}

/// Notes the place of every setting in `table`.
pub(super) fn locate(
    prefix: &str,
    table: &DeTable<'_>,
    place: &impl Fn(usize) -> Origin,
    origins: &mut Origins,
) {
    for (key, value) in table {
        let path = join(prefix, key.get_ref());
        match value.get_ref() {
            DeValue::Table(table) => locate(&path, table, place, origins),
            _ => _ = origins.insert(path, place(key.span().start)),
        }
    }
}

/// Line and column of a byte, both from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}
