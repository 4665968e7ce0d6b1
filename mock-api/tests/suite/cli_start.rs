//! `pilot-status-mock`: what its options take, and what it says.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mock"));
    command.args(arguments).env_remove("PILOT_STATUS_MOCK_CONTROL_TOKEN");
    command
}

/// A running mock. It ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(arguments: &[&str]) -> Running {
    Running(command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn line(pipe: Option<impl std::io::Read>) -> String {
    let mut line = String::new();
    BufReader::new(pipe.unwrap()).read_line(&mut line).unwrap();
    line
}

#[test]
fn refuses_what_it_would_read_otherwise_than_it_was_meant() {
    for (arguments, says) in [
        (["--clock", "frozen=2026-06-20T15:30:00"], "add Z or an offset"),
        (["--listen", "nowhere"], "expected an address with a port"),
        (["--listen", "localhost"], "expected an address with a port"),
        (["--allow-webhook-hosts", "host:8080"], "is no host"),
        (["--webhook-timeout", "0"], "0"),
    ] {
        let output = command(&arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn listens_on_localhost() {
    let mut mock = start(&["--listen", "localhost:0"]);
    assert!(line(mock.0.stdout.take()).contains("http://127.0.0.1:"));
}

#[test]
fn says_when_the_control_api_is_closed() {
    let mut mock = start(&["--listen", "0.0.0.0:0"]);
    assert_eq!(line(mock.0.stderr.take()), "/_mock is closed: off loopback it needs --control-token\n");
}
