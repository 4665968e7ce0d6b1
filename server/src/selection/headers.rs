//! The selection of one request.

use http::HeaderMap;

use super::{Filter, SelectionError};
use crate::settings::switch;
use crate::table::Table;

/// Areas, separated by commas.
pub const AREAS_HEADER: &str = "x-mcp-areas";
/// Names of tools, separated by commas.
pub const TOOLS_HEADER: &str = "x-mcp-tools";
/// `true` or `false`, as any [`switch`].
pub const READ_ONLY_HEADER: &str = "x-mcp-readonly";

/// What the headers of a request select; `None` when they say nothing of it. Empty headers say nothing.
///
/// # Errors
/// The name of the header and what is wrong with it.
pub fn from_headers(
    headers: &HeaderMap,
    table: &Table,
) -> Result<Option<Filter>, (&'static str, SelectionError)> {
    let areas = list(headers, AREAS_HEADER)?;
    let tools = list(headers, TOOLS_HEADER)?;
    let read_only = flag(headers)?;
    if areas.is_empty() && tools.is_empty() && !read_only {
        return Ok(None);
    }
    // One at a time, so that the error can name its header.
    let filter = Filter::new(&areas, &[], read_only, table).map_err(|error| (AREAS_HEADER, error))?;
    let named = Filter::new(&[], &tools, false, table).map_err(|error| (TOOLS_HEADER, error))?;
    Ok(Some(Filter { tools: named.tools, ..filter }))
}

fn list(headers: &HeaderMap, name: &'static str) -> Result<Vec<String>, (&'static str, SelectionError)> {
    let mut items = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| (name, SelectionError::Text))?;
        items.extend(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned));
    }
    Ok(items)
}

fn flag(headers: &HeaderMap) -> Result<bool, (&'static str, SelectionError)> {
    let values = list(headers, READ_ONLY_HEADER)?;
    let truth = |value: &String| switch(value).map_err(|_| (READ_ONLY_HEADER, SelectionError::Flag));
    // Said twice, the narrower counts.
    values.iter().map(truth).try_fold(false, |read_only, value| Ok(read_only | value?))
}
