//! The selection on the command line and in the environment.

use clap::Args;

use super::Selection;

/// Options of the command line; each has a variable of the environment that it takes precedence over.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Tools")]
pub struct SelectionOptions {
    /// Serve the tools of these areas only, separated by commas: messaging, webhooks, groups, channels, numbers, templates, calls, account, media
    #[arg(long, env = "PILOT_STATUS_AREAS", value_delimiter = ',', value_name = "AREAS")]
    areas: Vec<String>,
    /// Serve these tools only, besides those of --areas, separated by commas
    #[arg(long, env = "PILOT_STATUS_TOOLS", value_delimiter = ',', value_name = "TOOLS")]
    tools: Vec<String>,
    /// Serve only tools that change nothing
    #[arg(long, env = "PILOT_STATUS_READ_ONLY")]
    read_only: bool,
    /// List two tools, tools_search and tools_call, in place of all others, for models with little context
    #[arg(long, env = "PILOT_STATUS_META_TOOLS")]
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
