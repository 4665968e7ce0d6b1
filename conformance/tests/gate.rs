//! The whole gate in process, with fewer cases than on the command line.

use conformance::{Control, Options, Rig, Suite, Verdict, start_mock};
use server::Server;

#[test]
fn every_check_holds() {
    let mut lines = 0;
    let suite = Suite::new(Options { cases: 6, ..Options::default() }).unwrap();
    let report = suite.run(&mut |_, _| lines += 1).unwrap();
    assert!(report.passed(), "{report}");
    // One for each tool, and one for what concerns all of them.
    assert_eq!(lines, 55);
    assert!(report.outcomes.len() > 2000, "only {} checks were made", report.outcomes.len());
}

#[test]
fn runs_are_reproducible() {
    let run = || {
        let suite = Suite::new(Options { seed: 7, cases: 4, only: Some("calls".into()), rigs: 1 }).unwrap();
        suite.run(&mut |_, _| {}).unwrap().to_json()
    };
    assert_eq!(run(), run());
}

#[test]
fn only_what_exists() {
    let error =
        Suite::new(Options { only: Some("nothing_like_it".into()), ..Options::default() }).unwrap_err();
    assert_eq!(error.to_string(), "no tool and no area is called \"nothing_like_it\"");
}

/// Without a digest nobody can say that a refusal changed nothing, and nobody says so.
#[test]
fn what_cannot_be_seen_is_not_verified() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, server) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).start().await.unwrap();
        (mock, server)
    });
    let options = Options { cases: 8, only: Some("message_get".into()), rigs: 1, ..Options::default() };
    let start = || Rig::attach(&mock.url(), &server.mcp_url(), Control::Remote);
    let report = Suite::new(options).unwrap().run_on(start, &mut |_, _| {}).unwrap();
    assert!(report.passed(), "{report}");
    let unverified: Vec<String> = report
        .outcomes
        .iter()
        .filter(|outcome| matches!(outcome.verdict, Verdict::NotVerified { .. }))
        .map(|outcome| outcome.id.to_string())
        .collect();
    let expected = ["message_get/refusals-change-nothing/rest", "message_get/refusals-change-nothing/mcp"];
    assert_eq!(unverified, expected);
}
