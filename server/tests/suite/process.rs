//! The program as a process: signals and the log.

use std::process::Stdio;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::common::{self, KEY, LONG, headers, request};
use crate::gate::Gate;
use crate::tls::Pair;

/// A running HTTP server.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
    log: JoinHandle<Vec<String>>,
}

impl Program {
    pub(crate) async fn start(upstream: &str, options: &[&str]) -> Self {
        Self::start_in(&[], upstream, options).await
    }

    /// As [`Program::start`], with these variables in the environment.
    pub(crate) async fn start_in(environment: &[(&str, &str)], upstream: &str, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
        command.args(["http", "--listen", "127.0.0.1:0", "--upstream", upstream]).args(options);
        command.envs(environment.iter().copied());
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = Vec::new();
        let listening = async {
            loop {
                log.push(lines.next_line().await.unwrap().unwrap());
                if let Some((_, url)) = log.last().unwrap().split_once("listening on ") {
                    return url.split_once("/mcp").unwrap().0.to_owned();
                }
            }
        };
        let url = timeout(LONG, listening).await.unwrap();
        // Read all along: a log that nobody reads would fill its pipe.
        let log = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.unwrap() {
                log.push(line);
            }
            log
        });
        Self { child, url, log }
    }

    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().await.unwrap().success());
    }

    /// A call under way; an error when nobody answered it.
    pub(crate) fn call(&self) -> JoinHandle<reqwest::Result<String>> {
        let url = format!("{}/mcp", self.url);
        let body =
            request("tools/call", json!({ "name": "message_get", "arguments": { "id": "secret_id" } }));
        tokio::spawn(async move {
            let headers = common::edit(headers(), &[("x-request-id", "req-1")]);
            let client = crate::common::client();
            client.post(url).headers(headers).body(body.to_string()).send().await?.text().await
        })
    }

    /// Done when the program has ended: its exit code and its log.
    pub(crate) async fn end(mut self) -> (Option<i32>, Vec<String>) {
        let ended = timeout(LONG, self.child.wait()).await.unwrap();
        (ended.unwrap().code(), self.log.await.unwrap())
    }
}

