//! `check`: the gate itself.

use std::fs;
use std::io::{IsTerminal, Write, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use conformance::{Control, Mcp, Options, Outcome, Report, Rig, Row, Selection, Suite, SuiteError};

use super::{complain, print, usage};

/// Checks the 54 tools of Pilot Status on the API over REST and on the MCP server, and holds the two against each other.
///
/// Without arguments it starts the mock (demo world, a clock that stands still) and the server in front of it, both in this process on free loopback
/// ports, and checks for every tool: its definition; its documented examples; that both sides answer alike; that missing or wrong keys, wrong scopes,
/// wrong providers, unknown ids and wrong arguments are refused with the exact status and code and change nothing; and the same for generated arguments.
///
/// Exit status: 0 when every check holds, 1 when one fails or a target cannot be reached, 2 for a wrong command line.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Seed of the generated arguments; a failure prints the one that shows it again.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Generated arguments per property; a tool has up to four properties.
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cases: u32,
    /// Only what PATTERN names: an area (calls), a family (credentials), a word in the name of a tool (message_get), or a check (message_get/missing-key).
    /// Repeat it, or separate by commas, for more.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    only: Vec<String>,
    /// Experimental: a mock that runs already, with the demo world and --clock frozen, as a loopback URL without /v1. Needs --mcp or --mcp-command. Its
    /// state is reset again and again.
    #[arg(long, value_name = "URL", requires = "server", value_parser = loopback)]
    api: Option<String>,
    /// Experimental: the MCP endpoint of a server in front of that mock, as a loopback URL such as http://127.0.0.1:8080/mcp.
    #[arg(long, value_name = "URL", group = "server", requires = "api", value_parser = loopback)]
    mcp: Option<String>,
    /// Experimental: a server in front of that mock that speaks over stdio, as the command line that starts it, quoted as for a shell. It is started once for
    /// each key, which it finds in PILOT_STATUS_API_KEY, and killed in the end.
    #[arg(long, value_name = "CMD", group = "server", requires = "api", value_parser = command_line)]
    mcp_command: Option<CommandLine>,
    /// Writes every check and its result to FILE as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A program and its arguments.
#[derive(Debug, Clone)]
struct CommandLine(Vec<String>);

fn command_line(text: &str) -> Result<CommandLine, String> {
    match shlex::split(text) {
        Some(words) if !words.is_empty() => Ok(CommandLine(words)),
        Some(_) => Err("name a program".to_owned()),
        None => Err("a quote is not closed".to_owned()),
    }
}

/// Checks write, send and reset: for now only where nobody else can be harmed.
fn loopback(url: &str) -> Result<String, String> {
    let rest = url.strip_prefix("http://").ok_or("give an http:// URL")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.parse::<u16>().is_ok() { name } else { host });
    let local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    if local {
        Ok(url.to_owned())
    } else {
        Err("only loopback targets are supported: 127.0.0.1, [::1] or localhost".to_owned())
    }
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match run(arguments) {
        Ok(report) => match finish(arguments, &report) {
            Ok(()) if report.passed() => ExitCode::SUCCESS,
            Ok(()) => ExitCode::FAILURE,
            Err(error) => usage(&error),
        },
        Err(error @ (SuiteError::NothingSelected(_) | SuiteError::Pattern(_))) => usage(&error.to_string()),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<Report, SuiteError> {
    let mut options = Options {
        seed: arguments.seed,
        cases: arguments.cases,
        selection: Selection::only(&arguments.only)?,
        ..Options::default()
    };
    let (Some(api), Some(server)) = (&arguments.api, server(arguments)) else {
        return Suite::new(options)?.run(&mut show);
    };
    // One state, so one rig.
    options.rigs = 1;
    let attach = || Rig::attach_to(api, server(), Control::Remote { token: None });
    Suite::new(options)?.run_on(attach, &mut show)
}

/// What makes a client of the server that is named.
fn server(arguments: &Arguments) -> Option<Box<dyn Fn() -> Mcp + Sync + '_>> {
    match (&arguments.mcp, &arguments.mcp_command) {
        (Some(url), _) => Some(Box::new(move || Mcp::new(url))),
        (None, Some(CommandLine(words))) => Some(Box::new(move || Mcp::command(words.clone()))),
        (None, None) => None,
    }
}

/// One line per tool and target, and on a terminal how far it is.
fn show((done, total): (usize, usize), outcomes: &[Outcome]) {
    let terminal = stderr().is_terminal();
    let clear = if terminal { "\r\x1b[K" } else { "" };
    drop(write!(stderr(), "{clear}"));
    for row in Row::of(outcomes) {
        print(&row.to_string());
    }
    if terminal && done < total {
        drop(write!(stderr(), "[{done}/{total}]"));
    }
}

fn finish(arguments: &Arguments, report: &Report) -> Result<(), String> {
    for (outcome, failure) in report.failures() {
        print("");
        print(&report.describe(outcome, failure));
    }
    print("");
    print(&report.summary());
    let Some(path) = &arguments.json else { return Ok(()) };
    fs::write(path, format!("{:#}\n", report.to_json()))
        .map_err(|error| format!("failed to write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{command_line, loopback};

    #[test]
    fn a_command_line_is_read_as_by_a_shell() {
        let read = |text| command_line(text).map(|line| line.0);
        assert_eq!(read("mcp 'a b' --c").unwrap(), ["mcp", "a b", "--c"]);
        assert!(read("").is_err() && read(" ").is_err() && read("mcp 'a").is_err());
    }

    #[test]
    fn only_loopback_targets() {
        for url in ["http://127.0.0.1:4010", "http://localhost:8080/mcp", "http://[::1]:8080/mcp"] {
            assert_eq!(loopback(url).as_deref(), Ok(url));
        }
        for url in [
            "https://pilotstatus.com.br",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com:80",
        ] {
            assert!(loopback(url).is_err(), "{url}");
        }
    }
}
