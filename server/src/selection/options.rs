//! The selection on the command line.

use clap::Args;

use super::Selection;

/// Options that change the [`Selection`].
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Tools")]
pub struct SelectionOptions {
    /// Serve the tools of these areas only, separated by commas: messaging, webhooks, groups, channels, numbers, templates, calls, account, media
    #[arg(long, value_delimiter = ',', value_name = "AREAS")]
    areas: Vec<String>,
    /// Serve these tools only, besides those of --areas, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "TOOLS")]
    tools: Vec<String>,
    /// Serve only tools that change nothing
    #[arg(long)]
    read_only: bool,
    /// List two tools, tools_search and tools_call, in place of all others, for models with little context
    #[arg(long)]
    meta_tools: bool,
    /// Serve the tools of the conformance suite as well
    #[arg(long, hide = true)]
    diagnostic_tools: bool,
}

impl SelectionOptions {
    /// Puts what was given over what `selection` says.
    pub fn apply(self, selection: &mut Selection) {
        let trimmed = |names: Vec<String>| -> Vec<String> {
            names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        };
        let (areas, tools) = (trimmed(self.areas), trimmed(self.tools));
        if !areas.is_empty() {
            selection.areas = areas;
        }
        if !tools.is_empty() {
            selection.tools = tools;
        }
        selection.read_only |= self.read_only;
        selection.meta_tools |= self.meta_tools;
        selection.diagnostic_tools |= self.diagnostic_tools;
    }
}
