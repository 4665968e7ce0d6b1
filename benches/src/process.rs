//! A program of this workspace as a process of its own.

use std::env::current_exe;
use std::fs::read_to_string;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

/// A running server; ended when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Base URL.
    pub url: String,
}

impl Process {
    /// Starts `pilot-status-mcp http` before the API at `upstream`, without a limit to how often one may call.
    #[must_use]
    pub fn server(upstream: &str) -> Self {
        let mut command = Command::new(program("pilot-status-mcp"));
        command.args(["http", "--listen", "127.0.0.1:0", "--upstream", upstream, "--calls-per-minute", "0"]);
        // As an operator would have it, but for a line a call, which would be the measure of whoever reads it.
        command.env("RUST_LOG", "server=warn,pilot_status_mcp=info");
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a process");
        let mut log = BufReader::new(child.stderr.take().expect("a log")).lines().map_while(Result::ok);
        let url = log
            .find_map(|line| Some(line.split_once("listening on ")?.1.trim_end_matches("/mcp").to_owned()));
        // Read all along: a log that nobody reads would fill its pipe.
        thread::spawn(move || log.for_each(drop));
        Self { child, url: url.expect("a server that listens") }
    }

    /// Resident memory, in KiB, as the system tells it.
    #[must_use]
    pub fn resident(&self) -> u64 {
        let status = read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program of that name from the build that this one is of.
fn program(name: &str) -> PathBuf {
    let mut path = current_exe().expect("a path");
    path.pop();
    path.pop();
    path.push(name);
    assert!(path.exists(), "{} is missing: run `cargo build --release --bins` first", path.display());
    path
}
