use std::time::Duration;

use super::*;
use crate::Key;
use crate::auth::Fingerprints;

/// The holder of the key of that name.
fn of(name: &str) -> Caller {
    let fingerprint = Fingerprints::new([0; 64]).of(&[name.as_bytes()]);
    Caller::Key { key: Key::parse(name).unwrap(), fingerprint }
}

fn admission(limits: Limits) -> Admission {
    Admission::new(&limits, Metrics::default())
}

/// With callers of these names, whose keys the API has accepted.
fn with_verified(limits: Limits, names: &[&str]) -> Admission {
    let admission = admission(limits);
    for name in names {
        assert!(admission.admit(&of(name)).is_ok());
        admission.accept(&of(name));
    }
    admission
}

fn kept(admission: &Admission) -> (usize, usize) {
    let books = admission.books();
    (books.verified.len(), books.unverified.len())
}

#[tokio::test(start_paused = true)]
async fn a_burst_and_then_the_rate() {
    let limits = Limits { calls_per_minute: 60, burst: 3, ..Limits::default() };
    let admission = admission(limits);
    let refused = |key: &str| admission.admit(&of(key)).err();
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
    let admission = admission(Limits { calls_per_minute: 4, burst: 1, ..Limits::default() });
    assert!(admission.admit(&of("a")).is_ok());
    assert_eq!(admission.admit(&of("a")).unwrap_err(), Refusal::TooOften(15));
    tokio::time::advance(Duration::from_secs(15)).await;
    assert!(admission.admit(&of("a")).is_ok());
}

#[tokio::test]
async fn calls_at_once_are_bounded_per_caller_and_in_all() {
    let limits = Limits { calls: 3, calls_per_caller: 2, calls_per_minute: 0, ..Limits::default() };
    let admission = with_verified(limits, &["a", "b", "c"]);
    let first = admission.admit(&of("a")).unwrap();
    let _second = admission.admit(&of("a")).unwrap();
    assert_eq!(admission.admit(&of("a")).unwrap_err(), Refusal::TooManyAtOnce);
    let _third = admission.admit(&of("b")).unwrap();
    assert_eq!(admission.admit(&of("c")).unwrap_err(), Refusal::Busy);
    drop(first);
    assert!(admission.admit(&of("a")).is_ok());
}

#[tokio::test]
async fn a_refused_call_takes_nothing_of_the_rate() {
    let limits = Limits { calls_per_caller: 1, calls_per_minute: 1, burst: 2, ..Limits::default() };
    let admission = admission(limits);
    let first = admission.admit(&of("a")).unwrap();
    for _ in 0..10 {
        assert_eq!(admission.admit(&of("a")).unwrap_err(), Refusal::TooManyAtOnce);
    }
    drop(first);
    assert!(admission.admit(&of("a")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn only_so_many_callers_are_kept() {
    let limits = Limits { callers: 100, calls_per_minute: 60, ..Limits::plain() };
    let admission = with_verified(limits, &["good"]);
    for key in 0..10_000 {
        // Long enough for the oldest to have all of its burst again.
        tokio::time::advance(Duration::from_millis(20)).await;
        assert!(admission.admit(&of(&key.to_string())).is_ok(), "{key}");
    }
    assert_eq!(kept(&admission), (1, 100));
    let Books { verified, unverified } = &mut *admission.books();
    assert!(verified.has(of("good").fingerprint()) && unverified.has(of("9999").fingerprint()));
}

#[tokio::test(start_paused = true)]
async fn who_owes_or_calls_is_not_forgotten_for_another() {
    let limits =
        Limits { callers: 2, calls_per_caller: 1, calls_per_minute: 60, burst: 1, ..Limits::plain() };
    let admission = admission(limits);
    let calling = admission.admit(&of("calling")).unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(admission.admit(&of("owing")).is_ok());
    for key in 0..100 {
        assert_eq!(admission.admit(&of(&key.to_string())).unwrap_err(), Refusal::Unverified(1));
    }
    assert_eq!(admission.admit(&of("calling")).unwrap_err(), Refusal::TooManyAtOnce);
    assert_eq!(admission.admit(&of("owing")).unwrap_err(), Refusal::TooOften(1));
    // Whoever is at rest makes room, wherever in the line.
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(admission.admit(&of("new")).is_ok());
    assert_eq!(admission.admit(&of("calling")).unwrap_err(), Refusal::TooManyAtOnce);
    drop(calling);
    assert!(admission.admit(&of("newer")).is_ok());
    assert_eq!(kept(&admission), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn verified_callers_too_are_bounded_and_keep_what_they_owe() {
    let limits = Limits { callers: 1, calls_per_minute: 60, burst: 2, ..Limits::plain() };
    let admission = with_verified(limits, &["a"]);
    // It moved with what it owed.
    assert!(admission.admit(&of("a")).is_ok());
    assert_eq!(admission.admit(&of("a")).unwrap_err(), Refusal::TooOften(1));
    // There is no room for another among the verified yet, and it goes on as it is.
    assert!(admission.admit(&of("b")).is_ok());
    admission.accept(&of("b"));
    assert_eq!(kept(&admission), (1, 1));
    tokio::time::advance(Duration::from_secs(2)).await;
    admission.accept(&of("b"));
    assert_eq!(kept(&admission), (1, 0));
    assert!(admission.books().verified.has(of("b").fingerprint()));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_keys_is_not_noticed_by_who_is_known_and_lets_newcomers_in() {
    let limits =
        Limits { calls: 8, calls_per_caller: 2, unverified_calls_per_minute: 120, ..Limits::plain() };
    let admission = with_verified(limits, &["known"]);
    tokio::time::advance(Duration::from_secs(1)).await;
    let mut under_way = Vec::new();
    let mut refused = 0;
    for key in 0..1000 {
        match admission.admit(&of(&key.to_string())) {
            Ok(admitted) => under_way.push(admitted),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::Unverified(1));
                refused += 1;
            }
        }
        assert!(admission.admit(&of("known")).is_ok());
    }
    assert_eq!((under_way.len(), refused, kept(&admission)), (2, 998, (1, 2)));
    let told = admission.metrics.to_text();
    assert!(told.contains("pilot_status_mcp_refusals_total{reason=\"unverified\"} 998\n"), "{told}");
    // The budget is the same for all of them: the next to ask gets what comes free.
    tokio::time::advance(Duration::from_millis(500)).await;
    assert!(admission.admit(&of("newcomer")).is_ok());
    admission.accept(&of("newcomer"));
    for _ in 0..10 {
        assert_eq!(admission.admit(&of("another")).unwrap_err(), Refusal::Unverified(1));
        assert!(admission.admit(&of("newcomer")).is_ok());
    }
}

#[tokio::test]
async fn keys_that_are_not_verified_have_half_of_the_calls() {
    let limits = Limits { calls: 5, ..Limits::plain() };
    let admission = with_verified(limits, &["known"]);
    let admit = |key: &str| admission.admit(&of(key));
    let strangers = [admit("a").unwrap(), admit("b").unwrap(), admit("c").unwrap()];
    assert_eq!(admit("d").unwrap_err(), Refusal::Unverified(1));
    let _known = [admit("known").unwrap(), admit("known").unwrap()];
    assert_eq!(admit("known").unwrap_err(), Refusal::Busy);
    drop(strangers);
    assert!(admit("d").is_ok());
}
