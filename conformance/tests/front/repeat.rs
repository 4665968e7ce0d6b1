//! A failure is seen again by pasting what is printed with it into a shell.

use std::process::Command;

use serde_json::Value;

use crate::Place;
use crate::fake::{Fake, Manner};

/// An API whose every answer has a field too many, and which can be taken back to its start.
fn fake() -> Fake {
    Fake::start(Manner { repeats: true, steered: true, ..Manner::default() })
}

/// The failure of a check, as the JSON report has it.
fn failure(place: &Place, targets: &[&str], check: &str) -> Value {
    let arguments = [targets, &["--only", check, "--report", "json=r.json"]].concat();
    let (code, out, err) = place.run(&arguments);
    assert_eq!(code, 1, "{out}{err}");
    let checks = place.json("r.json").get("checks").and_then(Value::as_array).unwrap().clone();
    checks.into_iter().find(|found| found["id"] == check).unwrap()
}

/// What a line prints, pasted into a shell.
fn pasted(line: &Value) -> String {
    let output = Command::new("sh").args(["-c", line.as_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The JSON behind headers.
fn body(text: &str) -> Value {
    serde_json::from_str(text.split("\r\n\r\n").last().unwrap()).unwrap()
}

#[test]
fn the_call_over_mcp_is_a_line_to_paste() {
    let (fake, place) = (fake(), Place::new());
    let failure = failure(&place, &["--api", &fake.api, "--mcp", &fake.mcp], "message_get/wrong-key/mcp");
    let answer = body(&pasted(&failure["mcpCurl"]));
    assert_eq!(answer["id"], failure["mcp"]["id"], "{answer}");
    assert!(answer["result"]["content"].is_array(), "{answer}");
}

/// A line without a host is none to paste.
#[test]
fn without_an_api_the_lines_go_to_the_server() {
    let (fake, place) = (fake(), Place::new());
    let failure = failure(&place, &["--mcp", &fake.mcp], "message_get/wrong-key/mcp");
    assert!(failure.get("curl").is_none(), "{failure}");
    assert!(pasted(&failure["mcpCurl"]).contains("\"result\""));
}

/// Whatever has happened since, and however often.
#[test]
fn lines_before_take_the_mock_back() {
    let (fake, place) = (fake(), Place::new());
    let targets = ["--api", &fake.api, "--mcp", &fake.mcp, "--seed", "0"];
    for (check, line) in [("message_get/example/rest", "curl"), ("message_get/example/mcp", "mcpCurl")] {
        let failure = failure(&place, &targets, check);
        let before = failure["before"].as_array().unwrap();
        assert!(before.len() > 1 && before[0].as_str().unwrap().contains("/_mock/"), "{before:?}");
        for _ in 0..2 {
            before.iter().for_each(|line| drop(pasted(line)));
            let answer = body(&pasted(&failure[line]));
            let answer = answer.pointer("/result/structuredContent").unwrap_or(&answer);
            assert_eq!(answer["id"], failure["arguments"]["id"], "{failure}\n{answer}");
        }
    }
}
