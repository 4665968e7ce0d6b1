//! On a clock that stands still unless everybody waits: pauses and deadlines are exact, and nothing takes time.

use std::cell::{Cell, RefCell};
use std::future::pending;

use super::*;

const LIMIT: Duration = Duration::from_secs(30);

fn reply(status: u16, retry_after: Option<u64>) -> Attempt {
    let status = StatusCode::from_u16(status).unwrap();
    Ok(Reply { status, retry_after, body: "{}".into(), room: Default::default() })
}

/// The same once more.
fn again(attempt: &Attempt) -> Attempt {
    match attempt {
        Ok(it) => reply(it.status.as_u16(), it.retry_after),
        Err(error) => Err(*error),
    }
}

fn limits() -> Limits {
    Limits { retries: 3, retry_seed: Some(7), ..Limits::default() }
}

/// An API that gives these answers one after the other, and when each was asked for.
struct Script {
    answers: RefCell<Vec<Attempt>>,
    asked: RefCell<Vec<Duration>>,
    start: Instant,
}

impl Script {
    fn new(mut answers: Vec<Attempt>) -> Self {
        answers.reverse();
        Self { answers: RefCell::new(answers), asked: RefCell::default(), start: Instant::now() }
    }

    async fn run(&self, attempts: &Attempts, repeatable: bool, limit: Duration) -> Attempt {
        attempts
            .run(repeatable, limit, async || {
                self.asked.borrow_mut().push(self.start.elapsed());
                self.answers.borrow_mut().pop().unwrap()
            })
            .await
    }

    fn asked(&self) -> usize {
        self.asked.borrow().len()
    }

