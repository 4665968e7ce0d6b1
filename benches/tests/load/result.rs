//! What is written of a run, and read again.

use benches::engine::Driver;
use benches::report::{Format, Terminal};
use benches::result::{
    self, Hdr, Kind, Machine, Options, Phase, ProcessSamples, Program, RunResult, Sample, ScenarioId,
    TargetInfo,
};
use benches::scenario::Transport;
use serde_json::Value;
use std::time::Duration;

use crate::fake::{Fake, ONE_CALL, driver, millis, run};

pub(crate) async fn phase() -> Phase {
    let target =
        Fake::new(|number| (millis(number as u64 % 50), if number % 10 == 0 { Err("NO") } else { Ok(()) }));
    run(&Driver { max_in_flight: 3, ..driver() }, &target, ONE_CALL, 100.0).await
}

pub(crate) fn whole(phases: Vec<Phase>, kind: Kind) -> RunResult {
    let text = str::to_owned;
    let sample = |at_seconds| Sample { at_seconds, resident_bytes: 40 << 20, descriptors: 12 };
    RunResult {
        version: result::VERSION,
        kind,
        started: "2026-06-20T10:00:00Z".parse().unwrap(),
        interrupted: false,
        program: Program { name: text("pilot-status-load"), version: text("0.1.0"), build: text("release") },
        machine: Machine::this(),
        scenario: ScenarioId { name: text("reads"), digest: "0".repeat(64) },
        options: Options {
            transport: Transport::Stdio,
            revision: Some(benches::Revision::Legacy),
            arrivals: benches::engine::Arrivals::Poisson,
            seed: u64::MAX,
            warm_up_seconds: 0.5,
            duration_seconds: 10.0,
            max_in_flight: 3,
            timeout_seconds: 30.0,
            stdio_processes: Some(2),
        },
        targets: vec![TargetInfo { role: text("api"), address: text("http://127.0.0.1:4010"), own: true }],
        phases,
        highest_held: (kind == Kind::Ramp).then_some(90.0),
        processes: vec![ProcessSamples {
            name: text("mock"),
            pid: 1,
            samples: (0..4).map(|at| sample(60.0 * f64::from(at))).collect(),
            growth: benches::watch::growth(
                &(0..4).map(|at| sample(60.0 * f64::from(at))).collect::<Vec<_>>(),
                0.0,
            ),
        }],
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_written_is_read_again() {
    let written = whole(vec![phase().await], Kind::Soak);
    assert!(written.phases[0].arrivals.dropped > 0 && written.phases[0].total.failed() > 0);
    let text = Format::Json.render(&written).unwrap();
    assert_eq!(RunResult::parse(&text).unwrap(), written);
}

#[tokio::test(start_paused = true)]
async fn the_schema_describes_what_is_written() {
    let schema: Value = serde_json::from_str(include_str!("../../result.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut saturated = phase().await;
    saturated.saturated = vec!["why".to_owned()];
    for result in [
        whole(vec![phase().await], Kind::Run),
        whole(vec![phase().await, saturated], Kind::Ramp),
        whole(vec![], Kind::Soak),
    ] {
        let mut value = serde_json::to_value(&result).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        // It knows every field, or it would not notice what is new.
        value["surprise"] = true.into();
        assert!(!validator.is_valid(&value));
        value.as_object_mut().unwrap().remove("surprise");
        value.as_object_mut().unwrap().remove("phases");
        assert!(!validator.is_valid(&value));
    }
}

#[test]
fn what_is_no_result_is_refused() {
    let mut value = serde_json::to_value(whole(vec![], Kind::Run)).unwrap();
    value["version"] = 2.into();
    assert_eq!(
        RunResult::parse(&value.to_string()).unwrap_err().to_string(),
        "a result of version 2; this program reads version 1"
    );
    for text in ["", "{}", "[]", "null", r#"{"version": 1}"#] {
        let told = RunResult::parse(text).unwrap_err().to_string();
        assert!(told.starts_with("no result of pilot-status-load: "), "{text}: {told}");
    }
}

fn of_millis(millis: impl IntoIterator<Item = u64>) -> Hdr {
    let mut histogram = Hdr::new();
    millis.into_iter().for_each(|time| histogram.record(Duration::from_millis(time)));
    histogram
}

#[test]
fn histograms_are_exact_to_three_figures_and_can_be_merged() {
    let mut one = of_millis(1..=500);
    let percentiles = of_millis(1..=1000).percentiles();
    for (told, wanted) in [
        (percentiles.p50, 500_000),
        (percentiles.p99, 990_000),
        (percentiles.max, 1_000_000),
        (percentiles.min, 1_000),
    ] {
        assert!((told as f64 / f64::from(wanted) - 1.0).abs() < 0.001, "{percentiles:?}");
    }
    let written = serde_json::to_string(&of_millis(501..=1000)).unwrap();
    one.add(&serde_json::from_str(&written).unwrap());
    assert_eq!((one.count(), one.percentiles()), (1000, percentiles));
}

#[test]
fn histograms_take_any_time() {
    let mut histogram = Hdr::coarse();
    for time in [Duration::ZERO, Duration::from_secs(7200), Duration::MAX] {
        histogram.record(time);
    }
    assert_eq!((histogram.count(), histogram.percentiles().min), (3, 1));
    let hour = histogram.percentiles().max as f64;
    assert!((hour / 3.6e9 - 1.0).abs() < 0.01, "{hour}");
    assert_eq!(Hdr::new().percentiles().p99, 0);
}

#[test]
fn what_is_no_histogram_is_refused() {
    let mut written = serde_json::to_string(&of_millis(1..=10)).unwrap();
    written.truncate(written.len() - 9);
    for text in ["\"\"", "\"!\"", "\"aGVsbG8=\"", "7", &format!("{written}\"")] {
        assert!(serde_json::from_str::<Hdr>(text).is_err(), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_tells_what_was_dropped_and_what_failed() {
    let shown = |result: &RunResult| Terminal(result).to_string();
    let phase = phase().await;
    let (dropped, failed) = (phase.arrivals.dropped, phase.total.failed());
    let run = shown(&whole(vec![phase.clone()], Kind::Run));
    assert!(run.contains(&format!("DROPPED at 100/s: {dropped} of 1000 arrivals")), "{run}");
    assert!(run.contains(&format!("{failed} × message_get: NO")) && run.contains("message_get"), "{run}");
    let mut saturated = Phase { rate: 135.0, ..phase.clone() };
    saturated.saturated = vec!["too slow".to_owned()];
    let ramp = shown(&whole(vec![phase, saturated], Kind::Ramp));
    assert!(ramp.contains("did not hold: too slow") && ramp.contains("90/s held"), "{ramp}");
    assert!(shown(&RunResult { highest_held: None, ..whole(vec![], Kind::Ramp) }).contains("no rate held"));
}
