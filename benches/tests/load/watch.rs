//! Growth by the hour.

use benches::result::Sample;
use benches::watch::growth;

fn samples(resident: impl Fn(u64) -> u64) -> Vec<Sample> {
    let sample = |minute: u64| Sample {
        at_seconds: 60.0 * minute as f64,
        resident_bytes: resident(minute),
        descriptors: 10 + minute / 30,
    };
    (0..=60).map(sample).collect()
}

#[test]
fn growth_is_the_slope_of_all_samples_after_the_warm_up() {
    let steady = growth(&samples(|minute| 1_000_000 + 100 * minute), 0.0).unwrap();
    assert!((steady.resident_bytes_per_hour - 6_000.0).abs() < 1e-3, "{steady:?}");
    assert!((1.0..4.0).contains(&steady.descriptors_per_hour), "{steady:?}");
    // What is taken in the warm-up and then kept does not grow.
    let filled = samples(|minute| if minute < 10 { minute * 1_000_000 } else { 50_000_000 });
    assert!(growth(&filled, 0.0).unwrap().resident_bytes_per_hour > 1e6);
    assert!(growth(&filled, 600.0).unwrap().resident_bytes_per_hour.abs() < 1e-3);
}

#[test]
fn two_samples_are_no_trend() {
    let samples = samples(|minute| minute);
    assert!(growth(&samples[..2], 0.0).is_none());
    assert!(growth(&samples, 3590.0).is_none());
}
