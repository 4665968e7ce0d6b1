//! What is checked of all that there is, and how early it may end.

use std::collections::BTreeSet;

use crate::Place;
use crate::fake::{Fake, Manner};

/// The ids of the checks that a run made.
fn checks(place: &Place, arguments: &[&str]) -> BTreeSet<String> {
    let (code, out, err) = place.run(&[arguments, &["--cases", "1", "--report", "json=r.json"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let report = place.json("r.json");
    let checks = report.get("checks").and_then(serde_json::Value::as_array).unwrap().iter();
    checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_are_selected_by_their_names() {
    let place = Place::new();
    let on_web = checks(&place, &["--only", "on-web"]);
    assert!(on_web.contains("message_get/on-web/rest") && on_web.len() > 54, "{on_web:?}");
    assert!(on_web.iter().all(|id| id.contains("/on-web/")), "{on_web:?}");
    let wrong = checks(&place, &["--only", "wrong-type"]);
    assert!(wrong.len() > 54 && wrong.iter().all(|id| id.contains("/wrong-type-")), "{wrong:?}");
}

#[test]
fn what_is_skipped_is_left_out() {
    let place = Place::new();
    let all = checks(&place, &["--only", "message_get,webhook_get"]);
    for (skip, left_out) in [
        ("webhook_get", "webhook_get/"),
        ("credentials", "/wrong-key/"),
        ("missing-key", "/missing-key/"),
        ("message_get/missing-key/rest", "message_get/missing-key/rest"),
    ] {
        let left = checks(&place, &["--only", "message_get,webhook_get", "--skip", skip]);
        assert!(left.is_subset(&all) && !left.is_empty(), "{skip}: {left:?}");
        assert!(left.iter().all(|id| !id.contains(left_out)), "{skip}: {left:?}");
        let gone: Vec<_> = all.difference(&left).collect();
        let only_that = skip == "credentials" || gone.iter().all(|id| id.contains(left_out));
        assert!(!gone.is_empty() && only_that, "{skip}: {gone:?}");
    }
}

#[test]
fn enough_failures_end_the_run() {
    let (fake, place) = (Fake::start(Manner { repeats: true, ..Manner::default() }), Place::new());
    let target = ["--api", &fake.api, "--cases", "1", "--only", "message_get,webhook_get"];
    let failed = |more: &[&str]| {
        let (code, out, err) = place.run(&[&target[..], more, &["--report", "json=r.json"]].concat());
        assert_eq!(code, 1, "{out}{err}");
        let report = place.json("r.json");
        let checks = report.get("checks").and_then(serde_json::Value::as_array).unwrap().iter();
        let failed = checks.filter(|check| check["verdict"] == "failed");
        let subjects =
            failed.map(|check| check["id"].as_str().unwrap().split('/').next().unwrap().to_owned());
        (subjects.collect::<BTreeSet<_>>(), report["interrupted"] == true)
    };
    let (all, early) = failed(&[]);
    assert!(all.len() == 2 && !early, "{all:?}");
    let (first, early) = failed(&["--max-failures", "1"]);
    assert!(first.len() == 1 && early, "{first:?}");
    assert_eq!(failed(&["--max-failures", "100000"]), (all, false));
}
