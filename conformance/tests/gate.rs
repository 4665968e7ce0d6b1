//! The whole gate in process, with fewer cases than on the command line.

use conformance::{Options, Suite};

#[test]
fn every_check_holds() {
    let mut lines = 0;
    let suite = Suite::new(Options { cases: 6, ..Options::default() }).unwrap();
    let report = suite.run(&mut |_, _| lines += 1).unwrap();
    assert!(report.passed(), "{report}");
    assert_eq!(lines, 54);
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
