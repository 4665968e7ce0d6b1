//! The tools as one caller sees them.

use super::{AREAS_HEADER, Filter, READ_ONLY_HEADER, TOOLS_HEADER};
use crate::auth::Grant;
use crate::names::{hint, nearest, shorten};
use crate::table::{Entry, Table};

/// The tools that both selections admit, the server's and that of a request.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    table: &'a Table,
    served: &'a Filter,
    asked: Option<&'a Filter>,
    grant: &'a Grant,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        table: &'a Table,
        served: &'a Filter,
        asked: Option<&'a Filter>,
        grant: &'a Grant,
    ) -> Self {
        Self { table, served, asked, grant }
    }

    /// Whether others may see other tools.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.asked.is_some()
    }

    /// The tools, in the order of the table, without those that the caller's grant does not allow.
    pub fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let Self { table, served, asked, grant } = *self;
        let admitted =
            move |entry: &&Entry| served.admits(entry) && asked.is_none_or(|asked| asked.admits(entry));
        table.entries().filter(admitted).filter(move |entry| grant.allows(entry.operation.scope))
    }

    /// The tool of that name; whether the grant allows it, the call decides, which can say so.
    ///
    /// # Errors
    /// Why there is none, for the caller.
    pub fn find(&self, name: &str) -> Result<&'a Entry, String> {
        let Some(entry) = self.table.get(name) else {
            let names = self.entries().map(|entry| entry.definition.name.as_ref());
            return Err(format!("unknown tool: {}{}", shorten(name), hint(nearest(name, names))));
        };
        let served = self.served.admits(entry);
        if served && self.asked.is_none_or(|asked| asked.admits(entry)) {
            return Ok(entry);
        }
        Err(if served {
            format!(
                "unknown tool: {name} is not among those that the request selects by {AREAS_HEADER}, {TOOLS_HEADER} or {READ_ONLY_HEADER}"
            )
        } else {
            format!(
                "unknown tool: {name} is not among those that this server was started with (--areas, --tools, --read-only)"
            )
        })
    }
}
