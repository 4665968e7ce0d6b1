//! `pilot-status-mock` as a user runs it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};

use crate::common::code;
use crate::common::receiver::Receiver;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mock"));
    command.args(arguments).env_remove("PILOT_STATUS_MOCK_CONTROL_TOKEN").env_remove("RUST_LOG");
    command
}

/// A mock that runs on a free port until it is dropped.
struct Program {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        Self::spawn(command(arguments).args(["--listen", "127.0.0.1:0"]))
    }

    /// Waits for the line that says where it listens.
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("pilot-status-mock listening on ").unwrap().to_owned();
        Self { child, url, client: crate::common::client() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).header("x-api-key", "ps_demo_web")
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    async fn send(&self) -> (u16, Value) {
        let body = json!({ "destinationNumber": "+5511988887777", "text": "Oi", "colour": "red" });
        self.post("/v1/messages/send", body).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
}

/// What it writes to stderr as it refuses to start, with its exit status.
fn refusal(arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    assert!(stdout.is_empty(), "{arguments:?}");
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn says_where_it_listens() {
    let program = Program::start(&[]);
    assert_eq!(program.send().await.0, 202);
    assert_eq!(program.get("/_mock/clock").await.1["mode"], "real");
    let address: SocketAddr = program.url.strip_prefix("http://").unwrap().parse().unwrap();
    assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
    let (status, error) = refusal(&["--listen", &address.to_string()]);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains(&format!("failed to listen on {address}")), "{error}");
}

#[tokio::test]
async fn its_clock_stands_where_it_is_told() {
    for (clock, now) in [
        ("frozen", "2026-06-20T10:00:00.000Z"),
        ("frozen=2027-01-02T03:04:05Z", "2027-01-02T03:04:05.000Z"),
        ("frozen=2027-01-02T00:04:05-03:00", "2027-01-02T03:04:05.000Z"),
    ] {
        let program = Program::start(&["--clock", clock]);
        assert_eq!(
            program.get("/_mock/clock").await,
            (200, json!({ "mode": "frozen", "now": now })),
            "{clock}"
        );
        assert_eq!(program.send().await.1["createdAt"], now);
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let mut answers = Vec::new();
    for seed in ["7", "7", "8"] {
        answers.push(Program::start(&["--clock", "frozen", "--seed", seed]).send().await);
    }
    assert_eq!(answers[0].0, 202);
    assert_eq!(answers[0], answers[1]);
    assert_ne!(answers[0], answers[2]);
    let unset = Program::start(&["--clock", "frozen"]).send().await;
    assert_eq!(unset, Program::start(&["--clock", "frozen", "--seed", "0"]).send().await);
}

#[tokio::test]
async fn unknown_fields_are_refused_when_it_is_strict() {
    let (status, body) = Program::start(&["--strict"]).send().await;
    assert_eq!((status, code(&body)), (400, "UNKNOWN_FIELDS"));
}

#[tokio::test]
async fn the_journal_is_as_long_as_it_is_told() {
    for (capacity, count, dropped) in [("2", 2, 1), ("3", 3, 0)] {
        let program = Program::start(&["--journal", capacity]);
        for _ in 0..3 {
            program.get("/v1/conversations").await;
        }
        let (_, body) = program.get("/_mock/requests").await;
        assert_eq!((&body["count"], &body["dropped"]), (&json!(count), &json!(dropped)), "{capacity}");
    }
    let (status, body) = Program::start(&["--journal", "0"]).get("/_mock/requests").await;
    assert_eq!((status, code(&body)), (409, "JOURNAL_OFF"));
}

#[tokio::test]
async fn the_control_api_asks_for_the_token() {
    let by_flag = Program::start(&["--control-token", "s3cret"]);
    let by_environment = Program::spawn(
        command(&["--listen", "127.0.0.1:0"]).env("PILOT_STATUS_MOCK_CONTROL_TOKEN", "s3cret"),
    );
    for program in [by_flag, by_environment] {
        for token in [None, Some("other"), Some("")] {
            let request = program.request(Method::GET, "/_mock/clock");
            let request = token.into_iter().fold(request, |it, token| it.header("x-control-token", token));
            assert_eq!(answer(request).await.0, 401, "{token:?}");
        }
        let request = program.request(Method::GET, "/_mock/clock").header("x-control-token", "s3cret");
        assert_eq!(answer(request).await.0, 200);
        assert_eq!(program.send().await.0, 202, "the API does not ask for it");
    }
    let help = command(&["--help"]).env("PILOT_STATUS_MOCK_CONTROL_TOKEN", "s3cret").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("--control-token") && !help.contains("s3cret"), "{help}");
}

