//! Two targets held against each other: what the pairs say, and the program on real ones.

use std::collections::BTreeMap;
use std::path::Path;

use benches::comparison::{Comparison, Interval, Measure, Pair, Run, Verdict, differences, figures};
use mock_api::{Fault, MockApi};
use serde_json::{Value, json};

use crate::program::Place;

/// A run that does `speed` times what others do.
fn run(speed: f64) -> Run {
    Run {
        calls: 1000,
        errors: BTreeMap::new(),
        throughput: 1000.0 * speed,
        p50_micros: 800.0 / speed,
        p99_micros: 5000.0 / speed,
        cpu_micros: Some(300.0 / speed),
    }
}

/// Pairs of which the new one does `speed` times what the base does, but for `noise`.
fn pairs(count: usize, speed: f64, noise: f64, seed: u64) -> Vec<Pair> {
    let mut random = fastrand::Rng::with_seed(seed);
    // The sum of twelve is as good as normal, of variance one.
    let mut jitter = || ((0..12).map(|_| random.f64()).sum::<f64>() - 6.0) * noise;
    (0..count)
        .map(|number| {
            let (base, new) = (run(jitter().exp()), run(speed * jitter().exp()));
            Pair { base_first: number % 2 == 0, base, new }
        })
        .collect()
}

fn verdicts(pairs: &[Pair]) -> Vec<Verdict> {
    figures(pairs, 0.1).into_iter().map(|figure| figure.verdict).collect()
}

#[test]
fn intervals_are_those_of_student() {
    let Interval { estimate, low, high } = Interval::of(&[0.1, 0.2, 0.3]).unwrap();
    assert!((estimate - 0.2).abs() < 1e-9 && (low + 0.048_44).abs() < 1e-4 && (high - 0.448_44).abs() < 1e-4);
    let many: Vec<f64> = (0..101).map(|number| f64::from(number % 2)).collect();
    let half = Interval::of(&many).unwrap().half();
    assert!((half - 0.0992).abs() < 1e-3, "{half}");
    assert_eq!((Interval::of(&[]), Interval::of(&[1.0])), (None, None));
}

#[test]
fn a_regression_that_is_real_is_found_in_every_figure() {
    for seed in 0..20 {
        assert_eq!(verdicts(&pairs(10, 0.8, 0.02, seed)), [Verdict::Worse; 4], "{seed}");
        assert_eq!(verdicts(&pairs(10, 1.25, 0.02, seed)), [Verdict::Better; 4], "{seed}");
        assert_eq!(verdicts(&pairs(10, 0.95, 0.005, seed)), [Verdict::Within; 4], "{seed}");
    }
}

#[test]
fn noise_is_told_as_noise_and_never_as_a_regression() {
    let mut excluded = 0;
    for seed in 0..2000 {
        let quiet = pairs(10, 1.0, 0.02, seed);
        let judged = verdicts(&quiet);
        assert!(
            !judged.contains(&Verdict::Worse) && !judged.contains(&Verdict::Unclear),
            "{seed}: {judged:?}"
        );
        let figure = &figures(&quiet, 0.1)[0];
        excluded += usize::from(figure.change_low > 0.0 || figure.change_high < 0.0);
    }
    // Of 95 % intervals five in a hundred miss the truth: an arithmetic that is wrong has others.
    assert!((70..=130).contains(&excluded), "{excluded} of 2000");
    assert_eq!(verdicts(&pairs(4, 1.0, 0.5, 1)), [Verdict::Unclear; 4]);
}

#[test]
fn a_figure_that_not_every_run_has_is_left_out() {
    let mut some = pairs(3, 1.0, 0.01, 0);
    some[1].new.cpu_micros = None;
    let measures: Vec<Measure> = figures(&some, 0.1).iter().map(|figure| figure.measure).collect();
    assert_eq!(measures, [Measure::Throughput, Measure::P50, Measure::P99]);
    assert!(figures(&some[..1], 0.1).is_empty());
}

#[test]
fn failures_that_only_one_has_are_told() {
    let mut some = pairs(2, 1.0, 0.01, 0);
    some[0].base.errors.insert("SERVER_BUSY".to_owned(), 1);
    some[1].new.errors.insert("SERVER_BUSY".to_owned(), 9);
    assert!(differences(&some).is_empty());
    some[1].new.errors.insert("TIMEOUT".to_owned(), 1);
    assert_eq!(differences(&some), ["only NEW failed with TIMEOUT"]);
    some[1].new.throughput = 0.0;
    assert_eq!(differences(&some), ["only NEW failed with TIMEOUT", "in a run of NEW no call succeeded"]);
}

const SHORT: [&str; 6] = ["--duration", "100ms", "--warm-up", "10ms", "--report", "json=compared.json"];

