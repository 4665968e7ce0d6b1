//! The bounds that operators set most, as options of the command line.

use std::time::Duration;

use clap::Args;

use super::Limits;
use crate::settings::set;

/// Options that change some of the [`Limits`].
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Bounds")]
pub struct LimitArgs {
    /// Calls of tools at once, of all callers [default: 512]
    #[arg(long, value_name = "COUNT")]
    max_calls: Option<usize>,
    /// Calls of tools at once of one key [default: 64]
    #[arg(long, value_name = "COUNT")]
    max_calls_per_caller: Option<usize>,
    /// Calls of tools a minute of one key; 0 for any number [default: 1200]
    #[arg(long, value_name = "COUNT")]
    calls_per_minute: Option<u32>,
    /// Open connections [default: 4096]
    #[arg(long, value_name = "COUNT")]
    max_connections: Option<usize>,
    /// Longest text of a list, in bytes; a longer one is cut at a whole item [default: 262144]
    #[arg(long, value_name = "BYTES")]
    max_result_bytes: Option<usize>,
    /// Longest time for the calls of one tool, such as media_get=90; repeat for more
    #[arg(long, value_name = "TOOL=SECONDS", value_parser = tool_timeout)]
    tool_timeout: Vec<(String, Duration)>,
    /// Further attempts of a GET that failed for a passing reason [default: 2]
    #[arg(long, value_name = "COUNT")]
    retries: Option<u32>,
}

impl LimitArgs {
    /// Changes what was given.
    pub fn apply(self, limits: &mut Limits) {
        set(&mut limits.calls, self.max_calls);
        set(&mut limits.calls_per_caller, self.max_calls_per_caller);
        set(&mut limits.calls_per_minute, self.calls_per_minute);
        set(&mut limits.connections, self.max_connections);
        set(&mut limits.max_result_bytes, self.max_result_bytes);
        set(&mut limits.retries, self.retries);
        limits.tool_timeouts.extend(self.tool_timeout);
    }
}

fn tool_timeout(raw: &str) -> Result<(String, Duration), String> {
    let parsed = raw.split_once('=').and_then(|(tool, seconds)| Some((tool, seconds.parse().ok()?)));
    match parsed {
        Some((tool, seconds @ 1..=86_400)) => Ok((tool.to_owned(), Duration::from_secs(seconds))),
        _ => Err("give a tool and seconds from 1 to 86400, such as media_get=90".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        limits: LimitArgs,
    }

    fn parsed(arguments: &[&str]) -> Option<Limits> {
        let mut limits = Limits::default();
        let program = Program::try_parse_from([&["program"], arguments].concat()).ok()?;
        program.limits.apply(&mut limits);
        Some(limits)
    }

    #[test]
    fn change_what_is_given() {
        assert_eq!(parsed(&[]), Some(Limits::default()));
        let limits =
            parsed(&["--max-calls", "7", "--tool-timeout", "media_get=90", "--retries", "0"]).unwrap();
        assert_eq!((limits.calls, limits.retries), (7, 0));
        assert_eq!(limits.tool_timeouts["media_get"], Duration::from_secs(90));
    }

    #[test]
    fn refuse_what_is_no_time() {
        for raw in ["media_get", "media_get=", "media_get=0", "media_get=-1", "media_get=90000"] {
            assert!(parsed(&["--tool-timeout", raw]).is_none(), "{raw}");
        }
    }
}
