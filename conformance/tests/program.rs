//! The program as a CI meets it: what it ends with, what it writes, and what it leaves alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use conformance::{Options, Rig, Selection, Suite};
use serde_json::{Value, json};

/// A directory of its own, which is the program's working directory.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program").join(name);
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_pilot-status-conformance"));
    program.current_dir(directory).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that answers everything alike, and what it was asked.
struct Fake {
    url: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Fake {
    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::clone(&asked);
        let answer = move |request: Request| {
            seen.lock().unwrap().push((request.method().to_string(), request.uri().path().to_owned()));
            let body = json!({ "error": "Not here", "code": "NOT_FOUND" });
            async move { (StatusCode::NOT_FOUND, axum::Json(body)).into_response() }
        };
        runtime.spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        Self { url, asked, _runtime: runtime }
    }

    fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

#[test]
fn all_is_well() {
    let here = directory("well");
    let reports = ["junit=a.xml", "json=a.json", "html=a.html", "markdown=a.md"].join(",");
    let output = run(&here, &["check", "--only", "media", "--cases", "2", "--report", &reports]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let read = |name: &str| fs::read_to_string(here.join(name)).unwrap();
    let json: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!((&json["version"], &json["failed"]), (&json!(2), &json!(0)));
    assert!(json["checks"].as_array().unwrap().len() > 50);
    assert!(read("a.xml").contains("<testsuites") && read("a.md").contains("media"));
    let html = read("a.html");
    assert!(html.to_lowercase().starts_with("<!doctype html>"));
    assert!(
        !html.contains("src=\"http") && !html.contains("href=\"http"),
        "the page asks for something elsewhere"
    );
}

#[test]
fn what_fails_is_told_and_can_be_repeated() {
    let (here, fake) = (directory("fails"), Fake::start());
    let only = ["--only", "media_get/wrong-key", "--api", &fake.url];
    let output = run(&here, &only);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    for part in ["FAIL media_get/wrong-key/rest", "evidence", "curl", "--seed 0", "UNAUTHORIZED"] {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
    let before = fake.asked().len();
    let again = run(&here, &["--since-failure", "--api", &fake.url]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stdout).contains("media_get/wrong-key/rest") && fake.asked().len() > before);
    // Against targets that are right it passes, and then there is nothing to repeat.
    assert_eq!(run(&here, &["--since-failure"]).status.code(), Some(0));
    let none = run(&here, &["--since-failure"]);
    assert!(none.status.success() && text(&none.stdout).contains("Nothing failed"), "{}", text(&none.stdout));
}

#[test]
fn a_wrong_command_line() {
    let here = directory("usage");
    for arguments in [
        &["--only", "no_such_tool"][..],
        &["--only", "a/b/c/d"],
        &["--cases", "0"],
        &["--report", "pdf=a.pdf"],
        &["--report", "json="],
        &["--api", "ftp://127.0.0.1"],
        &["--api", "http://user:secret@127.0.0.1"],
        &["--mcp", "http://127.0.0.1/mcp", "--mcp-command", "true"],
        &["--baseline-update"],
        &["--baseline", "nowhere.yaml"],
        &["--since-failure", "nowhere.json"],
        &["--keys", "nowhere.yaml", "--api", "http://127.0.0.1:9"],
        &["explain", "no/such"],
    ] {
        let output = run(&here, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(
            !text(&output.stderr).is_empty() && !text(&output.stderr).contains("secret"),
            "{arguments:?}"
        );
    }
}

#[test]
fn nobody_answers() {
    let here = directory("unreachable");
    // Port 9 discards, where anybody listens at all.
    for arguments in [&["--api", "http://127.0.0.1:9"][..], &["--mcp", "http://127.0.0.1:9/mcp"]] {
        let output = run(&here, arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert!(text(&output.stderr).contains("http://127.0.0.1:9"), "{}", text(&output.stderr));
    }
}

#[test]
fn known_failures_and_stale_ones() {
    let (here, fake) = (directory("baseline"), Fake::start());
    let run = |api: bool, more: &[&str]| {
        let mut arguments = vec!["--only", "media_get/wrong-key", "--baseline", "known.yaml"];
        if api {
            arguments.extend(["--api", &fake.url]);
        }
        arguments.extend(more);
        run(&here, &arguments)
    };
    assert_eq!(run(true, &["--baseline-update"]).status.code(), Some(0));
    let written = fs::read_to_string(here.join("known.yaml")).unwrap();
    assert!(written.contains("media_get/wrong-key/rest"), "{written}");
    assert_eq!(run(true, &[]).status.code(), Some(0));
    // Where the check passes, the entry is stale.
    let stale = run(false, &[]);
    assert_eq!(stale.status.code(), Some(4), "{}", text(&stale.stdout));
    assert!(text(&stale.stderr).contains("stale"));
}

/// Nothing but what our contract says that it changes nothing, whatever is asked for.
#[test]
fn a_target_that_is_to_be_spared_is_only_read() {
    let (here, fake) = (directory("safe"), Fake::start());
    let output = run(&here, &["--api", &fake.url, "--safe", "--cases", "2", "--seed", "3"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("--allow-writes"), "{}", text(&output.stdout));
    let contract = fixtures::Contract::load().unwrap();
    let reading = contract.tools().filter(|(tool, _)| tool.annotations.read_only_hint);
    let reading: Vec<(String, Vec<String>)> = reading
        .map(|(_, operation)| {
            (operation.method.clone(), operation.path.split('/').map(str::to_owned).collect())
        })
        .collect();
    let asked = fake.asked();
    assert!(asked.len() > 100, "only {} requests", asked.len());
    for (method, path) in &asked {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |(of, template): &(String, Vec<String>)| {
            let same = |(part, wanted): (&&str, &String)| wanted.starts_with('{') || part == wanted;
            of == method && template.len() == parts.len() && parts.iter().zip(template).all(same)
        };
        let harmless = method == "GET" && matches!(path.as_str(), "/" | "/openapi.json");
        assert!(harmless || reading.iter().any(fits), "{method} {path} was asked");
    }
}

/// Another machine needs keys of its own, and a safe way for them.
#[test]
fn a_target_elsewhere_needs_keys_and_encryption() {
    let here = directory("elsewhere");
    let output = run(&here, &["--api", "http://192.0.2.1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--insecure-http"), "{}", text(&output.stderr));
}

#[test]
fn given_keys_are_never_written() {
    let (here, fake) = (directory("keys"), Fake::start());
    let secret = "ps_secret_of_this_test";
    fs::write(here.join("keys.yaml"), format!("meta: {{ key: {secret}, number: n_1 }}\n")).unwrap();
    let reports = "junit=a.xml,json=a.json,html=a.html,markdown=a.md";
    let output =
        run(&here, &["--api", &fake.url, "--keys", "keys.yaml", "--only", "media", "--report", reports]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let mut written = vec![text(&output.stdout), text(&output.stderr)];
    written.extend(
        ["a.xml", "a.json", "a.html", "a.md"].map(|name| fs::read_to_string(here.join(name)).unwrap()),
    );
    for text in written {
        assert!(!text.contains(secret));
    }
    assert!(text(&output.stdout).contains("$META_KEY"));
}

#[test]
fn what_there_is_and_what_it_is_for() {
    let here = directory("list");
    let list: Value = serde_json::from_slice(&run(&here, &["list", "--json"]).stdout).unwrap();
    assert!(list.to_string().contains("wrong-key"));
    let explained = text(&run(&here, &["explain", "messages_send/origin/mcp"]).stdout);
    for part in ["MUST", "MCP-SEND-001", "--only messages_send/origin"] {
        assert!(explained.contains(part), "{part} is missing:\n{explained}");
    }
}

/// For tests in process.
#[test]
fn the_suite_is_a_library_too() {
    let options = Options {
        cases: 2,
        rigs: 1,
        selection: Selection::only(["media_get/example"]).unwrap(),
        ..Options::default()
    };
    let report = Suite::new(options).unwrap().run_on(Rig::start, &mut |_, _| {}).unwrap();
    assert!(report.passed() && report.outcomes.len() == 2, "{report}");
}
