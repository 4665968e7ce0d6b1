//! Exit codes, and what is said with them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::Place;
use crate::fake::{Fake, Manner};

#[test]
fn success_is_0_and_its_last_line_says_so() {
    let (code, out, err) = Place::new().run(&["--only", "message_get/missing-key"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.ends_with("1 subject, 2 checks: all passed (seed 0, 32 cases a property)\n"), "{out}");
    assert!(out.starts_with("           credentials\nmessaging            2\n"), "{out}");
    assert!(err.contains("message_get") && !out.contains('\u{1b}'), "{out}{err}");
}

#[test]
fn a_wrong_command_line_is_2() {
    let place = Place::new();
    place.write("keys.yaml", "meta: { key: k }\nnobody: { key: n3ver }\n");
    place.write("odd.yaml", "meta: n3ver\n");
    place.write("key.yaml", "meta: { key: 'n3ver\\u00e9 ' }\n");
    place.write("bad.yaml", "- a\n");
    let url = "http://0.0.0.0:1";
    for (arguments, says) in [
        (vec!["--only", "nothing_like_it"], "`list` shows what there is"),
        (vec!["--only", "message_get/nothing-like-it"], "`list` shows what there is"),
        (vec!["--only", "messages_sent"], "did you mean messages_send?"),
        (vec!["--skip", "on-webb"], "did you mean on-web?"),
        (vec!["--max-failures", "0"], "--max-failures"),
        (vec!["--report", "pdf=a"], "there are junit, json, html and markdown"),
        (vec!["--report", "html"], "FORMAT=FILE"),
        (vec!["--report", "json=nowhere/a"], "failed to write nowhere/a"),
        (vec!["--report", "json=."], "failed to write ."),
        (vec!["--baseline-update"], "--baseline"),
        (vec!["--baseline-update", "--baseline", "nowhere/a"], "failed to write nowhere/a"),
        (vec!["--baseline", "nowhere.yaml"], "nowhere.yaml"),
        (vec!["--baseline", "bad.yaml"], "bad.yaml"),
        (vec!["--since-failure"], "no earlier run"),
        (vec!["--since-failure", "bad.yaml"], "bad.yaml is no JSON report"),
        (vec!["--api", "ftp://127.0.0.1"], "https:// or http://"),
        (vec!["--api", "http://u:n3ver@127.0.0.1"], "without user"),
        (vec!["--api", url], "--insecure-http"),
        // Nothing is connected to, nor started, without keys.
        (vec!["--api", "https://pilot-status.invalid"], "not on loopback needs keys"),
        (
            vec!["--mcp-command", "/nonexistent"],
            "without --api nobody knows which API is behind --mcp-command",
        ),
        (vec!["--api", "http://127.0.0.1:1", "--keys", "keys.yaml"], "nobody is no role"),
        (vec!["--api", "http://127.0.0.1:1", "--keys", "odd.yaml"], "odd.yaml:1:"),
        (vec!["--api", "http://127.0.0.1:1", "--keys", "key.yaml"], "cannot be sent in a header"),
        (vec!["--rate", "0", "--api", "http://127.0.0.1:1"], "0.01 to 1000"),
        (vec!["explain", "message_get/mising-key"], "did you mean missing-key"),
        (vec!["explain", "nonsense"], "is no check and no rule; `list` shows what there is"),
        (
            vec!["explain", "messages_send"],
            "but a subject; ask for one of its checks, such as messages_send/example",
        ),
        (vec!["explain", "messages_sent"], "did you mean messages_send?"),
    ] {
        let (code, out, err) = place.run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {out}{err}");
        assert!(err.contains(says), "{arguments:?}: {err}");
        assert!(out.is_empty(), "{arguments:?}: found only behind the run: {out}");
        assert!(!err.contains("n3ver"), "a key is printed: {err}");
    }
}

#[test]
fn a_target_that_cannot_be_reached_is_3() {
    // A port that was just free, and nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fake = Fake::start(Manner::default());
    let (gone, place) = (format!("http://{free}"), Place::new());
    for (api, mcp) in [(&gone, &fake.mcp), (&fake.api, &gone)] {
        let (code, out, err) = place.run(&["--api", api, "--mcp", mcp]);
        assert_eq!(code, 3, "{out}{err}");
        assert!(
            err.contains(&gone) && err.contains("cannot be reached") && err.contains("Is it running"),
            "{err}"
        );
    }
}

/// Nothing could be compared with anything.
#[test]
fn a_mock_whose_clock_runs_is_2() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mock = runtime.block_on(mock_api::MockApi::builder().start()).unwrap();
    let (code, out, err) = Place::new().run(&["--api", &mock.url(), "--only", "message_get"]);
    assert!(code == 2 && err.contains("--clock frozen"), "{code} {out}{err}");
}

