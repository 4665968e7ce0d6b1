//! Which of the tools are served: by area, by name, or those that only read.
//!
//! The server has a selection, and a request over HTTP may bring one of its own in headers. A tool is served when both admit it, so a header can only narrow.

mod headers;
mod options;
mod view;

use fixtures::Area;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::names::{hint, nearest, shorten};
use crate::settings::switch;
use crate::table::{Entry, Table};
pub use headers::{AREAS_HEADER, READ_ONLY_HEADER, TOOLS_HEADER, from_headers};
pub use options::SelectionOptions;
pub use view::View;

/// Settings of the selection. The default is all tools, each listed by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Areas whose tools are served. Where areas or tools are named, nothing else is.
    pub areas: Vec<String>,
    /// Tools that are served besides those of `areas`, by their exact names.
    pub tools: Vec<String>,
    /// Of those, only the tools that change nothing.
    #[serde(deserialize_with = "switch::deserialize")]
    pub read_only: bool,
    /// Whether `tools_search` and `tools_call` stand for all tools, so that the list takes little of a model's context.
    #[serde(deserialize_with = "switch::deserialize")]
    pub meta_tools: bool,
    /// Whether the tools that the conformance suite asks for are served as well. For tests only, so it is in no file.
    #[serde(skip)]
    pub diagnostic_tools: bool,
}

/// A selection whose names are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    areas: Vec<Area>,
    tools: Vec<String>,
    read_only: bool,
}

/// A name in a selection that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectionError {
    /// No area is called that.
    #[error("there is no area {name}{}; the areas are {}", hint(nearest.as_deref()), Area::ALL.map(Area::name).join(", "))]
    Area {
        /// What was named, shortened.
        name: String,
        /// The area that is called nearly that.
        nearest: Option<String>,
    },
    /// No tool is called that.
    #[error("there is no tool {name}{}", hint(nearest.as_deref()))]
    Tool {
        /// What was named, shortened.
        name: String,
        /// The tool that is called nearly that.
        nearest: Option<String>,
    },
    /// A header that is true or false is neither.
    #[error("it is true or false, 1 or 0, yes or no")]
    Flag,
    /// A header that is no text.
    #[error("it is a list of names, separated by commas")]
    Text,
}

impl Selection {
    /// Checks the names against the tools there are.
    ///
    /// # Errors
    /// [`SelectionError`] for the first name that is unknown.
    pub fn filter(&self, table: &Table) -> Result<Filter, SelectionError> {
        Filter::new(&self.areas, &self.tools, self.read_only, table)
    }
}

impl Filter {
    fn new(
        areas: &[String],
        tools: &[String],
        read_only: bool,
        table: &Table,
    ) -> Result<Self, SelectionError> {
        let mut filter = Self { read_only, ..Self::default() };
        for name in areas {
            let area = Area::from_name(name).ok_or_else(|| SelectionError::area(name))?;
            if !filter.areas.contains(&area) {
                filter.areas.push(area);
            }
        }
        for name in tools {
            table.get(name).ok_or_else(|| SelectionError::tool(name, table.names()))?;
            if !filter.tools.contains(name) {
                filter.tools.push(name.clone());
            }
        }
        Ok(filter)
    }

    /// Whether it lets a tool through.
    #[must_use]
    pub fn admits(&self, entry: &Entry) -> bool {
        let named = || {
            self.areas.contains(&entry.operation.area)
                || self.tools.iter().any(|name| *name == entry.definition.name)
        };
        let all = self.areas.is_empty() && self.tools.is_empty();
        (all || named()) && (!self.read_only || entry.is_read_only())
    }
}

impl SelectionError {
    fn area(name: &str) -> Self {
        Self::Area {
            name: shorten(name),
            nearest: nearest(name, Area::ALL.iter().map(|area| area.name())).map(str::to_owned),
        }
    }

    fn tool<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::Tool { name: shorten(name), nearest: nearest(name, known).map(str::to_owned) }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
