//! Arrivals begin when they are due, whatever the target does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use benches::engine::{Driver, Tick, drive};
use benches::targets::{Answer, Call, Target};
use serde_json::Value;
use tokio::time::advance;

use crate::fake::{Fake, ONE_CALL, driver, millis, plan, run};

#[tokio::test(start_paused = true)]
async fn a_stall_shows_in_the_latency_of_all_that_were_due_while_it_lasted() {
    let stalling = Fake::one_by_one(|number| (millis(if number == 100 { 2000 } else { 1 }), Ok(())));
    let phase = run(&driver(), &stalling, ONE_CALL, 100.0).await;
    assert_eq!((phase.total.count, phase.arrivals.dropped), (1000, 0));
    // A client that waits for answers would have seen one slow call. Here 200 arrivals were due in those two seconds, and those of the first half waited for
    // one second or more.
    let latencies = phase.total.latency_histogram.histogram();
    let slow = latencies.count_between(1_000_000, 2_000_000);
    assert!((100..=115).contains(&slow), "{slow}");
    assert!(phase.total.latency_micros.p90 > 1_000_000, "{:?}", phase.total.latency_micros);
    assert!(phase.total.latency_micros.p50 < 5_000, "{:?}", phase.total.latency_micros);
    // And it shows when: the stall begins after one second.
    let p50 = |second: usize| phase.slices[second].tools["message_get"].latency_micros.p50;
    assert!(p50(0) < 5_000 && p50(1) > 1_000_000 && p50(9) < 5_000);
}

#[tokio::test(start_paused = true)]
async fn latency_counts_from_when_a_call_was_due_and_service_time_from_when_it_was_made() {
    // The paused clock moves by whole milliseconds, so that arrivals begin up to one after they were due.
    let instant = Fake::new(|_| (Duration::ZERO, Ok(())));
    let phase = run(&driver(), &instant, ONE_CALL, 300.0).await;
    assert_eq!((phase.total.count, phase.total.service_micros.max), (3000, 1));
    let latency = phase.total.latency_micros;
    assert!((600..1_000).contains(&latency.max) && latency.p50 > 300, "{latency:?}");
}

/// Takes the only core away from everybody, once.
struct Hog(AtomicBool);

impl Target for Hog {
    async fn call(&self, _: Call<'_>) -> Answer {
        if !self.0.swap(true, Ordering::Relaxed) {
            advance(millis(55)).await;
        }
        Ok(Value::Null)
    }
}

