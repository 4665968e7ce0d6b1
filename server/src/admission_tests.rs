use std::time::Duration;

use super::*;
use crate::auth::Fingerprints;

fn of(name: &str) -> Fingerprint {
    Fingerprints::new([0; 64]).of(&[name.as_bytes()])
}

#[tokio::test(start_paused = true)]
async fn a_burst_and_then_the_rate() {
    let limits = Limits { calls_per_minute: 60, burst: 3, ..Limits::default() };
    let admission = Admission::new(&limits, Metrics::default());
    let refused = |key: &str| admission.admit(of(key)).err();
    for _ in 0..3 {
        assert_eq!(refused("a"), None);
    }
    assert_eq!(refused("a"), Some(Refusal::TooOften(1)));
    assert_eq!(refused("b"), None);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!((refused("a"), refused("a")), (None, Some(Refusal::TooOften(1))));
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_long_enough() {
    let admission =
        Admission::new(&Limits { calls_per_minute: 4, burst: 1, ..Limits::default() }, Metrics::default());
    assert!(admission.admit(of("a")).is_ok());
    assert_eq!(admission.admit(of("a")).unwrap_err(), Refusal::TooOften(15));
    tokio::time::advance(Duration::from_secs(15)).await;
    assert!(admission.admit(of("a")).is_ok());
}

#[tokio::test]
async fn calls_at_once_are_bounded_per_caller_and_in_all() {
    let limits = Limits { calls: 3, calls_per_caller: 2, calls_per_minute: 0, ..Limits::default() };
    let admission = Admission::new(&limits, Metrics::default());
    let first = admission.admit(of("a")).unwrap();
    let _second = admission.admit(of("a")).unwrap();
    assert_eq!(admission.admit(of("a")).unwrap_err(), Refusal::TooManyAtOnce);
    let _third = admission.admit(of("b")).unwrap();
    assert_eq!(admission.admit(of("c")).unwrap_err(), Refusal::Busy);
    drop(first);
    assert!(admission.admit(of("a")).is_ok());
}

#[tokio::test]
async fn a_refused_call_takes_nothing_of_the_rate() {
    let limits = Limits { calls_per_caller: 1, calls_per_minute: 1, burst: 2, ..Limits::default() };
    let admission = Admission::new(&limits, Metrics::default());
    let first = admission.admit(of("a")).unwrap();
    for _ in 0..10 {
        assert_eq!(admission.admit(of("a")).unwrap_err(), Refusal::TooManyAtOnce);
    }
    drop(first);
    assert!(admission.admit(of("a")).is_ok());
}

#[tokio::test]
async fn only_so_many_callers_are_kept() {
    let admission = Admission::new(&Limits { callers: 100, ..Limits::default() }, Metrics::default());
    for key in 0..10_000 {
        assert!(admission.admit(of(&key.to_string())).is_ok());
    }
    assert_eq!(admission.callers.lock().unwrap().len(), 100);
}
