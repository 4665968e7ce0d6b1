//! The closed loop, on a clock that is paused.

use benches::engine::{Answers, closed};
use tokio::time::{Instant, sleep};

use crate::fake::{Fake, ONE_CALL, driver, millis, plan};

#[tokio::test(start_paused = true)]
async fn every_connection_makes_its_next_call_when_the_last_is_answered() {
    let target = Fake::new(|_| (millis(10), Ok(())));
    let driver = driver();
    let mut heard = 0;
    let on = (&target, &plan(ONE_CALL, Answers::new()));
    let phase = closed(&driver, on, 4, &mut |tick| {
        assert_eq!(tick.in_flight, 4);
        heard += 1;
    })
    .await;
    assert_eq!((phase.total.count, target.made().len(), phase.connections), (4000, 4000, Some(4)));
    assert_eq!((phase.rate, phase.total.throughput), (400.0, 399.6), "the last four end when it is over");
    assert_eq!(phase.total.latency_micros.max / 1000, 10);
    assert!(heard >= 9, "{heard}");
}

#[tokio::test(start_paused = true)]
async fn the_warm_up_is_not_measured() {
    let target = Fake::new(|_| (millis(10), Ok(())));
    let driver = benches::engine::Driver { warm_up: millis(5000), ..driver() };
    let phase = closed(&driver, (&target, &plan(ONE_CALL, Answers::new())), 1, &mut |_| {}).await;
    assert_eq!((phase.total.count, target.made().len()), (1000, 1500));
}

#[tokio::test(start_paused = true)]
async fn it_ends_early_when_it_is_told_to() {
    let target = Fake::new(|_| (millis(10), Ok(())));
    let (driver, began) = (driver(), Instant::now());
    let stop = driver.stop.clone();
    tokio::spawn(async move {
        sleep(millis(2995)).await;
        stop.cancel();
    });
    let phase = closed(&driver, (&target, &plan(ONE_CALL, Answers::new())), 2, &mut |_| {}).await;
    assert_eq!((target.made().len(), began.elapsed()), (600, millis(3000)));
    assert_eq!(phase.seconds, 3.0);
}
