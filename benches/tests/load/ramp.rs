//! Rising rates: which one is the highest that holds.

use std::sync::Arc;
use std::time::Duration;

use benches::engine::{Driver, Limits, Rise, ramp};
use benches::result::Phase;

use crate::fake::{Fake, ONE_CALL, driver, millis, run};

async fn steps(target: &Arc<Fake>, limits: &Limits, rise: Rise, last: f64) -> Vec<Phase> {
    let driver = Driver { warm_up: Duration::from_secs(1), duration: Duration::from_secs(5), ..driver() };
    ramp((40.0, last), rise, limits, async |rate| Some(run(&driver, target, ONE_CALL, rate).await)).await
}

fn rates(phases: &[Phase]) -> Vec<(f64, bool)> {
    phases.iter().map(|phase| (phase.rate, phase.saturated.is_empty())).collect()
}

#[tokio::test(start_paused = true)]
async fn it_rises_until_fewer_end_than_come() {
    // A hundred a second, and no more.
    let target = Fake::one_by_one(|_| (millis(10), Ok(())));
    let phases = steps(&target, &Limits::default(), Rise::Times(1.5), 1000.0).await;
    assert_eq!(rates(&phases), [(40.0, true), (60.0, true), (90.0, true), (135.0, false)]);
    let why = &phases[3].saturated;
    assert!(why.len() == 1 && why[0].contains("of 135.0/s ended (7"), "{why:?}");
}

#[tokio::test(start_paused = true)]
async fn it_rises_until_calls_take_too_long() {
    let target = Fake::one_by_one(|_| (millis(10), Ok(())));
    let limits = Limits { p99: Some(200_000), errors: None };
    let phases = steps(&target, &limits, Rise::By(31.0), 1000.0).await;
    assert_eq!(rates(&phases), [(40.0, true), (71.0, true), (102.0, true), (133.0, false)]);
    assert!(phases[3].saturated[0].contains("is above 200 ms"), "{:?}", phases[3].saturated);
}

#[tokio::test(start_paused = true)]
async fn it_rises_until_too_many_fail() {
    // From the 700th on, which is in the third step.
    let target = Fake::new(|number| (millis(1), if number > 700 { Err("NO") } else { Ok(()) }));
    let limits = Limits { p99: None, errors: Some(0.01) };
    let phases = steps(&target, &limits, Rise::By(10.0), 1000.0).await;
    assert_eq!(rates(&phases), [(40.0, true), (50.0, true), (60.0, false)]);
    assert!(phases[2].saturated[0].contains("% of the calls failed"), "{:?}", phases[2].saturated);
}

#[tokio::test(start_paused = true)]
async fn dropped_arrivals_do_not_hold() {
    let target = Fake::new(|_| (millis(500), Ok(())));
    let driver = Driver { max_in_flight: 10, ..driver() };
    let measure = async |rate| Some(run(&driver, &target, ONE_CALL, rate).await);
    let phases = ramp((10.0, 1000.0), Rise::Times(4.0), &Limits::default(), measure).await;
    assert_eq!(rates(&phases), [(10.0, true), (40.0, false)]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_at_the_highest_rate_that_is_to_be_tried_and_when_it_is_ended() {
    let target = Fake::new(|_| (millis(1), Ok(())));
    let phases = steps(&target, &Limits::default(), Rise::Times(2.0), 160.0).await;
    assert_eq!(rates(&phases), [(40.0, true), (80.0, true), (160.0, true)]);
    let none = ramp((1.0, 10.0), Rise::By(1.0), &Limits::default(), async |_| None).await;
    assert!(none.is_empty());
}
