//! Where settings came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The source of a setting that is not the default. Those that are read first come first, and of a file what stands first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// The command line.
    CommandLine,
}

/// Origins by the path of the setting.
pub(super) type Origins = BTreeMap<String, Origin>;

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}