/// What comes before an example fails, and with it whatever needs the example, also when it is asked for alone.
#[test]
fn what_cannot_be_prepared_fails() {
    let manner = Manner { refuses_webhooks: true, steered: true, ..Manner::default() };
    let (fake, place) = (Fake::start(manner), Place::new());
    let target = ["--api", fake.api.as_str(), "--mcp", fake.mcp.as_str(), "--report", "json=r.json"];
    for check in ["missing-key/rest", "unknown-id/mcp"] {
        let (code, out, err) =
            place.run(&[&target[..], &["--only", &format!("webhooks_delete/{check}")]].concat());
        let said = format!(
            "FAIL webhooks_delete/{check}\n  what      webhooks_create, which comes before the example, was refused"
        );
        assert!(code == 1 && out.contains(&said), "{code} {out}{err}");
    }
    let (code, out, _) = place.run(&[&target[..], &["--only", "webhooks_delete"]].concat());
    let checks = place.json("r.json")["checks"].as_array().unwrap().clone();
    let made = |rule: &str| checks.iter().any(|check| check["id"] == format!("webhooks_delete/{rule}/rest"));
    assert!(code == 1 && made("wrong-key") && !made("refusals"), "{out}");
}

/// Progress and summary count alike.
#[test]
fn subjects_of_one_name_are_counted_each() {
    let (code, out, err) = Place::new().run(&["--only", "machines,events", "--cases", "1"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, last) = err.lines().last().unwrap().split_once('/').unwrap();
    let total = last.split_once(']').unwrap().0;
    assert!(out.contains(&format!("\n{total} subjects, ")), "{total}: {out}");
}

/// A wrong URL is told in a sentence, not in a failure for each check.
#[test]
fn a_target_that_is_something_else_is_3() {
    let (fake, place) = (Fake::start(Manner::default()), Place::new());
    let elsewhere = fake.mcp.trim_end_matches("/mcp");
    for (arguments, says) in [
        (["--api", &fake.api, "--mcp", elsewhere], "is no MCP server: tools/list should be answered"),
        (["--api", &fake.api, "--mcp", &fake.api], "is no MCP server"),
        (["--api", elsewhere, "--mcp", &fake.mcp], "is no Pilot Status API: GET /v1/numbers should"),
        (["--api", &fake.api, "--mcp-command", "false"], "the command is no MCP server"),
        (["--api", &fake.api, "--mcp-command", "/nonexistent"], "failed to start /nonexistent"),
    ] {
        let (code, out, err) =
            place.run(&[&arguments[..], &["--only", "media_get", "--cases", "1"]].concat());
        assert_eq!(code, 3, "{arguments:?}: {out}{err}");
        assert!(err.contains(says) && err.contains("Is it running"), "{arguments:?}: {err}");
        assert!(out.is_empty(), "checked all the same: {out}");
    }
}

#[test]
fn a_failure_is_1_and_can_be_repeated_alone() {
    let (fake, place) = (Fake::start(Manner { repeats: true, ..Manner::default() }), Place::new());
    let target = ["--api", fake.api.as_str(), "--mcp", fake.mcp.as_str(), "--cases", "3"];
    let with = |more: &[&str]| place.run(&[&target, more].concat());
    let (code, out, err) = with(&["--seed", "5", "--only", "message_get", "--report", "json=first.json"]);
    assert_eq!(code, 1, "{out}{err}");
    for part in [
        "FAIL message_get/wrong-key/rest",
        "- expected  + actual",
        "curl -sS -X GET",
        "\"method\":\"tools/call\"",
        "--seed 5 --cases 3",
        "evidence",
    ] {
        assert!(out.contains(part), "no {part:?}: {out}");
    }
    // Each failure says how to make only that again.
    let again = out.lines().find(|line| line.contains("--only message_get/wrong-key/rest")).unwrap();
    let arguments: Vec<&str> = again.split_whitespace().skip(2).collect();
    let (code, out, _) = place.run(&arguments);
    assert!(code == 1 && out.contains("1 subject, 1 check: 1 failed (seed 5, 3 cases"), "{out}");

    let failed = |name: &str| {
        let report = place.json(name);
        let checks = report["checks"].as_array().unwrap().iter();
        let checks = checks.filter(|check| check["verdict"] == "failed").map(|check| check["id"].clone());
        (report["seed"].clone(), report["cases"].clone(), checks.collect::<Vec<_>>())
    };
    let (code, ..) = place
        .run(&[&target[..4], &["--since-failure", "first.json", "--report", "json=again.json"]].concat());
    assert_eq!((code, failed("again.json")), (1, failed("first.json")));
    assert_eq!(place.json("again.json")["checks"].as_array().unwrap().len(), failed("first.json").2.len());
    // Without a file: what failed in the run before, here.
    let (code, ..) = with(&["--since-failure", "--report", "json=last.json"]);
    assert_eq!((code, failed("last.json")), (1, failed("first.json")));
    // Nor are the targets to be named again, where they are on this machine.
    let (code, out, err) = place.run(&["--since-failure", "--report", "json=last.json"]);
    assert_eq!((code, failed("last.json")), (1, failed("first.json")), "{out}{err}");
    assert!(place.json("last.json")["command"].as_str().unwrap().contains(&fake.mcp));
    // Mended: nothing fails any more, and then there is nothing to repeat.
    let mended = Fake::start(Manner::default());
    let (code, out, _) = place.run(&["--api", &mended.api, "--mcp", &mended.mcp, "--since-failure"]);
    assert!(code == 0 && out.contains("all passed"), "{out}");
    assert_eq!(place.run(&["--since-failure"]).0, 0);
}

#[test]
fn one_side_alone_is_checked() {
    let (fake, place) = (Fake::start(Manner { steered: true, ..Manner::default() }), Place::new());
    for (option, url, other) in [("--api", &fake.api, "mcp"), ("--mcp", &fake.mcp, "rest")] {
        let (code, out, err) =
            place.run(&[option, url, "--only", "webhooks_list", "--cases", "2", "--report", "json=r.json"]);
        assert_eq!(code, 0, "{out}{err}");
        let report = place.json("r.json");
        let checks = report["checks"].as_array().unwrap();
        assert!(checks.iter().all(|check| !check["id"].as_str().unwrap().ends_with(other)), "{checks:?}");
        assert!(checks.iter().any(|check| check["verdict"] == "passed" && check["family"] == "credentials"));
        // A mock over REST is steered; over MCP alone nothing can be.
        let recorded =
            checks.iter().find(|check| check["id"].as_str().unwrap().contains("recorded/")).unwrap();
        assert_eq!(recorded["verdict"] == "passed", option == "--api" || recorded["family"] == "catalogue");
    }
}

/// Who writes a report is not who runs it again: it starts no program, and says nobody where to send keys.
#[test]
fn a_report_names_no_targets_beyond_this_machine() {
    let place = Place::new();
    for target in [
        "--api https://api.example",
        "--mcp-command 'touch started'",
        "--api http://127.0.0.1:1 --allow-writes",
    ] {
        let check = json!({ "id": "message_get/missing-key/rest", "verdict": "failed" });
        let command = format!("pilot-status-conformance {target}");
        let report = json!({ "version": 2, "seed": 0, "cases": 1, "command": command, "checks": [check] });
        place.write("old.json", &report.to_string());
        let (code, out, err) = place.run(&["--since-failure", "old.json"]);
        assert_eq!(code, 2, "{target}: {out}{err}");
        assert!(err.contains(target) && err.contains("give them again"), "{target}: {err}");
    }
    assert!(place.run(&["--since-failure", "started"]).2.contains("No such file"));
}

/// Interrupted, it prints what it has.
#[cfg(unix)]
#[test]
fn an_interrupted_run_reports_what_it_has() {
    let place = Place::new();
    let mut command = place.command(&["--cases", "400", "--report", "json=r.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    progress.read_line(&mut String::new()).unwrap();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let mut rest = String::new();
    progress.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{out}{rest}");
    assert!(out.contains("ended before all was checked"), "{out}");
    let report = place.json("r.json");
    assert_eq!((&report["interrupted"], &report["failed"]), (&json!(true), &json!(0)));
    assert!(report["passed"].as_u64() > Some(0) && report["notVerified"].as_u64() > Some(0));
}

#[test]
fn what_there_is_can_be_listed_and_explained() {
    let place = Place::new();
    let (code, out, _) = place.run(&["list"]);
    assert!(
        code == 0 && out.contains("missing-key") && out.contains("MUST") && out.contains("messages_send"),
        "{out}"
    );
    let (_, out, _) = place.run(&["list", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list["families"].as_array().unwrap().len(), 10);
    assert_eq!(
        list["tools"].as_object().unwrap().values().map(|area| area.as_array().unwrap().len()).sum::<usize>(),
        54
    );
    for (check, says) in [
        (
            "messages_send/origin/mcp",
            vec!["MCP-SEND-001", "agreement", "MUST", "--only messages_send/origin/mcp"],
        ),
        ("unknown-*", vec!["errors", "An id that names nothing"]),
        ("message_get/unknown-id", vec!["GET /v1/messages/{id}", "fixtures/contract/messaging.yaml"]),
        ("determinism/same-calls-same-answers", vec!["resilience", "determinism"]),
        ("messages/sends", vec!["  on        messages\n", "MUST: "]),
        ("webhooks/signed", vec!["  on        webhooks\n"]),
        (
            "message_get/definition-recorded",
            vec!["may word it otherwise", "SHOULD: a target with a reason", "--skip"],
        ),
    ] {
        let (code, out, err) = place.run(&["explain", check]);
        assert_eq!(code, 0, "{check}: {err}");
        for part in says {
            assert!(out.contains(part), "{check}: no {part:?} in {out}");
        }
    }
}
