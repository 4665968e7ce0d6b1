//! The selection on the command line.

use clap::Args;

use super::Selection;
use crate::settings::{set, switch};

/// Options that change the [`Selection`].
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Tools")]
pub struct SelectionOptions {
    /// Serve the tools of these areas only, separated by commas: messaging, webhooks, groups, channels, numbers, templates, calls, account, media; none named for all
    #[arg(long, value_delimiter = ',', value_name = "AREAS")]
    areas: Option<Vec<String>>,
    /// Serve these tools only, besides those of --areas, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "TOOLS")]
    tools: Option<Vec<String>>,
    /// Serve only tools that change nothing
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    read_only: Option<bool>,
    /// List two tools, tools_search and tools_call, in place of all others, for models with little context
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    meta_tools: Option<bool>,
    /// Serve the tools of the conformance suite as well
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    diagnostic_tools: Option<bool>,
}

impl SelectionOptions {
    /// Puts what was given over what `selection` says.
    pub fn apply(self, selection: &mut Selection) {
        set(&mut selection.areas, self.areas.map(named));
        set(&mut selection.tools, self.tools.map(named));
        set(&mut selection.read_only, self.read_only);
        set(&mut selection.meta_tools, self.meta_tools);
        set(&mut selection.diagnostic_tools, self.diagnostic_tools);
    }
}

/// What is named between the commas; of an empty text, nothing.
fn named(names: Vec<String>) -> Vec<String> {
    names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}
