use super::*;

const OPEN: Duration = Duration::from_secs(10);

fn fail(breaker: &Breaker, times: u32) {
    for _ in 0..times {
        breaker.pass().unwrap().end(true);
    }
}

#[tokio::test(start_paused = true)]
async fn opens_after_failures_in_a_row_only() {
    let breaker = Breaker::new(3, OPEN, Metrics::default());
    fail(&breaker, 2);
    breaker.pass().unwrap().end(false);
    fail(&breaker, 2);
    assert!(breaker.pass().is_ok());
    fail(&breaker, 1);
    assert_eq!(breaker.pass().unwrap_err(), OPEN);
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!(breaker.pass().unwrap_err(), Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn tries_with_one_request_and_closes_when_it_succeeds() {
    let breaker = Breaker::new(1, OPEN, Metrics::default());
    fail(&breaker, 1);
    tokio::time::advance(OPEN).await;
    let trial = breaker.pass().unwrap();
    assert_eq!(breaker.pass().unwrap_err(), TRIAL);
    trial.end(false);
    let (one, other) = (breaker.pass(), breaker.pass());
    assert!(one.is_ok() && other.is_ok());
}

#[tokio::test(start_paused = true)]
async fn stays_open_when_the_trial_fails() {
    let breaker = Breaker::new(3, OPEN, Metrics::default());
    fail(&breaker, 3);
    tokio::time::advance(OPEN).await;
    fail(&breaker, 1);
    assert_eq!(breaker.pass().unwrap_err(), OPEN);
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_is_called_off_makes_way_for_another() {
    let breaker = Breaker::new(1, OPEN, Metrics::default());
    fail(&breaker, 1);
    tokio::time::advance(OPEN).await;
    drop(breaker.pass().unwrap());
    assert!(breaker.pass().is_ok());
}

#[tokio::test(start_paused = true)]
async fn late_answers_change_nothing() {
    let breaker = Breaker::new(1, OPEN, Metrics::default());
    let (late, failing) = (breaker.pass().unwrap(), breaker.pass().unwrap());
    failing.end(true);
    late.end(false);
    assert_eq!(breaker.pass().unwrap_err(), OPEN);
}

#[tokio::test(start_paused = true)]
async fn each_state_is_told() {
    let metrics = Metrics::default();
    let breaker = Breaker::new(1, OPEN, metrics.clone());
    let told = |state: u8| {
        let line = format!("pilot_status_mcp_breaker_state {state}\n");
        assert!(metrics.to_text().contains(&line), "{line}: {}", metrics.to_text());
    };
    told(0);
    fail(&breaker, 1);
    told(2);
    tokio::time::advance(OPEN).await;
    let trial = breaker.pass().unwrap();
    told(1);
    drop(trial);
    told(2);
    breaker.pass().unwrap().end(false);
    told(0);
}

#[tokio::test(start_paused = true)]
async fn never_opens_without_a_threshold() {
    let breaker = Breaker::new(0, OPEN, Metrics::default());
    fail(&breaker, 1000);
    assert!(breaker.pass().is_ok());
}
