//! The program: its two commands, its exit codes, what it writes where.

use std::process::Stdio;

use base64::Engine;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{self, KEY, LONG, modern_params, request};
use crate::gate::Gate;

const NOWHERE: &str = "http://127.0.0.1:9";

/// The program over the API at `upstream`, logging all it can.
fn program(arguments: &[&str], upstream: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
    command
        .args(arguments)
        .args(["--upstream", upstream])
        .env("PILOT_STATUS_API_KEY", KEY)
        .env("RUST_LOG", "trace");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn the_program_ends_with_its_input_after_the_call_in_flight() {
    let gate = Gate::open().await;
    let mut child = program(&["stdio"], &gate.url()).spawn().unwrap();
    // Read all along: a log that nobody reads would fill its pipe.
    let mut log = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut text = String::new();
        log.read_to_string(&mut text).await.map(|_| text)
    });
    let call = modern_params(json!({ "name": "message_get", "arguments": { "id": "a" } }));
    let line = format!("{}\n", request("tools/call", call));
    child.stdin.as_mut().unwrap().write_all(line.as_bytes()).await.unwrap();
    let held = gate.arrival().await;
    drop(child.stdin.take());
    held.answer(r#"{"id":"a"}"#).await;
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["result"]["structuredContent"], json!({ "id": "a" }));
    let log = log.await.unwrap().unwrap();
    assert!(log.contains("message_get") && !log.contains(KEY), "{log}");
}

/// Its input stays open: it is the signal alone that ends the program.
#[tokio::test]
async fn stdio_ends_at_sigterm_after_the_call_in_flight() {
    let gate = Gate::open().await;
    let mut child = program(&["stdio"], &gate.url()).env("RUST_LOG", "info").spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let call = modern_params(json!({ "name": "message_get", "arguments": { "id": "a" } }));
    input.write_all(format!("{}\n", request("tools/call", call)).as_bytes()).await.unwrap();
    let held = gate.arrival().await;
    terminate(&child).await;
    let stopping = async { while !log.next_line().await.unwrap().unwrap().contains("stopping") {} };
    timeout(LONG, stopping).await.unwrap();
    // Tried again, which only a call does that goes on.
    held.reset();
    timeout(LONG, gate.arrival()).await.unwrap().answer(r#"{"id":"a"}"#).await;
    let ended = timeout(LONG, child.wait()).await.unwrap();
    assert_eq!(ended.unwrap().code(), Some(0));
    let mut written = String::new();
    output.read_to_string(&mut written).await.unwrap();
    // One line, and all of it.
    let answer: Value = serde_json::from_str(written.strip_suffix('\n').unwrap()).unwrap();
    assert_eq!(answer["result"]["structuredContent"], json!({ "id": "a" }));
    drop(input);
}

async fn terminate(child: &Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
}

#[tokio::test]
async fn the_program_needs_a_key() {
    for key in ["", "two words"] {
        let output = program(&["stdio"], NOWHERE).env("PILOT_STATUS_API_KEY", key).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8(output.stderr).unwrap().contains("PILOT_STATUS_API_KEY"));
    }
}

#[tokio::test]
async fn the_program_takes_one_credential_and_shows_none() {
    let token = "PILOT_STATUS_ACCESS_TOKEN";
    for (key, value, told) in [
        (KEY, "hunter2", "not both"),
        ("", "hunter 2", "is not an access token"),
        // No authorization server is set up.
        ("", "hunter2", "set PILOT_STATUS_API_KEY in its place"),
    ] {
        let mut program = program(&["stdio"], NOWHERE);
        let output = program.env("PILOT_STATUS_API_KEY", key).env(token, value).output().await.unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{log}");
        assert!(log.contains(told) && !log.contains("hunter"), "{log}");
    }
}

#[tokio::test]
async fn over_stdio_an_outage_is_told_from_a_mistake() {
    let arguments = ["stdio", "--oauth-resource", "https://mcp.example.com/mcp", "--oauth-issuer", NOWHERE];
    let arguments = [&arguments[..], &["--oauth-client-id", "mcp", "--oauth-introspection"]].concat();
    let no_keys = [&arguments[..], &["--no-api-keys"]].concat();
    for (arguments, key, token, code, told) in [
        (&arguments, "", "hunter2", 1, "no usable answer"),
        (&arguments, "", "hunter 2", 2, "is not an access token"),
        (&no_keys, KEY, "", 2, "set PILOT_STATUS_ACCESS_TOKEN in its place"),
    ] {
        let mut program = program(arguments, NOWHERE);
        program.env("PILOT_STATUS_OAUTH_CLIENT_SECRET", "a").env("RUST_LOG", "off");
        program.env("PILOT_STATUS_API_KEY", key).env("PILOT_STATUS_ACCESS_TOKEN", token);
        let output = program.output().await.unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(told) && !error.contains("hunter"), "{error}");
    }
}

