//! Known failures do not fail a run, and what is no longer so does.

use crate::Place;
use crate::fake::{Fake, Manner};

const GOOD: &str = "message_get/missing-key/rest";

#[test]
fn a_stale_entry_is_4() {
    let place = Place::new();
    place.write("known.yaml", &format!("{GOOD}: waits for a fix\n"));
    let (code, out, err) = place.run(&["--only", "message_get", "--cases", "1", "--baseline", "known.yaml"]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(
        out.contains(&format!("{GOOD}: the check passes")) && err.contains("--baseline-update"),
        "{out}{err}"
    );
    // Of what was not asked for, a run says nothing.
    assert_eq!(place.run(&["--only", "webhook_get", "--cases", "1", "--baseline", "known.yaml"]).0, 0);
}

#[test]
fn an_entry_that_names_no_check_is_4() {
    let place = Place::new();
    place.write("known.yaml", "message_get/gone/rest: old\n");
    let arguments =
        ["--cases", "1", "--baseline", "known.yaml", "--report", "junit=r.xml,markdown=r.md,html=r.html"];
    let (code, out, _) = place.run(&arguments);
    assert!(code == 4 && out.contains("message_get/gone/rest: there is no such check"), "{out}");
    for report in ["r.xml", "r.md", "r.html"] {
        assert!(place.read(report).contains("there is no such check"), "{report}");
    }
    assert_eq!(place.run(&[&arguments[..], &["--baseline-update"]].concat()).0, 0);
    assert!(!place.read("known.yaml").contains("message_get/gone"));
}

#[test]
fn known_failures_are_shown_and_pass() {
    let (fake, place) = (Fake::start(Manner { repeats: true, ..Manner::default() }), Place::new());
    let run = |more: &[&str]| {
        let target = [
            "--api",
            &fake.api,
            "--mcp",
            &fake.mcp,
            "--cases",
            "1",
            "--only",
            "message_get",
            "--baseline",
            "known.yaml",
        ];
        place.run(&[&target[..], more].concat())
    };
    // Not there yet, which only an update may find.
    assert_eq!(run(&[]).0, 2);
    let (code, out, err) = run(&["--baseline-update"]);
    assert_eq!(code, 0, "{out}{err}");
    let written = place.read("known.yaml");
    assert!(written.contains("message_get/wrong-key/rest: not explained yet"), "{written}");
    // A reason that somebody gives stays, and what is stale goes.
    let explained = written
        .replace("message_get/wrong-key/rest: not explained yet", "message_get/wrong-key/rest: 'they: know'");
    place.write("known.yaml", &format!("{explained}message_get/definition-name/mcp: long mended\n"));
    let (code, out, _) = run(&["--report", "json=r.json,junit=r.xml,markdown=r.md,html=r.html"]);
    assert_eq!(code, 4, "{out}");
    assert!(out.contains("message_get/wrong-key/rest: they: know") && !out.contains("\nFAIL "), "{out}");
    let report = place.json("r.json");
    assert!(report["failed"] == 0 && report["knownToFail"].as_u64() > Some(0), "{report}");
    for report in ["r.xml", "r.md", "r.html"] {
        assert!(place.read(report).contains("they: know"), "{report}");
    }
    assert_eq!(run(&["--baseline-update"]).0, 0);
    let updated = place.read("known.yaml");
    assert!(updated.contains("they: know") && !updated.contains("long mended"), "{updated}");
    assert_eq!(run(&[]).0, 0);
    // A failure that is new fails.
    place.write("known.yaml", &updated.replace("message_get/wrong-key/rest", "message_get/gone/rest"));
    let (code, out, _) = run(&[]);
    assert!(code == 1 && out.contains("FAIL message_get/wrong-key/rest"), "{out}");
}
