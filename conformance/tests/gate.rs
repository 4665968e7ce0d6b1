//! The whole gate in process, with fewer cases than on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use conformance::{Control, Family, Options, Outcome, Report, Rig, Selection, Suite, Verdict, start_mock};
use server::{Limits, Server};

#[test]
fn every_check_holds() {
    let mut lines = 0;
    let suite = Suite::new(Options { cases: 6, ..Options::default() }).unwrap();
    let report = suite.run(&mut |_, _| lines += 1).unwrap();
    assert!(report.passed(), "{report}");
    // One for each tool, and one for what concerns all of them.
    assert!(lines >= 55, "only {lines} subjects");
    assert!(report.outcomes.len() > 2000, "only {} checks were made", report.outcomes.len());
}

#[test]
fn runs_are_reproducible() {
    let run = || Suite::new(options("calls", 4)).unwrap().run(&mut |_, _| {}).unwrap().to_json();
    assert_eq!(run(), run());
}

#[test]
fn only_what_exists() {
    let error = Suite::new(options("nothing_like_it", 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"nothing_like_it\" is no area, no family, no tool and no check; `list` shows what there is"
    );
}

/// What nobody can steer cannot be brought into a known state, and nobody says that it was.
#[test]
fn what_cannot_be_steered_is_not_verified() {
    let report = attached("message_get", Control::None);
    assert!(report.passed(), "{report}");
    let verified: BTreeSet<String> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Passed)
        .map(|outcome| outcome.family.name().to_owned())
        .collect();
    assert_eq!(verified, BTreeSet::from(["catalogue".to_owned()]), "{report}");
    assert!(report.outcomes.len() > verified.len());
}

/// Neither is what happens over time, and in sequences that have to start somewhere.
#[test]
fn what_happens_over_time_is_not_verified_without_control() {
    for family in ["machines", "events"] {
        let report = attached(family, Control::None);
        let verified = |outcome: &&Outcome| !matches!(outcome.verdict, Verdict::NotVerified { .. });
        assert_eq!(report.outcomes.iter().find(verified), None);
        assert!(!report.outcomes.is_empty());
    }
}

/// A mock elsewhere delivers webhooks and moves its clock as one in this process does.
#[test]
fn what_happens_over_time_is_verified_elsewhere() {
    for family in ["machines", "events"] {
        let report = attached(family, Control::Remote { token: None });
        let all = report.outcomes.iter().all(|outcome| outcome.verdict == Verdict::Passed);
        assert!(all && !report.outcomes.is_empty(), "{report}");
    }
}

/// A mock in another process is steered by its control API.
#[test]
fn a_mock_elsewhere_is_verified_whole() {
    let report = attached("message_get", Control::Remote { token: None });
    assert!(
        report.passed() && report.outcomes.iter().all(|outcome| outcome.verdict == Verdict::Passed),
        "{report}"
    );
}

fn attached(only: &str, control: Control) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, server) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
        let server = server.start().await.unwrap();
        (mock, server)
    });
    let options = options(only, 8);
    let start = || Rig::attach(&mock.url(), &server.mcp_url(), control.clone());
    Suite::new(options).unwrap().run_on(start, &mut |_, _| {}).unwrap()
}

/// Every check is made by a rule that somebody can look up, and every rule makes a check.
#[test]
fn rules_and_checks_are_the_same() {
    let suite = Suite::new(Options { cases: 1, ..Options::default() }).unwrap();
    let report = suite.run(&mut |_, _| {}).unwrap();
    let made: BTreeSet<(Family, &str)> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let rule = outcome.family.rule(&outcome.id.rule);
            (outcome.family, rule.unwrap_or_else(|| panic!("{} has no rule", outcome.id)).name)
        })
        .collect();
    // Only when nothing else can be made.
    let spare = [(Family::Schema, "refusals")];
    let all =
        Family::ALL.into_iter().flat_map(|family| family.rules().iter().map(move |rule| (family, rule.name)));
    let idle: Vec<_> = all.filter(|rule| !made.contains(rule) && !spare.contains(rule)).collect();
    assert!(idle.is_empty(), "{idle:?} make no check");
}

fn options(only: &str, cases: u32) -> Options {
    Options { seed: 7, cases, selection: Selection::only([only]).unwrap(), rigs: 1 }
}
