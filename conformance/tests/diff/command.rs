//! The command: what it prints and how it ends.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const OLD: &str =
    r#"[{"name": "a", "inputSchema": {"type": "object"}}, {"name": "b\u001b[31m|", "inputSchema": {}}]"#;
const NEW: &str = r#"[{"name": "a", "title": "A", "inputSchema": {"type": "object"}}]"#;

/// Runs `diff` with OLD on standard input and NEW in a file.
fn diff(new: &str, options: &[&str]) -> Output {
    let file =
        std::env::temp_dir().join(format!("diff-{}-{}.json", std::process::id(), new.len() + options.len()));
    std::fs::write(&file, new).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pilot-status-conformance"))
        .args(["diff", "-"])
        .arg(&file)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A wrong command line ends it before it reads.
    drop(child.stdin.take().unwrap().write_all(OLD.as_bytes()));
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(file).unwrap();
    output
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_table_with_what_breaks_first_and_the_counts_last() {
    let output = diff(NEW, &[]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("BREAKING (1)\n"), "{text}");
    assert!(text.find("BREAKING").unwrap() < text.find("WARNING").unwrap());
    assert!(text.ends_with("\n1 breaking, 0 unknown, 1 warning, 0 additive\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "a name reaches the terminal as it is");
}

#[test]
fn json_for_programs() {
    let output = diff(NEW, &["--json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(value["counts"]["breaking"], 1);
    assert_eq!(value["changes"][0]["kind"], "breaking");
    assert_eq!(value["changes"][1]["pointer"], "/title");
    assert_eq!(value["changes"][1]["is"], "A");
    assert!(value["changes"][1].get("was").is_none());
}

#[test]
fn markdown_for_a_summary() {
    let output = diff(NEW, &["--markdown"]);
    let text = text(&output);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| <code>")).collect();
    assert_eq!((output.status.code(), rows.len()), (Some(1), 2));
    assert!(rows.iter().all(|row| row.matches('|').count() == 6), "{rows:?}");
    assert!(text.ends_with("\n1 breaking, 0 unknown, 1 warning, 0 additive\n"), "{text}");
}

#[test]
fn nothing_broken_is_success_and_nothing_to_compare_is_usage() {
    let same = diff(OLD, &[]);
    assert_eq!(
        (same.status.code(), text(&same).as_str()),
        (Some(0), "0 breaking, 0 unknown, 0 warnings, 0 additive\n")
    );
    let broken = diff("{", &[]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(String::from_utf8(broken.stderr).unwrap().contains("is not usable: no JSON"));
    assert_eq!(diff(NEW, &["--json", "--markdown"]).status.code(), Some(2));
    let program = || Command::new(env!("CARGO_BIN_EXE_pilot-status-conformance"));
    for arguments in [
        &["diff"][..],
        &["diff", "tools"],
        &["diff", "-", "-"],
        &["diff", "tools", "contract"],
        &["--seed", "1", "diff", "a", "b"],
    ] {
        assert_eq!(program().args(arguments).output().unwrap().status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn check_may_be_named_or_left_out() {
    for arguments in [&["--only", "no_such_tool"][..], &["check", "--only", "no_such_tool"]] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_pilot-status-conformance")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("no_such_tool"));
    }
}