#[tokio::test]
async fn sigterm_drains() {
    let gate = Gate::open().await;
    let program = Program::start(&gate.url(), &[]).await;
    // A client whose connection was kept from before.
    let kept = crate::common::client();
    let (health, mcp) = (format!("{}/health", program.url), format!("{}/mcp", program.url));
    assert!(kept.get(&health).send().await.unwrap().text().await.unwrap().contains("ok"));
    let call = program.call();
    let held = gate.arrival().await;
    program.signal("-TERM").await;
    let ping = request("ping", json!({})).to_string();
    let refusal = async {
        loop {
            let answer = kept.post(&mcp).headers(headers()).body(ping.clone()).send().await.unwrap();
            if answer.status() != StatusCode::OK {
                return answer;
            }
            // The connection is kept only when the answer was read.
            answer.bytes().await.unwrap();
        }
    };
    let refused = timeout(LONG, refusal).await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(kept.get(format!("{}/ready", program.url)).send().await.unwrap().status(), 503);
    held.answer(r#"{"id":"a"}"#).await;
    let answer: Value = serde_json::from_str(&call.await.unwrap().unwrap()).unwrap();
    assert_eq!(answer["result"]["structuredContent"], json!({ "id": "a" }));
    assert_eq!(program.end().await.0, Some(0));
}

#[tokio::test]
async fn the_time_to_drain_is_bounded() {
    let gate = Gate::open().await;
    let path = crate::settings::file("drain.toml", "drain_seconds = 0.01\n");
    let program = Program::start(&gate.url(), &["--config", path.to_str().unwrap()]).await;
    let call = program.call();
    let held = gate.arrival().await;
    program.signal("-TERM").await;
    let (code, log) = program.end().await;
    assert_eq!(code, Some(0));
    assert!(log.iter().any(|line| line.contains("calls=1")), "{log:?}");
    assert!(call.await.unwrap().is_err());
    drop(held);
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let gate = Gate::open().await;
    let program = Program::start(&gate.url(), &["--drain", "3600"]).await;
    let call = program.call();
    let held = gate.arrival().await;
    program.signal("-TERM").await;
    let ready = format!("{}/ready", program.url);
    let stopping = async {
        while !common::send(Method::GET, &ready, common::with(&[]), "").await.text.contains("stopping") {}
    };
    timeout(LONG, stopping).await.unwrap();
    program.signal("-INT").await;
    assert_eq!(program.end().await.0, Some(1));
    assert!(call.await.unwrap().is_err());
    drop(held);
}

#[tokio::test]
async fn sighup_is_survived() {
    let program = Program::start("http://127.0.0.1:9", &[]).await;
    program.signal("-HUP").await;
    program.signal("-TERM").await;
    assert_eq!(program.end().await.0, Some(0));
}

#[tokio::test]
async fn the_log_is_one_line_of_json_for_each_call() {
    let gate = Gate::open().await;
    let program = Program::start(&gate.url(), &["--log-format", "json"]).await;
    let call = program.call();
    gate.arrival().await.answer(r#"{"id":"secret_answer"}"#).await;
    call.await.unwrap().unwrap();
    program.signal("-TERM").await;
    let (_, log) = program.end().await;
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<&Value> = lines.iter().filter(|line| line["message"] == "call").collect();
    assert_eq!(calls.len(), 1, "{log:?}");
    assert_eq!((&calls[0]["tool"], &calls[0]["outcome"]), (&json!("message_get"), &json!("success")));
    assert_eq!((&calls[0]["level"], &calls[0]["span"]["id"]), (&json!("INFO"), &json!("req-1")));
    assert!(calls[0]["duration_ms"].as_f64().unwrap() > 0.0);
    for secret in [KEY, "secret_id", "secret_answer"] {
        assert!(!log.concat().contains(secret), "{log:?}");
    }
}

#[tokio::test]
async fn a_code_of_the_api_is_cut_for_the_log() {
    let gate = Gate::open().await;
    let program = Program::start(&gate.url(), &["--log-format", "json"]).await;
    let call = program.call();
    let code = "X".repeat(100_000);
    let body = json!({ "error": "no", "code": code }).to_string();
    let head = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n", body.len());
    gate.arrival().await.answer_raw(&format!("{head}{body}")).await;
    assert!(call.await.unwrap().unwrap().contains(&code));
    program.signal("-TERM").await;
    let log = program.end().await.1;
    let line = log.iter().find(|line| line.contains("\"code\"")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["code"], "X".repeat(64));
}

#[tokio::test]
async fn the_level_of_the_log_is_a_setting() {
    let gate = Gate::open().await;
    let program = Program::start(&gate.url(), &["--log-level", "error"]).await;
    let call = program.call();
    gate.arrival().await.answer("{}").await;
    call.await.unwrap().unwrap();
    program.signal("-TERM").await;
    let (_, log) = program.end().await;
    assert!(log.len() == 1 && log[0].starts_with("listening on "), "{log:?}");
}

#[tokio::test]
async fn sighup_serves_the_new_certificate() {
    let first = Pair::write("sighup");
    let (cert, key) = (first.cert.to_str().unwrap(), first.key.to_str().unwrap());
    let program = Program::start("http://127.0.0.1:9", &["--tls-cert", cert, "--tls-key", key]).await;
    assert!(first.is_served(&program.url).await);
    let second = Pair::write("sighup");
    assert!(!second.is_served(&program.url).await);
    program.signal("-HUP").await;
    timeout(LONG, async { while !second.is_served(&program.url).await {} }).await.unwrap();
    assert!(!first.is_served(&program.url).await);
}