#[tokio::test(start_paused = true)]
async fn arrivals_that_begin_late_are_counted_as_such_and_their_wait_with_them() {
    let hog = Arc::new(Hog(AtomicBool::new(false)));
    let phase = drive(&driver(), (&hog, &plan(ONE_CALL, Default::default())), 100.0, &mut |_| {}).await;
    // Those that were due at 10, 20, 30 and 40 of the 55 ms.
    assert_eq!((phase.arrivals.due, phase.arrivals.late, phase.arrivals.dropped), (1000, 4, 0));
    let waited = phase.total.latency_histogram.histogram().count_between(14_000, 46_000);
    assert_eq!((waited, phase.total.service_micros.p99), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn arrivals_without_room_are_dropped_and_counted() {
    let slow = Fake::new(|_| (Duration::from_secs(20), Ok(())));
    let driver = Driver { max_in_flight: 5, ..driver() };
    let phase = run(&driver, &slow, ONE_CALL, 10.0).await;
    assert_eq!((phase.arrivals.due, phase.arrivals.dropped, phase.total.count), (100, 95, 5));
    assert_eq!(slow.made().len(), 5);
    assert_eq!(phase.slices.iter().map(|slice| slice.dropped).sum::<u64>(), 95);
    assert!(phase.slices.iter().all(|slice| (slice.due, slice.ended) == (10, 0)), "{:?}", phase.slices);
}

#[tokio::test(start_paused = true)]
async fn room_is_free_again_when_an_arrival_has_ended() {
    let target = Fake::new(|_| (millis(950), Ok(())));
    let driver = Driver { max_in_flight: 1, ..driver() };
    let phase = run(&driver, &target, ONE_CALL, 2.0).await;
    assert_eq!((phase.arrivals.due, phase.arrivals.dropped, phase.total.count), (20, 10, 10));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_answered_in_time_gives_up() {
    let silent = Fake::new(|number| (Duration::from_secs(if number < 3 { 3600 } else { 0 }), Ok(())));
    let driver = Driver { timeout: Duration::from_secs(2), ..driver() };
    let phase = run(&driver, &silent, ONE_CALL, 1.0).await;
    assert_eq!((phase.total.count, phase.total.errors["TIMEOUT"]), (10, 3));
    assert!(phase.total.latency_micros.max >= 2_000_000, "{:?}", phase.total.latency_micros);
}

#[tokio::test(start_paused = true)]
async fn the_warm_up_is_not_measured() {
    // What comes in the warm-up fails, and ends within it.
    let target = Fake::new(|number| (millis(1), if number < 20 { Err("COLD") } else { Ok(()) }));
    let driver = Driver { warm_up: Duration::from_secs(2), duration: Duration::from_secs(3), ..driver() };
    let phase = run(&driver, &target, ONE_CALL, 10.0).await;
    assert_eq!((phase.arrivals.due, phase.total.count, phase.total.failed()), (30, 30, 0));
    assert_eq!((phase.start_seconds, phase.seconds, phase.slices.len()), (2.0, 3.0, 3));
    assert_eq!(target.made().len(), 50);
}

#[tokio::test(start_paused = true)]
async fn throughput_is_what_ended_well_while_it_was_measured() {
    let failing = Fake::new(|number| (millis(10), if number % 4 == 0 { Err("NO") } else { Ok(()) }));
    let phase = run(&driver(), &failing, ONE_CALL, 100.0).await;
    assert_eq!((phase.total.errors["NO"], phase.tools["message_get"].errors["NO"]), (250, 250));
    assert!((74.0..=75.0).contains(&phase.total.throughput), "{}", phase.total.throughput);
    assert!((99.0..=100.0).contains(&phase.arrivals.ended_per_second), "{:?}", phase.arrivals);
    assert!(phase.slices.iter().all(|slice| (99..=101).contains(&slice.ended)), "{:?}", phase.slices);
    // One that serves fewer than come does not seem faster for what it serves afterwards.
    let slow = Fake::one_by_one(|_| (millis(20), Ok(())));
    let phase = run(&driver(), &slow, ONE_CALL, 100.0).await;
    assert_eq!(phase.total.count, 1000);
    assert!((49.0..=50.0).contains(&phase.total.throughput), "{}", phase.total.throughput);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_ended_early_tells_of_the_time_that_it_had() {
    let target = Fake::new(|_| (Duration::from_secs(1000), Ok(())));
    let driver = Driver { timeout: Duration::from_secs(3600), ..driver() };
    let (stop, begin) = (driver.stop.clone(), tokio::time::Instant::now());
    tokio::spawn(async move {
        tokio::time::sleep(millis(4500)).await;
        stop.cancel();
    });
    let phase = run(&driver, &target, ONE_CALL, 10.0).await;
    assert_eq!((phase.arrivals.due, phase.total.count), (45, 0));
    assert!((4.5..4.6).contains(&phase.seconds), "{}", phase.seconds);
    // It does not wait for what is under way.
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn it_is_told_every_second_how_it_is_getting_on() {
    let target = Fake::new(|number| (millis(100), if number == 12 { Err("NO") } else { Ok(()) }));
    let mut ticks: Vec<Tick> = Vec::new();
    drive(&driver(), (&target, &plan(ONE_CALL, Default::default())), 10.0, &mut |tick| ticks.push(*tick))
        .await;
    assert_eq!((ticks.len(), ticks[1].ended, ticks[1].failed, ticks[2].failed), (10, 10, 1, 0));
    assert_eq!((ticks[3].elapsed, ticks[3].length), (Duration::from_secs(4), Duration::from_secs(10)));
    assert!(ticks[3].p99 >= 99_000 && ticks[3].in_flight <= 2, "{:?}", ticks[3]);
}
