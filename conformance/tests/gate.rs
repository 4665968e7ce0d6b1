//! The whole gate in process, with fewer cases than on the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use conformance::{
    Control, Family, Format, Mcp, Options, Outcome, Report, Rig, Selection, Stopwatch, Suite, Target,
    Verdict, over_stdio, start_mock, start_server_with_sign_in,
};
use server::Server;

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

/// Each check takes the time from the end of the one before it: here a second, because the watch is read once for each.
#[test]
fn checks_are_timed() {
    let seconds = AtomicU64::new(0);
    let watch = Stopwatch::of(move || Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed)));
    let suite = Suite::new(Options { watch, ..options("message_get/example,numbers_list/missing-key", 1) });
    let report = suite.unwrap().run(&mut |_, _| {}).unwrap();
    let checks = report.to_json()["checks"].as_array().unwrap().clone();
    assert!(checks.len() > 3 && checks.iter().all(|check| check["milliseconds"] == 1000), "{checks:?}");
    let xml = report.render(Format::Junit).unwrap();
    let xml = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    for suite in &xml.test_suites {
        assert_eq!(suite.time, Some(Duration::from_secs(suite.test_cases.len() as u64)), "{:?}", suite.name);
        assert!(suite.test_cases.iter().all(|case| case.time == Some(Duration::from_secs(1))));
    }
}

#[test]
fn only_what_exists() {
    let error = Suite::new(options("nothing_like_it", 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"nothing_like_it\" is no area, no family, no tool, no rule and no check; `list` shows what there is"
    );
}

/// What nobody can steer cannot be brought into a known state, and nobody says that it was.
#[test]
fn what_cannot_be_steered_is_not_verified() {
    let report = attached("message_get", Control::None);
    assert!(report.passed(), "{report}");
    let verified = |rule: &str| {
        let of = |outcome: &&Outcome| outcome.id.rule == rule;
        report.outcomes.iter().find(of).unwrap_or_else(|| panic!("no {rule}")).verdict == Verdict::Passed
    };
    // Whatever the state is, a stranger is refused, and an id that names nothing is not found.
    for rule in ["definition-name", "missing-key", "unknown-id", "wrong-type-id", "valid-arguments"] {
        assert!(verified(rule), "{rule}: {report}");
    }
    for rule in ["example", "example-recorded", "tenant-key-names-number", "refusals-change-nothing"] {
        assert!(!verified(rule), "{rule}: {report}");
    }
}

/// Tools that read are called all the same, with what the target lists.
#[test]
fn what_reads_is_verified_without_control() {
    for tool in ["webhook_get", "numbers_status", "templates_get", "numbers_check", "analytics_dashboard"] {
        let report = attached(tool, Control::None);
        assert!(report.passed(), "{report}");
        for check in ["example/rest", "example/mcp", "agreement/mcp", "invalid-arguments/mcp"] {
            let id = format!("{tool}/{check}");
            let outcome = report.outcomes.iter().find(|outcome| outcome.id.to_string() == id);
            assert!(outcome.is_none_or(|outcome| outcome.verdict == Verdict::Passed), "{outcome:?}");
            assert!(outcome.is_some() || check.starts_with("invalid"), "{id} was not made");
        }
    }
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

/// What a server over stdio has no part in is not verified; all else is.
#[test]
fn a_server_over_stdio_is_verified_but_for_http() {
    let (_runtime, mock) = with_runtime(async { start_mock().await.unwrap() });
    let server = Server::builder().upstream(mock.url()).output_schemas(true).build().unwrap();
    let start = || Rig::attach_to(&mock.url(), over_stdio(server.clone()), Control::Remote { token: None });
    let suite = Suite::new(options("message_get", 8)).unwrap();
    let report = suite.run_on(start, &mut |_, _| {}).unwrap();
    assert!(report.passed(), "{report}");
    let open = report.outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Passed);
    let open: Vec<String> = open.map(|outcome| outcome.id.to_string()).collect();
    let (signed_in, open): (Vec<String>, Vec<String>) = open.into_iter().partition(|id| id.contains("grant"));
    assert_eq!((signed_in.is_empty(), open), (false, vec!["message_get/missing-key/mcp".to_owned()]));
}

/// A program that is none is a target that gives no answer.
#[test]
fn a_command_that_does_not_serve_is_told() {
    let program = vec![env!("CARGO_BIN_EXE_pilot-status-conformance").to_owned(), "--version".to_owned()];
    let start = || Ok(Rig::attach_to("", Mcp::command(program.clone()), Control::None)?.only(Target::Mcp));
    let error = Suite::new(options("catalogue", 1)).unwrap().run_on(start, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("the command is no MCP server"), "{error}");
}

/// Whether anybody can sign in, the endpoint says itself.
#[test]
fn grants_are_not_verified_where_nobody_can_sign_in() {
    let (_runtime, (mock, server)) = with_runtime(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).start().await.unwrap();
        (mock, server)
    });
    let start = || Rig::attach(&mock.url(), &server.mcp_url(), Control::Remote { token: None });
    let report = Suite::new(options("message_get", 1)).unwrap().run_on(start, &mut |_, _| {}).unwrap();
    assert!(report.passed(), "{report}");
    let of_grants = |rule: &str| rule.contains("grant");
    for outcome in &report.outcomes {
        let verified = outcome.verdict == Verdict::Passed;
        assert_eq!(verified, !of_grants(&outcome.id.rule), "{outcome:?}");
    }
    assert!(report.outcomes.iter().filter(|outcome| of_grants(&outcome.id.rule)).count() > 10);
}

/// What a future makes, with the runtime that it goes on to live on.
fn with_runtime<T>(make: impl Future<Output = T>) -> (tokio::runtime::Runtime, T) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let made = runtime.block_on(make);
    (runtime, made)
}

fn attached(only: &str, control: Control) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, server) = runtime.block_on(async {
        let mock = Arc::new(start_mock().await.unwrap());
        let server = start_server_with_sign_in(&mock).await.unwrap();
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
    Options {
        seed: 7,
        cases,
        selection: Selection::only(only.split(',')).unwrap(),
        rigs: 1,
        ..Options::default()
    }
}