/// Compares two in a few short pairs: exit code, what was found, standard output and error.
async fn compare(base: &str, new: &str, more: &[&str]) -> (i32, Comparison, String) {
    let place = Place::new();
    let (code, out, error) = place.run(&[&["compare", base, new][..], &SHORT, more].concat()).await;
    let text = std::fs::read_to_string(place.path().join("compared.json")).unwrap_or_default();
    assert!(!text.is_empty(), "{out}{error}");
    let schema: Value = serde_json::from_str(include_str!("../../comparison.schema.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let wrong: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|wrong| wrong.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    (code, serde_json::from_value(json).unwrap(), out + &error)
}

/// No time is asserted: what it found decides how it ends, whatever it found.
#[tokio::test]
async fn a_build_is_compared_with_itself() {
    let programs =
        Path::new(env!("CARGO_BIN_EXE_pilot-status-load")).parent().unwrap().to_str().unwrap().to_owned();
    for transport in ["rest", "mcp"] {
        let (code, found, told) =
            compare(&programs, &programs, &["--pairs", "3", "--transport", transport]).await;
        assert_eq!(code, i32::from(found.fails()), "{told}");
        assert_eq!(found.pairs.iter().map(|pair| pair.base_first).collect::<Vec<_>>(), [true, false, true]);
        assert!(found.differences.is_empty() && found.figures.len() >= 3, "{told}");
        let runs = found.pairs.iter().flat_map(|pair| [&pair.base, &pair.new]);
        assert!(runs.clone().all(|run| run.calls > 0 && run.errors.is_empty()));
        assert!(!cfg!(target_os = "linux") || runs.clone().all(|run| run.cpu_micros.is_some()));
        assert!(told.contains("pair 3 of 3") && told.contains(&programs), "{told}");
        assert_eq!(found.base.targets.len(), if transport == "rest" { 1 } else { 2 });
    }
}

async fn mock_with(fault: Option<Fault>) -> MockApi {
    let mock = MockApi::builder().journal(0).start().await.unwrap();
    if let Some(fault) = fault {
        mock.put_fault("slow", fault).unwrap();
    }
    mock
}

#[tokio::test]
async fn what_is_slower_by_far_is_found() {
    let slow = serde_json::from_value(json!({ "delay": { "ms": 30 } })).unwrap();
    let (base, new) = (mock_with(None).await, mock_with(Some(slow)).await);
    let (base, new) = (base.url(), new.url());
    let (code, found, told) = compare(&base, &new, &["--pairs", "4"]).await;
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("NEW is worse than BASE"), "{told}");
    let throughput = &found.figures[0];
    assert_eq!((throughput.measure, throughput.verdict), (Measure::Throughput, Verdict::Worse));
    let (code, found, told) = compare(&new, &base, &["--pairs", "4"]).await;
    assert_eq!((code, found.figures[0].verdict), (0, Verdict::Better), "{told}");
}

#[tokio::test]
async fn what_fails_is_not_compared_by_its_speed() {
    let broken = serde_json::from_value(json!({ "status": 503, "probability": 0.5 })).unwrap();
    let (base, new) = (mock_with(None).await, mock_with(None).await);
    let (base_url, new_url) = (base.url(), new.url());
    // Without a set-up, which must not fail.
    let scenario = "version: 1\ncredentials: { meta: { env: NO_SUCH_KEY, demo: ps_demo_meta } }\nmix: [{ share: 1, calls: [{ tool: conversations_list, arguments: {} }] }]";
    let place = Place::new();
    place.write("mine.yaml", scenario);
    new.put_fault("broken", broken).unwrap();
    let scenario = place.path().join("mine.yaml").display().to_string();
    let (code, found, told) = compare(&base_url, &new_url, &["--pairs", "2", "--scenario", &scenario]).await;
    assert_eq!((code, found.differences.len()), (1, 1), "{told}");
    assert!(found.differences[0].starts_with("only NEW failed with "), "{told}");
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let mock = mock_with(None).await;
    let (place, url) = (Place::new(), mock.url());
    for (arguments, code, reason) in [
        (vec!["/no/such/directory", &url], 2, "neither a directory of programs"),
        (vec!["ftp://127.0.0.1", &url], 2, "https:// or http://"),
        (vec![&url, "http://user:word@127.0.0.1"], 2, "without user"),
        (vec![&url, "http://192.0.2.1"], 2, "--insecure-http"),
        (vec![&url, &url, "--pairs", "1"], 2, "--pairs"),
        (vec![&url, &url, "--max-regression", "0%"], 2, "--max-regression"),
        (vec![&url, &url, "--report", "html=a.html"], 2, "json=FILE"),
        (vec![&url, "."], 3, "pilot-status-mock is missing"),
        (vec![&url, "http://127.0.0.1:1"], 3, "cannot be reached"),
    ] {
        let (found, _, error) = place.run(&[&["compare"][..], &arguments].concat()).await;
        assert_eq!(found, code, "{arguments:?}: {error}");
        assert!(error.contains(reason) && !error.contains("word@"), "{arguments:?}: {error}");
    }
}