    /// The pauses between attempts.
    fn pauses(&self) -> Vec<Duration> {
        self.asked.borrow().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

/// How often an API that first answers this, and then well, is asked.
async fn asked_after(first: Attempt, repeatable: bool) -> usize {
    let script = Script::new(vec![first, reply(200, None)]);
    _ = script.run(&Attempts::new(&limits(), LIMIT, Metrics::default()), repeatable, LIMIT).await;
    script.asked()
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for first in [
        Err(UpstreamError::Unreachable),
        Err(UpstreamError::Truncated),
        reply(502, None),
        reply(503, None),
        reply(504, None),
        reply(429, Some(1)),
    ] {
        assert_eq!(asked_after(again(&first), true).await, 2, "{first:?}");
        assert_eq!(asked_after(again(&first), false).await, 1, "{first:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_tried_again() {
    for first in [
        reply(200, None),
        reply(302, None),
        reply(400, Some(1)),
        reply(404, None),
        reply(429, None),
        reply(500, None),
        reply(501, None),
        Err(UpstreamError::Timeout),
        Err(UpstreamError::TooLong),
        Err(UpstreamError::NoRoom),
        Err(UpstreamError::Dropped),
    ] {
        assert_eq!(asked_after(again(&first), true).await, 1, "{first:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_the_last_answer_counts() {
    let script = Script::new(vec![
        reply(503, None),
        reply(503, None),
        Err(UpstreamError::Unreachable),
        reply(504, None),
    ]);
    let answer = script.run(&Attempts::new(&limits(), LIMIT, Metrics::default()), true, LIMIT).await;
    assert_eq!(answer.unwrap().status, 504);
    assert_eq!(script.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_a_bound_and_a_seed_repeats_them() {
    let pauses = async |seed| {
        let limits = Limits {
            retries: 6,
            retry_pause: Duration::from_secs(1),
            retry_pause_max: Duration::from_secs(8),
            retry_seed: Some(seed),
            ..Limits::default()
        };
        let script = Script::new((0..7).map(|_| reply(503, None)).collect());
        _ = script
            .run(&Attempts::new(&limits, LIMIT, Metrics::default()), true, Duration::from_secs(3600))
            .await;
        script.pauses()
    };
    let some = pauses(1).await;
    let full = [1, 2, 4, 8, 8, 8].map(Duration::from_secs);
    // The clock counts in milliseconds and rounds up.
    let slack = Duration::from_millis(2);
    assert_eq!(some.len(), full.len());
    for (pause, full) in some.iter().zip(full) {
        assert!(*pause >= full / 2 && *pause <= full + slack, "{pause:?} of {full:?}");
    }
    assert_eq!(some, pauses(1).await);
    assert_ne!(some, pauses(2).await);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for_when_there_is_time() {
    let script = Script::new(vec![reply(429, Some(20)), reply(200, None)]);
    let attempts = Attempts::new(&limits(), LIMIT, Metrics::default());
    assert_eq!(script.run(&attempts, true, LIMIT).await.unwrap().status, 200);
    assert!(script.pauses()[0] >= Duration::from_secs(20));
    for (status, seconds) in [(429, 30), (503, 31), (429, u64::MAX)] {
        let script = Script::new(vec![reply(status, Some(seconds))]);
        let answer = script.run(&attempts, true, LIMIT).await.unwrap();
        assert_eq!((answer.status.as_u16(), script.asked()), (status, 1), "{seconds}");
        assert!(script.start.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_holds_for_all_attempts_together() {
    let start = Instant::now();
    let asked = Cell::new(0);
    let answer = Attempts::new(&limits(), LIMIT, Metrics::default())
        .run(true, LIMIT, async || {
            asked.set(asked.get() + 1);
            match asked.get() {
                1 => Err(UpstreamError::Unreachable),
                _ => pending().await,
            }
        })
        .await;
    assert_eq!(answer.unwrap_err(), UpstreamError::Timeout);
    assert_eq!(asked.get(), 2);
    // The clock counts in milliseconds and rounds up.
    assert_eq!(start.elapsed().as_secs(), LIMIT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn faults_in_a_row_open_the_breaker_and_refusals_do_not() {
    let limits = Limits { retries: 0, breaker_failures: 3, ..limits() };
    for (fault, opens) in [
        (reply(500, None), true),
        (reply(503, Some(1)), true),
        (Err(UpstreamError::Unreachable), true),
        (Err(UpstreamError::Timeout), true),
        (Err(UpstreamError::Truncated), true),
        (reply(400, None), false),
        (reply(429, Some(1)), false),
        (reply(200, None), false),
        (reply(302, None), false),
        (Err(UpstreamError::TooLong), false),
        (Err(UpstreamError::NoRoom), false),
    ] {
        let attempts = Attempts::new(&limits, LIMIT, Metrics::default());
        let script = Script::new((0..4).map(|_| again(&fault)).collect());
        for _ in 0..3 {
            assert_eq!(format!("{:?}", script.run(&attempts, false, LIMIT).await), format!("{fault:?}"));
        }
        let fourth = script.run(&attempts, false, LIMIT).await;
        let refused = matches!(fourth, Err(UpstreamError::Unavailable(10)));
        assert_eq!((refused, script.asked()), (opens, if opens { 3 } else { 4 }), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_between_attempts_ends_them() {
    let attempts = Attempts::new(&Limits { breaker_failures: 2, ..limits() }, LIMIT, Metrics::default());
    let script = Script::new(vec![reply(503, None), reply(502, None)]);
    assert_eq!(script.run(&attempts, true, LIMIT).await.unwrap().status, 502);
    assert_eq!(script.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_called_off_while_it_pauses_is_not_tried_again() {
    let script = Script::new(vec![reply(503, Some(10)), reply(200, None)]);
    let attempts = Attempts::new(&limits(), LIMIT, Metrics::default());
    assert!(tokio::time::timeout(Duration::from_secs(5), script.run(&attempts, true, LIMIT)).await.is_err());
    sleep(LIMIT).await;
    assert_eq!(script.asked(), 1);
}

#[test]
fn waits_are_told_in_whole_seconds_rounded_up() {
    for (milliseconds, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (9_999, 10)] {
        assert_eq!(whole_seconds(Duration::from_millis(milliseconds)), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_api_does_not_stop_it_for_others() {
    let attempts = Attempts::new(&Limits { breaker_failures: 2, ..limits() }, LIMIT, Metrics::default());
    for _ in 0..10 {
        let script = Script::new(vec![reply(501, None)]);
        assert_eq!(script.run(&attempts, false, LIMIT).await.unwrap().status, 501);
        // A tool with less time than usual.
        let late = attempts.run(false, LIMIT / 2, pending::<Attempt>).await;
        assert_eq!(late.unwrap_err(), UpstreamError::Timeout);
    }
    // Nor does it make up for a failure.
    let fails = async || Script::new(vec![reply(500, None)]).run(&attempts, false, LIMIT).await;
    assert_eq!(fails().await.unwrap().status, 500);
    assert!(attempts.run(false, LIMIT / 2, pending::<Attempt>).await.is_err());
    assert_eq!(attempts.run(false, LIMIT, pending::<Attempt>).await.unwrap_err(), UpstreamError::Timeout);
    assert!(matches!(fails().await, Err(UpstreamError::Unavailable(_))));
}
