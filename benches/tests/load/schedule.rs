//! When arrivals are due.

use std::time::Duration;

use benches::engine::{Arrivals, Schedule};

fn due(arrivals: Arrivals, rate: f64, seed: u64, count: usize) -> Vec<Duration> {
    Schedule::new(arrivals, rate, seed).take(count).collect()
}

#[test]
fn a_constant_rate_is_exact_and_does_not_drift() {
    let micros: Vec<u128> = due(Arrivals::Constant, 3.0, 0, 4).iter().map(Duration::as_micros).collect();
    assert_eq!(micros, [0, 333_333, 666_666, 1_000_000]);
    let late = Schedule::new(Arrivals::Constant, 3.0, 0).nth(3_000_000).unwrap();
    assert_eq!(late, Duration::from_secs(1_000_000));
    let in_a_second =
        |rate| Schedule::new(Arrivals::Constant, rate, 0).take_while(|due| due.as_secs() < 1).count();
    assert_eq!([0.5, 1.0, 49.0, 12_345.0].map(in_a_second), [1, 1, 49, 12_345]);
}

#[test]
fn random_arrivals_have_the_same_mean_and_are_independent() {
    let due = due(Arrivals::Poisson, 100.0, 7, 20_001);
    assert!(due.is_sorted());
    let gaps: Vec<f64> = due.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
    // Of exponential gaps the deviation is the mean.
    assert!((mean - 0.01).abs() < 0.0003 && (deviation - 0.01).abs() < 0.0005, "{mean} {deviation}");
}

#[test]
fn the_seed_decides_when_random_arrivals_come() {
    let of = |seed| due(Arrivals::Poisson, 100.0, seed, 10);
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
