use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Waker};

use futures_util::future::join_all;
use tokio::task::yield_now;

use super::*;
use crate::auth::Fingerprints;

/// A kept value after a fetch at that time, with how many fetches there have been.
async fn after(
    kept: &Kept<u64>,
    fetches: &Cell<u64>,
    now: u64,
    wanted: u64,
    answer: Option<u64>,
) -> Option<u64> {
    let fetch = || async {
        fetches.set(fetches.get() + 1);
        yield_now().await;
        answer
    };
    kept.get(now, |value| *value >= wanted, fetch).await.map(|value| *value)
}

#[tokio::test]
async fn is_fetched_when_it_is_old_or_does_not_do() {
    let (kept, fetches) = (Kept::new(100, 10), Cell::new(0));
    for (now, wanted, answer, expected, count) in [
        (0, 0, Some(1), Some(1), 1),
        (99, 1, Some(9), Some(1), 1),
        // Does not do.
        (99, 2, Some(2), Some(2), 2),
        // Does not do either, but one was fetched just now.
        (108, 3, Some(3), Some(2), 2),
        (109, 3, Some(3), Some(3), 3),
        // Old; the fetch fails, so the last good one stays, and it is not tried again at once.
        (209, 0, None, Some(3), 4),
        (218, 0, Some(9), Some(3), 4),
        (219, 0, Some(4), Some(4), 5),
    ] {
        assert_eq!(after(&kept, &fetches, now, wanted, answer).await, expected, "at {now}");
        assert_eq!(fetches.get(), count, "at {now}");
    }
}

#[tokio::test]
async fn nothing_is_nothing_until_a_fetch_works() {
    let (kept, fetches) = (Kept::new(100, 10), Cell::new(0));
    assert_eq!(after(&kept, &fetches, 0, 0, None).await, None);
    assert_eq!(after(&kept, &fetches, 9, 0, Some(1)).await, None);
    assert_eq!(after(&kept, &fetches, 10, 0, Some(1)).await, Some(1));
}

#[tokio::test]
async fn a_burst_fetches_once() {
    let (kept, fetches) = (Kept::new(100, 10), Cell::new(0));
    let all = join_all((0..50).map(|_| after(&kept, &fetches, 0, 0, Some(7)))).await;
    assert_eq!((all, fetches.get()), (vec![Some(7); 50], 1));
}

#[tokio::test]
async fn a_fetch_that_was_given_up_is_taken_over() {
    let kept = Kept::<u64>::new(100, 10);
    {
        let given_up = pin!(kept.get(0, |_| true, std::future::pending));
        assert!(given_up.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(after(&kept, &Cell::new(0), 0, 0, Some(7)).await, Some(7));
}

fn cache(capacity: usize) -> Cache<u64> {
    Cache::new(NonZeroUsize::new(capacity).unwrap())
}

fn key(name: &str) -> Fingerprint {
    Fingerprints::new([0; 64]).of(&[name.as_bytes()])
}

/// The value for a name, made as `fresh` and good until `until` unless there is one.
async fn cached(cache: &Cache<u64>, name: &str, now: u64, fresh: u64, until: u64) -> u64 {
    cache.get(key(name), now, || async { (fresh, until) }).await
}

#[tokio::test]
async fn a_value_is_good_until_its_time_or_until_it_is_forgotten() {
    let cache = cache(10);
    assert_eq!(cached(&cache, "a", 0, 1, 10).await, 1);
    assert_eq!(cached(&cache, "a", 9, 2, 99).await, 1);
    assert_eq!(cached(&cache, "b", 9, 3, 99).await, 3);
    assert_eq!(cached(&cache, "a", 10, 4, 99).await, 4);
    cache.forget(key("a"));
    assert_eq!(cached(&cache, "a", 10, 5, 99).await, 5);
}

#[tokio::test]
async fn the_one_not_used_for_longest_makes_room() {
    let cache = cache(2);
    for (name, fresh, expected) in
        [("a", 1, 1), ("b", 2, 2), ("a", 9, 1), ("c", 3, 3), ("a", 9, 1), ("b", 4, 4)]
    {
        assert_eq!(cached(&cache, name, 0, fresh, 99).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_burst_makes_it_once_even_if_it_is_good_for_no_time() {
    let (cache, made) = (cache(2), Cell::new(0));
    let make = || async {
        made.set(made.get() + 1);
        yield_now().await;
        (7, 0)
    };
    let all = join_all((0..50).map(|_| cache.get(key("a"), 0, make))).await;
    assert_eq!((all, made.get()), (vec![7; 50], 1));
}

#[tokio::test]
async fn a_value_can_move_where_others_do_not_drive_it_out() {
    let (from, to) = (cache(1), cache(1));
    assert_eq!(cached(&from, "a", 0, 1, 10).await, 1);
    from.give(key("a"), &to);
    assert_eq!((from.has(key("a")), to.has(key("a"))), (false, true));
    for name in ["b", "c"] {
        assert_eq!(cached(&from, name, 0, 2, 10).await, 2);
        // There is nothing to give twice.
        from.give(key("a"), &to);
    }
    assert_eq!(cached(&to, "a", 9, 3, 99).await, 1);
    assert_eq!(cached(&to, "a", 10, 3, 99).await, 3);
}
