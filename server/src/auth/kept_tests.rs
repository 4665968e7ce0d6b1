use std::cell::Cell;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::task::yield_now;

use super::*;
use crate::auth::Fingerprints;

/// A kept value at that time, with how many fetches there have been once none is under way.
async fn after(
    kept: &Kept<u64>,
    fetches: &Arc<AtomicU64>,
    now: u64,
    wanted: u64,
    answer: Option<u64>,
) -> (Option<u64>, u64) {
    let counted = fetches.clone();
    let fetch = || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        yield_now().await;
        answer
    };
    let value = kept.get(now, |value| *value >= wanted, fetch).await.map(|value| *value);
    let under_way = lock(&kept.state).fetch.clone();
    under_way.unwrap().cancelled().await;
    (value, fetches.load(Ordering::SeqCst))
}

#[tokio::test]
async fn is_fetched_when_it_is_old_or_does_not_do() {
    let (kept, fetches) = (Kept::new(100, 10), Arc::default());
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
        // Still the old one, which nobody waits to have renewed; then the new one.
        (219, 0, Some(4), Some(3), 5),
        (220, 0, None, Some(4), 5),
        // Too old to be used at all.
        (219 + 100 + MOST_OVERDUE, 0, None, None, 6),
        (219 + 110 + MOST_OVERDUE, 0, Some(5), Some(5), 7),
    ] {
        assert_eq!(after(&kept, &fetches, now, wanted, answer).await, (expected, count), "at {now}");
    }
}

#[tokio::test]
async fn nothing_is_nothing_until_a_fetch_works() {
    let (kept, fetches) = (Kept::new(100, 10), Arc::default());
    assert_eq!(after(&kept, &fetches, 0, 0, None).await, (None, 1));
    assert_eq!(after(&kept, &fetches, 9, 0, Some(1)).await, (None, 1));
    assert_eq!(after(&kept, &fetches, 10, 0, Some(1)).await, (Some(1), 2));
}

#[tokio::test]
async fn a_burst_fetches_once() {
    let (kept, fetches) = (Kept::new(100, 10), Arc::default());
    let all = join_all((0..50).map(|_| after(&kept, &fetches, 0, 0, Some(7)))).await;
    assert_eq!(all, vec![(Some(7), 1); 50]);
}

#[tokio::test]
async fn who_leaves_makes_nobody_fetch_again() {
    let (kept, fetches) = (Kept::new(100, 10), Arc::default());
    {
        let left = pin!(after(&kept, &fetches, 0, 0, Some(7)));
        assert!(left.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(after(&kept, &fetches, 0, 0, Some(8)).await, (Some(7), 1));
}

#[tokio::test]
async fn nobody_waits_for_what_is_only_old() {
    let (kept, fetches) = (Kept::new(100, 10), Arc::default());
    assert_eq!(after(&kept, &fetches, 0, 0, Some(1)).await, (Some(1), 1));
    let renewed = kept.get(100, |_| true, std::future::pending);
    assert_eq!(renewed.now_or_never(), Some(Some(Arc::new(1))));
    // Whom it does not do waits for the same fetch.
    assert_eq!(kept.get(100, |value| *value > 1, std::future::pending).now_or_never(), None);
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
