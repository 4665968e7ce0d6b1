//! Recordings: the mock, recorded, does not differ from itself, and every way to differ is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use conformance::drift::{Drift, Kind, drift};
use conformance::record::{RecordedCall, Recording, mask};
use conformance::{Options, Rig, Selection, Suite, Target};
use serde_json::{Value, json};

/// The answers to the first examples of some tools, masked.
fn recorded(only: &[&str]) -> Recording {
    let options = Options { selection: Selection::only(only).unwrap(), ..Options::default() };
    let (rig, suite) = (Rig::start().unwrap(), Suite::new(options).unwrap());
    let mut recording = Recording::new("http://127.0.0.1:4010");
    for subject in suite.subjects().unwrap() {
        let answer = conformance::checks::example(&rig, &subject, Target::Rest).unwrap();
        recording.calls.push(RecordedCall {
            tool: subject.tool.name.clone(),
            arguments: serde_json::Map::new(),
            status: answer.status.unwrap(),
            body: mask(&answer.body, &subject.operation.success.schema),
        });
    }
    recording
}

fn told(drift: &Drift) -> Vec<(Kind, String, String)> {
    let one = |it: &conformance::drift::Difference| (it.kind, it.pointer.clone(), it.what.clone());
    drift.differences.iter().filter(|it| it.kind != Kind::Note).map(one).collect()
}

#[test]
fn the_mock_does_not_differ_from_itself() {
    let recording = recorded(&[]);
    assert_eq!(recording.calls.len(), 54);
    let drift = drift(&recording).unwrap();
    assert_eq!(told(&drift), []);
    assert!(!drift.found() && drift.differences.is_empty(), "noise: {:?}", drift.differences);
    let text = recording.to_json();
    for private in ["ps_demo", "whsec", "5511988887777", "Suporte", "Ana"] {
        assert!(!text.contains(private), "{private} was not masked");
    }
}

#[test]
fn every_difference_is_told() {
    let differ = |change: &dyn Fn(&mut RecordedCall)| {
        let mut recording = recorded(&["message_get"]);
        change(&mut recording.calls[0]);
        told(&drift(&recording).unwrap())
    };
    assert_eq!(differ(&|_| {}), []);
    let one = |kind, pointer: &str, part: &str, found: Vec<(Kind, String, String)>| {
        let [(is, at, what)] = found.as_slice() else { panic!("{found:?}") };
        assert!((*is, at.as_str()) == (kind, pointer) && what.contains(part), "{found:?}");
    };
    one(Kind::Contract, "/new", "no such field", differ(&|call| call.body["new"] = json!("xxx")));
    one(Kind::Contract, "/status", "SUSPENDED", differ(&|call| call.body["status"] = json!("SUSPENDED")));
    one(
        Kind::Contract,
        "",
        "\"id\" is a required",
        differ(&|call| drop(call.body.as_object_mut().unwrap().remove("id"))),
    );
    one(Kind::Contract, "", "answered 201", differ(&|call| call.status = 201));
    one(Kind::Contract, "", "no such tool", differ(&|call| call.tool = "messages_forward".into()));
    let refused = |code: &str, status| {
        let body = json!({ "error": "xxx", "code": code });
        differ(&|call| (call.status, call.body) = (status, body.clone()))
    };
    assert_eq!(refused("MESSAGE_NOT_FOUND", 404), []);
    one(Kind::Contract, "", "not in the catalogue", refused("MESSAGE_LOST", 404));
    one(Kind::Contract, "", "came with 410", refused("MESSAGE_NOT_FOUND", 410));
    one(Kind::Contract, "", "none of the codes", refused("GROUP_NOT_FOUND", 404));
}

/// What is missing does not drown in what is there.
#[test]
fn a_missing_field_is_told_without_the_whole_answer() {
    let mut recording = recorded(&["analytics_dashboard"]);
    let body = recording.calls[0].body.as_object_mut().unwrap();
    let whole = body.values().map(|value| value.to_string().len()).sum::<usize>();
    assert!(body.remove("totalSent").is_some(), "{:?}", body.keys().collect::<Vec<_>>());
    let drift = drift(&recording).unwrap();
    let missing =
        drift.differences.iter().find(|it| it.what.contains("\"totalSent\" is a required")).unwrap();
    let shown = missing.recorded.to_string().len();
    assert!(shown < 300 && whole > 900, "{shown} of {whole}: {}", missing.recorded);
}

/// A field that the contract leaves open, and no documented example brings.
#[test]
fn what_the_mock_lacks_is_told() {
    let mut recording = recorded(&["groups_create"]);
    assert_eq!(told(&drift(&recording).unwrap()), []);
    recording.calls[0].body["inviteCode"] = json!("xxxxxxx");
    let expected = (Kind::Mock, "/inviteCode".to_owned(), "the mock never answers this field".to_owned());
    assert_eq!(told(&drift(&recording).unwrap()), [expected]);
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pilot-status-conformance")).args(arguments).output().unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_program_says_it_and_fails() {
    let mut recording = recorded(&["message_get"]);
    let same = file("same.json", &recording.to_json());
    let output = program(&["drift", same.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("calls: 1, tools: 1; 0 where the contract differs"), "{text}");
    recording.calls[0].body["new"] = json!(1);
    let other = file("other.json", &recording.to_json());
    let output = program(&["drift", "--json", other.to_str().unwrap()]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &json["differences"][0]["kind"]), (Some(1), &json!("contract")));
    for wrong in ["{}", "no JSON", r#"{"format":"pilot-status-recording","version":2,"api":"x","calls":[]}"#]
    {
        let output = program(&["drift", file("wrong.json", wrong).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("is no recording"), "{wrong}");
    }
    assert_eq!(program(&["drift", "/nowhere/recording.json"]).status.code(), Some(2));
}

/// Only the API is recorded.
#[test]
fn no_server_is_offered_for_recording() {
    let output = program(&["record", "--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("--api") && !help.contains("--mcp"), "{help}");
}

/// The mock is recorded by the program, and does not differ from itself.
#[test]
fn the_program_records() {
    let path = file("recorded.json", "");
    let path = path.to_str().unwrap();
    let output = program(&["record", path, "--only", "numbers,media"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("recorded 9 calls, left out 0"), "{told}");
    let output = program(&["drift", path]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8(output.stdout).unwrap());
    assert!(!fs::read_to_string(path).unwrap().contains("5511900000001"));
}

/// What is to be spared is only read.
#[test]
fn what_may_not_be_called_is_left_out() {
    let output = program(&["record", "-", "--only", "branding", "--safe"]);
    let recording: Value = serde_json::from_slice(&output.stdout).unwrap();
    let tools: Vec<&str> =
        recording["calls"].as_array().unwrap().iter().map(|call| call["tool"].as_str().unwrap()).collect();
    assert_eq!(tools, ["branding_get"]);
    assert!(recording["leftOut"]["branding_upsert"].as_str().unwrap().contains("--allow-writes"));
    assert_eq!(program(&["record", "-", "--mcp", "http://127.0.0.1:9/mcp"]).status.code(), Some(2));
    assert_eq!(program(&["record", "-", "--api", "http://127.0.0.1:9"]).status.code(), Some(3));
}
