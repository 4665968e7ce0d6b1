//! Settings by file, environment and command line, later ones win.
//!
//! [`Config`] is the one list of settings: what it reads with serde can be set in the file, and by a variable of the environment that is named after its
//! path. The layers are small enough that no crate for it would be smaller: `toml` reads the file and knows the place of every mistake.

mod environment;
mod file;
mod mistake;
mod origin;
mod print;
pub(crate) mod switch;

use std::ffi::OsString;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::Config;
pub use environment::PREFIX;
pub use mistake::SettingsError;
pub use origin::Origin;
use origin::Origins;
pub use switch::switch;

/// Settings, each with where it came from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The settings.
    pub config: Config,
    origins: Origins,
}

/// One source of settings.
#[derive(Debug, Default)]
struct Layer {
    values: Table,
    origins: Origins,
}

impl Settings {
    /// The defaults, changed by `file` and then by those variables of `environment` whose name begins with [`PREFIX`], or that have a name of their own,
    /// such as `PILOT_STATUS_BASE_URL` and `RUST_LOG`.
    ///
    /// # Errors
    /// [`SettingsError`], with the place of the mistake.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsError> {
        let mut all = file.map(file::read).transpose()?.unwrap_or_default();
        for layer in environment::read(environment)? {
            merge(&mut all.values, layer.values);
            all.origins.extend(layer.origins);
        }
        // Each layer was read by itself, so that only a contradiction between them is left to be found.
        let config = Config::deserialize(Value::Table(all.values))
            .map_err(|error| SettingsError::new("file and environment together", error.message()))?;
        Ok(Self { config, origins: all.origins })
    }

    /// The settings after `change`, which the command line asked for.
    ///
    /// # Errors
    /// That of `change`, or [`SettingsError`] for a number that no file could hold.
    pub fn with_flags<E: From<SettingsError>>(
        mut self,
        change: impl FnOnce(&mut Config) -> Result<(), E>,
    ) -> Result<Self, E> {
        let before = leaves(&self.config)?;
        change(&mut self.config)?;
        for (path, value) in leaves(&self.config)? {
            if !before.iter().any(|(other, old)| *other == path && *old == value) {
                self.origins.insert(path, Origin::CommandLine);
            }
        }
        Ok(self)
    }

    /// Where a setting came from, by its path; of several below the path, the first. `None` when it is the default.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        let below = join(path, "");
        let all = || self.origins.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        self.origins.get(path).or_else(|| all().map(|(_, origin)| origin).min())
    }

    /// Where to look for a mistake in a setting: where it came from, or if it is missing, where anything beside it did.
    #[must_use]
    pub fn blame(&self, path: &str) -> Option<&Origin> {
        self.origin(path).or_else(|| self.blame(path.rsplit_once('.')?.0))
    }

    /// The settings in force as a file, with where each came from. Secrets are hidden.
    ///
    /// # Errors
    /// [`SettingsError`] for a number that no file could hold; a program can set one.
    pub fn to_toml(&self) -> Result<String, SettingsError> {
        Ok(print::document(&to_table(&self.config)?, &self.origins))
    }
}

/// Puts a value over a setting, where one was given.
pub fn set<T>(setting: &mut T, given: Option<T>) {
    if let Some(value) = given {
        *setting = value;
    }
}

fn to_table(config: &impl Serialize) -> Result<Table, SettingsError> {
    let reason = format!("a number is too large: it can be at most {}", i64::MAX);
    Table::try_from(config).map_err(|_| SettingsError::new(Origin::CommandLine, &reason))
}

/// Every setting by its path; a list is one setting.
fn leaves(config: &Config) -> Result<Vec<(String, Value)>, SettingsError> {
    let mut found = Vec::new();
    collect("", to_table(config)?, &mut found);
    Ok(found)
}

fn collect(prefix: &str, table: Table, found: &mut Vec<(String, Value)>) {
    for (key, value) in table {
        let path = join(prefix, &key);
        match value {
            Value::Table(table) => collect(&path, table, found),
            value => found.push((path, value)),
        }
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// Puts what `over` says in place of what `table` says.
fn merge(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => _ = table.insert(key, value),
        }
    }
}

#[cfg(test)]
mod tests;
