//! A program of this workspace as a process of its own.

use std::env::current_exe;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use thiserror::Error;

use crate::result::{kib, proc_field};

/// The limits that a server is started without: whoever measures it calls more often, and more at once, than anybody may.
const WITHOUT_LIMITS: [&str; 6] =
    ["--calls-per-minute", "0", "--max-calls", "1000000", "--max-calls-per-caller", "1000000"];

/// Why a process does not run.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// It was not built.
    #[error("{} is missing: build it with `cargo build --bins`, with --release to measure", .0.display())]
    Missing(PathBuf),
    /// It does not start.
    #[error("failed to start {0}: {1}")]
    Start(&'static str, #[source] io::Error),
    /// It ended before it listened.
    #[error("{0} does not listen: {1}")]
    Silent(&'static str, String),
}

/// A running server; ended when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// `mock` or `server`.
    pub name: &'static str,
    /// Base URL.
    pub url: String,
}

/// Where the programs of a build are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Programs {
    /// Of the build that this one is of: beside it, or, of tests and benchmarks, one directory up.
    #[default]
    Own,
    /// In a directory.
    In(PathBuf),
}

impl Programs {
    /// Starts `pilot-status-mock` with the demo world, and without a journal.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub fn mock(&self) -> Result<Process, ProcessError> {
        self.mock_with(&["--journal", "0"])
    }

    /// Starts `pilot-status-mock` with the demo world and these options.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub fn mock_with(&self, options: &[&str]) -> Result<Process, ProcessError> {
        let mut command = Command::new(self.find("pilot-status-mock")?);
        command.args(["--listen", "127.0.0.1:0"]).args(options).stdout(Stdio::piped());
        Process::start("mock", command, |child| child.stdout.take().map(|output| Box::new(output) as Box<_>))
    }

    /// Starts `pilot-status-mcp http` before the API at `upstream`, without a limit to how often one may call.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub fn server(&self, upstream: &str) -> Result<Process, ProcessError> {
        let mut command = Command::new(self.find("pilot-status-mcp")?);
        command.args(["http", "--listen", "127.0.0.1:0", "--upstream", upstream]).args(WITHOUT_LIMITS);
        // As an operator would have it, but for a line a call, which would be the measure of whoever reads it.
        command.env("RUST_LOG", "server=warn,pilot_status_mcp=info").stderr(Stdio::piped());
        Process::start("server", command, |child| {
            child.stderr.take().map(|output| Box::new(output) as Box<_>)
        })
    }

    /// The command line of `pilot-status-mcp stdio` before the API at `upstream`, without such a limit either.
    ///
    /// # Errors
    /// [`ProcessError::Missing`].
    pub fn stdio(&self, upstream: &str) -> Result<Vec<String>, ProcessError> {
        let program = self.find("pilot-status-mcp")?.display().to_string();
        let arguments = ["stdio", "--upstream", upstream].into_iter().chain(WITHOUT_LIMITS);
        Ok(std::iter::once(program).chain(arguments.map(str::to_owned)).collect())
    }

    /// The program of that name.
    ///
    /// # Errors
    /// [`ProcessError::Missing`].
    pub fn find(&self, name: &str) -> Result<PathBuf, ProcessError> {
        let own = current_exe().unwrap_or_default();
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let places: Vec<PathBuf> = match self {
            Self::Own => own.ancestors().skip(1).take(2).map(|directory| directory.join(&file)).collect(),
            Self::In(directory) => vec![directory.join(&file)],
        };
        let first = places.first().cloned().unwrap_or_default();
        places.into_iter().find(|path| path.is_file()).ok_or(ProcessError::Missing(first))
    }
}

impl Process {
    fn start(
        name: &'static str,
        mut command: Command,
        output: impl FnOnce(&mut Child) -> Option<Box<dyn Read + Send>>,
    ) -> Result<Self, ProcessError> {
        alone(&mut command);
        let mut child =
            command.stdin(Stdio::null()).spawn().map_err(|error| ProcessError::Start(name, error))?;
        let output = output(&mut child).unwrap_or_else(|| Box::new(io::empty()));
        let mut started = Self { child, name, url: String::new() };
        let (mut lines, mut said) = (BufReader::new(output).lines().map_while(Result::ok), Vec::new());
        let url = lines.by_ref().find_map(|line| {
            let url =
                line.split_once("listening on ").map(|(_, url)| url.trim_end_matches("/mcp").to_owned());
            said.push(line);
            url
        });
        started.url = url.ok_or_else(|| ProcessError::Silent(name, said.join("\n")))?;
        // Read all along: a log that nobody reads would fill its pipe.
        thread::spawn(move || lines.for_each(drop));
        Ok(started)
    }

    /// The id of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in bytes, where the system tells.
    #[must_use]
    pub fn resident(&self) -> Option<u64> {
        resident(self.pid())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Resident memory of a process in bytes, where the system tells: on Linux.
pub(crate) fn resident(pid: u32) -> Option<u64> {
    kib(&proc_field(&format!("/proc/{pid}/status"), "VmRSS")?)
}

/// Processor time of a process, its own and the system's for it, in steps of 10 ms, where the system tells: on Linux.
#[must_use]
pub fn cpu(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may hold anything; the times are the 12th and 13th field behind it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // A hundredth of a second each, whatever the kernel counts in.
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// Open descriptors of a process, where the system tells: on Linux.
pub(crate) fn descriptors(pid: u32) -> Option<u64> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    u64::try_from(entries.count()).ok()
}

/// Ctrl-C is for the program that measures, which then ends the others.
fn alone(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
}