#[tokio::test]
async fn the_program_refuses_half_of_what_tokens_take() {
    let resource = ["http", "--listen", "127.0.0.1:0", "--oauth-resource", "https://mcp.example.com/mcp"];
    let all = [&resource[..], &["--oauth-issuer", NOWHERE, "--oauth-client-id", "mcp"]].concat();
    for (arguments, secret, told) in [
        (&resource[..], "hunter2", "oauth.issuer is missing"),
        (&["http", "--no-api-keys"], "", "oauth.issuer is missing"),
        (&["http", "--oauth-issuer", NOWHERE], "hunter2", "oauth.resource is missing"),
        (&all, "", "client_secret"),
    ] {
        let mut program = program(arguments, NOWHERE);
        let output = program.env("PILOT_STATUS_OAUTH_CLIENT_SECRET", secret).output().await.unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{log}");
        assert!(log.contains(told) && !log.contains("hunter"), "{log}");
    }
}

/// Many a deployment hands its secrets to all that it starts.
#[tokio::test]
async fn a_secret_alone_turns_nothing_on_and_is_told_in_the_log() {
    let secret = "PILOT_STATUS_OAUTH_CLIENT_SECRET";
    let output = program(&["stdio"], NOWHERE).env(secret, "hunter2").output().await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{log}");
    let warning = log.lines().find(|line| line.contains("oauth.issuer")).unwrap();
    assert!(warning.contains("WARN") && !log.contains("hunter2"), "{log}");
    let output = program(&["stdio"], NOWHERE).env(secret, "").output().await.unwrap();
    assert!(!String::from_utf8(output.stderr).unwrap().contains("oauth"));
}

/// Logging all it can, over an authorization server that is sent both, and says of every token that it is not good.
#[tokio::test]
async fn the_program_logs_neither_tokens_nor_its_secret() {
    let login = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "active": false }));
    Mock::given(path("/introspect")).respond_with(answer).mount(&login).await;
    let metadata =
        json!({ "issuer": login.uri(), "introspection_endpoint": format!("{}/introspect", login.uri()) });
    Mock::given(path("/.well-known/oauth-authorization-server"))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(&login)
        .await;
    let arguments = ["http", "--listen", "127.0.0.1:0", "--oauth-resource", "https://mcp.example.com/mcp"];
    let issuer = login.uri();
    let arguments =
        [&arguments[..], &["--oauth-issuer", &issuer, "--oauth-client-id", "mcp", "--oauth-introspection"]];
    let mut program = program(&arguments.concat(), NOWHERE);
    let mut child = program.env("PILOT_STATUS_OAUTH_CLIENT_SECRET", "hunter2").spawn().unwrap();
    let (url, log) = listening(&mut child).await;
    let post = |headers| common::send(reqwest::Method::POST, &url, headers, "");
    let answer = post(common::edit(common::headers(), &[("x-api-key", "")])).await;
    assert!(answer.header("www-authenticate").contains("/.well-known/oauth-protected-resource/mcp"));
    let token = "opaque-0123456789";
    let bearer = [("x-api-key", ""), ("authorization", &format!("Bearer {token}"))];
    assert_eq!(post(common::edit(common::headers(), &bearer)).await.status, 401);
    let asked = login.received_requests().await.unwrap();
    let asked = asked.iter().find(|request| request.url.path() == "/introspect").unwrap();
    let encoded = base64::engine::general_purpose::STANDARD.encode("mcp:hunter2");
    assert_eq!(asked.headers["authorization"], format!("Basic {encoded}").as_str());
    assert!(String::from_utf8_lossy(&asked.body).contains(token));
    child.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.contains("TRACE hyper_util") && log.contains("DEBUG reqwest"), "{log}");
    for secret in ["hunter2", token, &encoded] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// A slash too many, which no token and no client would forgive.
#[tokio::test]
async fn an_issuer_that_calls_itself_otherwise_is_told_at_the_start() {
    let login = MockServer::start().await;
    let named = format!("{}/oauth", login.uri());
    Mock::given(path("/.well-known/oauth-authorization-server/oauth"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "issuer": named })))
        .mount(&login)
        .await;
    let issuer = format!("{named}/");
    let arguments = ["http", "--listen", "127.0.0.1:0", "--oauth-resource", "https://mcp.example.com/mcp"];
    let arguments = [&arguments[..], &["--oauth-issuer", &issuer, "--oauth-client-id", "mcp"]].concat();
    let mut program = program(&arguments, NOWHERE);
    let mut child = program.env("PILOT_STATUS_OAUTH_CLIENT_SECRET", "hunter2").spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = async {
        loop {
            let line = log.next_line().await.unwrap().unwrap();
            if line.contains("ERROR") {
                return line;
            }
        }
    };
    let told = tokio::time::timeout(LONG, told).await.unwrap();
    assert!(told.contains("set oauth.issuer to the name"), "{told}");
    assert!(told.contains(&format!("configured=\"{issuer}\" named=\"{named}\"")), "{told}");
}

