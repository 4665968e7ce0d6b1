//! The reports are what they are said to be, whatever a target answers.

use quick_junit::TestCaseStatus;
use serde_json::Value;

use crate::Place;
use crate::fake::{Fake, Manner};

/// A run with failures, known ones, and checks that could not be made.
fn reported(place: &Place) -> Value {
    let fake = Fake::start(Manner { repeats: true, ..Manner::default() });
    place.write("known.yaml", "message_get/wrong-key/rest: known\n");
    let (code, out, err) = place.run(&[
        "--api",
        &fake.api,
        "--mcp",
        &fake.mcp,
        "--cases",
        "2",
        "--only",
        "message_get,webhooks",
        "--baseline",
        "known.yaml",
        "--report",
        "junit=r.xml,json=r.json",
        "--report",
        "html=r.html,markdown=r.md",
    ]);
    assert_eq!(code, 1, "{err}");
    assert!(
        !out.contains('\u{1b}') && !out.contains("\u{9b}"),
        "what a target answers reaches the terminal as it is"
    );
    place.json("r.json")
}

#[test]
fn all_four_say_the_same() {
    let place = Place::new();
    let report = reported(&place);
    let count = |name: &str| usize::try_from(report[name].as_u64().unwrap()).unwrap();
    let (failed, known, open) = (count("failed"), count("knownToFail"), count("notVerified"));
    assert!(failed > 0 && known == 1 && open > 0 && count("passed") > 0, "{report}");

    let xml = quick_junit::Report::deserialize_from_str(&place.read("r.xml")).unwrap();
    // As the schema of Jenkins has it, which admits no other attributes there.
    let root = format!(
        "<testsuites name=\"pilot-status-conformance\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">",
        xml.tests
    );
    assert!(place.read("r.xml").contains(&root), "no {root}");
    let cases: Vec<_> = xml.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let of = |wanted: fn(&TestCaseStatus) -> bool| cases.iter().filter(|case| wanted(&case.status)).count();
    assert_eq!(cases.len(), report["checks"].as_array().unwrap().len());
    assert_eq!(of(|status| matches!(status, TestCaseStatus::NonSuccess { .. })), failed);
    assert_eq!(of(|status| matches!(status, TestCaseStatus::Skipped { .. })), known + open);

    let html = place.read("r.html");
    assert_eq!(html.matches("<li class=\"check failed\"").count(), failed);
    assert_eq!(html.matches("<article class=\"check ").count(), failed + known);
    let markdown = place.read("r.md");
    assert!(markdown.contains(&format!("### Failures ({failed})")) && markdown.len() < 1 << 20, "{markdown}");
}

#[test]
fn json_is_as_its_schema_says() {
    let place = Place::new();
    let report = reported(&place);
    let schema: Value = serde_json::from_str(include_str!("../../report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for (pointer, wrong) in [("/version", 1), ("/checks/0/verdict", 1), ("/checks/0/more", 1)] {
        let mut report = report.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        report.pointer_mut(parent).unwrap()[name] = wrong.into();
        assert!(!validator.is_valid(&report), "{pointer}");
    }
}

/// An answer is text wherever it is shown, and the page asks nobody for anything.
#[test]
fn the_page_runs_nothing_that_a_target_says() {
    let place = Place::new();
    reported(&place);
    let html = place.read("r.html");
    assert!(html.contains("&#60;script&#62;") && !html.to_lowercase().contains("<script>ps_"), "not escaped");
    assert_eq!(html.matches("<script").count(), 1, "a script that is not ours");
    for outside in ["src=", "@import", "url(", "<link", "<iframe", "fetch("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("Content-Security-Policy\" content=\"default-src 'none'"));
    let markdown = place.read("r.md");
    assert!(!markdown.contains("<script") && !place.read("r.xml").contains("<script"));
    // A failure has a page of its own, to which the list leads.
    assert!(
        html.contains("id=\"message_get/wrong-key/mcp\"")
            && html.contains("href=\"#message_get/wrong-key/mcp\"")
    );
}