#[tokio::test]
async fn the_control_api_is_closed_off_loopback_without_a_token() {
    for (token, expected) in [(None, 403), (Some("s3cret"), 200)] {
        let mut command = command(&["--listen", "0.0.0.0:0"]);
        command.args(token.map(|token| format!("--control-token={token}")));
        let program = Program::spawn(&mut command);
        let url = format!("{}/_mock/clock", program.url.replace("0.0.0.0", "127.0.0.1"));
        let request = program.client.get(url).header("x-control-token", token.unwrap_or("s3cret"));
        assert_eq!(answer(request).await.0, expected, "{token:?}");
    }
}

/// 0.0.0.0 is this machine, and no loopback address.
#[tokio::test]
async fn webhooks_are_delivered_to_loopback_and_to_the_hosts_that_it_is_told() {
    for (hosts, delivered) in [
        (vec![], false),
        (vec!["hooks.example.com"], false),
        (vec!["0.0.0.0"], true),
        (vec!["hooks.example.com,0.0.0.0"], true),
        (vec!["hooks.example.com", "0.0.0.0"], true),
    ] {
        let mut arguments = vec!["--clock", "frozen"];
        hosts.iter().for_each(|host| arguments.extend(["--allow-webhook-hosts", host]));
        let (program, receiver) = (Program::start(&arguments), Receiver::start().await);
        for url in [receiver.url("/near"), receiver.url("/far").replace("127.0.0.1", "0.0.0.0")] {
            let (status, body) =
                program.post("/v1/webhooks", json!({ "url": url, "events": ["message.received"] })).await;
            assert_eq!(status, 201, "{body}");
        }
        let message = json!({ "numberId": "num_web", "from": "+5511988887777", "text": "Oi" });
        assert_eq!(program.post("/_mock/simulate/message", message).await.0, 200);
        assert_eq!(program.post("/_mock/clock/advance", json!({ "by": "PT0S" })).await.0, 200);
        let mut paths: Vec<_> = receiver.take().into_iter().map(|it| it.path).collect();
        paths.sort();
        let expected = if delivered { vec!["/far", "/near"] } else { vec!["/near"] };
        assert_eq!(paths, expected, "{hosts:?}");
    }
}

#[test]
fn bad_arguments() {
    for (arguments, option) in [
        (vec!["--listen", "nowhere"], "--listen"),
        (vec!["--listen", "127.0.0.1"], "--listen"),
        (vec!["--listen", "127.0.0.1:65536"], "--listen"),
        (vec!["--clock", "stopped"], "frozen=ISO"),
        (vec!["--clock", "frozen=tomorrow"], "must be an ISO 8601 instant"),
        (vec!["--clock", "real=2026-06-20T10:00:00Z"], "frozen=ISO"),
        (vec!["--seed", "-1"], "-1"),
        (vec!["--seed", "x"], "--seed"),
        (vec!["--seed", "18446744073709551616"], "--seed"),
        (vec!["--journal", "x"], "--journal"),
        (vec!["--journal", "-1"], "-1"),
        (vec!["--strict=yes"], "--strict"),
        (vec!["--control-token"], "--control-token"),
        (vec!["--facts=xml"], "--facts"),
        (vec!["--port", "1"], "--port"),
        (vec!["demo.yaml"], "demo.yaml"),
    ] {
        let (status, error) = refusal(&arguments);
        assert_eq!(status, 2, "{arguments:?}: {error}");
        assert!(error.contains(option), "{arguments:?}: {error}");
    }
}

#[test]
fn bad_worlds() {
    let (status, error) = refusal(&["--world", "nowhere/at-all.yaml"]);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("failed to read nowhere/at-all.yaml"), "{error}");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (status, error) = refusal(&["--world", manifest]);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("Cargo.toml"), "it names the file: {error}");
}

#[tokio::test]
async fn starts_from_the_world_that_it_is_told() {
    let demo = include_str!("../../../fixtures/worlds/demo.yaml");
    assert!(demo.contains("raw: ps_demo_tenant"));
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/cli.yaml");
    std::fs::write(file, demo.replace("raw: ps_demo_tenant", "raw: ps_of_mine")).unwrap();
    let program = Program::start(&["--world", file]);
    let numbers =
        |key: &str| program.client.get(format!("{}/v1/numbers", program.url)).header("x-api-key", key);
    assert_eq!(answer(numbers("ps_of_mine")).await.0, 200);
    assert_eq!(answer(numbers("ps_demo_tenant")).await.0, 401, "it is in the demo world only");
}