/// Where a program that serves HTTP listens, and its log from then on, once it has ended.
async fn listening(child: &mut Child) -> (String, JoinHandle<String>) {
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut text = String::new();
    let listening = async {
        loop {
            let line = log.next_line().await.unwrap().unwrap();
            if let Some(url) = line.strip_prefix("listening on ") {
                return url.to_owned();
            }
            text += &line;
        }
    };
    let url = timeout(LONG, listening).await.unwrap();
    let log = tokio::spawn(async move {
        while let Some(line) = log.next_line().await.unwrap() {
            text += &line;
        }
        text
    });
    (url, log)
}

#[tokio::test]
async fn the_program_refuses_an_upstream_that_is_none() {
    let output = program(&["http"], "pilotstatus.com.br").output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("upstream"));
}

#[tokio::test]
async fn http_says_where_it_listens_and_ends_at_sigterm_after_the_call_in_flight() {
    let gate = Gate::open().await;
    let mut child = program(&["http", "--listen", "127.0.0.1:0"], &gate.url()).spawn().unwrap();
    let (url, log) = listening(&mut child).await;
    let body =
        request("tools/call", json!({ "name": "message_get", "arguments": { "id": "a" } })).to_string();
    let call = common::send(reqwest::Method::POST, &url, common::headers(), body);
    let ended = async {
        let held = gate.arrival().await;
        terminate(&child).await;
        held.answer(r#"{"id":"a"}"#).await;
    };
    let (answer, ()) = tokio::join!(call, ended);
    assert_eq!(answer.json()["result"]["structuredContent"], json!({ "id": "a" }));
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let log = log.await.unwrap();
    assert!(log.contains("message_get") && !log.contains(KEY), "{log}");
}

#[tokio::test]
async fn options_and_environment_select_tools() {
    let list = format!("{}\n", request("tools/list", modern_params(json!({}))));
    for (arguments, variables, expected) in [
        (
            &["--areas", "channels,media", "--tools", "numbers_get"][..],
            &[][..],
            &["newsletters_list", "numbers_get", "media_get"][..],
        ),
        (&[], &[("PILOT_STATUS_AREAS", "channels, media")], &["newsletters_list", "media_get"]),
        (&["--areas", "channels"], &[("PILOT_STATUS_AREAS", "media")], &["newsletters_list"]),
        (&["--read-only"], &[("PILOT_STATUS_TOOLS", "group_pin,groups_list")], &["groups_list"]),
        (&[], &[("PILOT_STATUS_TOOLS", "group_pin"), ("PILOT_STATUS_READ_ONLY", "false")], &["group_pin"]),
        (&[], &[("PILOT_STATUS_TOOLS", "group_pin"), ("PILOT_STATUS_READ_ONLY", "true")], &[]),
        (&[], &[("PILOT_STATUS_META_TOOLS", "true")], &["tools_search", "tools_call"]),
    ] {
        let mut command = program(&["stdio"], NOWHERE);
        let mut child = command.args(arguments).envs(variables.iter().copied()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(list.as_bytes()).await.unwrap();
        drop(input);
        let output = child.wait_with_output().await.unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let tools = answer["result"]["tools"].as_array().unwrap().iter();
        let names: Vec<&str> = tools.map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{arguments:?} {variables:?}");
    }
}

#[tokio::test]
async fn the_program_refuses_tools_and_areas_that_are_none() {
    for (option, value, hint) in
        [("--areas", "mesaging", "messaging"), ("--tools", "message_send", "messages_send")]
    {
        for command in ["http", "stdio"] {
            let output = program(&[command, option, value], NOWHERE).output().await.unwrap();
            assert_eq!(output.status.code(), Some(2));
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(error.contains(value) && error.contains(&format!("did you mean {hint}?")), "{error}");
        }
    }
}

#[tokio::test]
async fn the_help_tells_of_the_selection_and_hides_the_diagnostics() {
    let output = program(&["http", "--help"], NOWHERE).output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["--areas", "--tools", "--read-only", "--meta-tools", "--output-schemas"] {
        assert!(help.contains(option), "{option}");
    }
    assert!(!help.contains("diagnostic"));
}
