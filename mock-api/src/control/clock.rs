//! The mock's clock: reading it, letting it stand or run, moving it on.

use std::sync::Arc;

use axum::response::Response;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::input::Input;
use super::ops::ok;
use crate::driver::{self, Waiting};
use crate::mock::Mock;
use crate::time::Time;

/// Whether a clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockMode {
    /// It stands until it is moved.
    Frozen,
    /// It runs as the machine's does, perhaps at another time.
    Real,
}

/// What the mock's clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClockReading {
    /// Whether it stands still.
    pub mode: ClockMode,
    /// The time.
    pub now: Time,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    mode: ClockMode,
    now: Option<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Option<String>,
    to: Option<Time>,
    /// Whether deliveries that are under way are waited for.
    #[serde(default = "waits")]
    wait: bool,
}

const fn waits() -> bool {
    true
}

pub(super) fn read(mock: &Mock) -> ClockReading {
    let mode = if mock.clock.is_frozen() { ClockMode::Frozen } else { ClockMode::Real };
    ClockReading { mode, now: mock.clock.now() }
}

/// Moves the clock to a time that is not behind it.
pub(super) async fn advance_to(mock: &Arc<Mock>, target: Time) -> Result<(), ControlError> {
    move_on(mock, |_| target, Waiting::ForAll).await
}

async fn move_on(
    mock: &Arc<Mock>,
    target: impl FnOnce(Time) -> Time,
    waiting: Waiting,
) -> Result<(), ControlError> {
    let not_back = |now| match target(now) {
        target if target < now => Err(backwards(now)),
        target => Ok(target),
    };
    driver::advance(mock, not_back, waiting).await?.map_err(|driver::Replaced| {
        let text = "The state was replaced while the clock moved, by a reset, a world or a snapshot: look where it stands and go on from there";
        ControlError::new(409, "STATE_REPLACED", text)
    })
}

fn backwards(now: Time) -> ControlError {
    let text = format!(
        "The clock shows {now} and does not go back: what happened has happened. To go back, restore a snapshot that was saved at the earlier time"
    );
    ControlError::new(400, "CLOCK_BACKWARDS", text)
}

/// Lets the clock stand or run, from a time that is not behind it.
pub(super) async fn set(mock: &Arc<Mock>, mode: ClockMode, now: Option<Time>) -> Result<(), ControlError> {
    // A clock that is to stand at a time must not run past it on the way there.
    if mode == ClockMode::Frozen && now.is_none_or(|now| now >= mock.clock.now()) {
        mock.clock.freeze(mock.clock.now());
    }
    if let Some(now) = now {
        advance_to(mock, now).await?;
    }
    if mode == ClockMode::Real {
        mock.clock.run();
    }
    // The driver waits for a time, or does not: that has changed.
    mock.driver.stir();
    Ok(())
}

pub(super) async fn get(mock: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    ok(&read(&mock))
}

pub(super) async fn put(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let Put { mode, now } = input.json()?;
    set(&mock, mode, now).await?;
    ok(&read(&mock))
}

pub(super) async fn advance(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let Advance { by, to, wait } = input.json()?;
    let waiting = if wait { Waiting::ForAll } else { Waiting::ForNone };
    match (by, to) {
        (Some(by), None) => {
            let by = duration(&by)?;
            move_on(&mock, |now| now.plus(by), waiting).await?;
        }
        (None, Some(to)) => move_on(&mock, |_| to, waiting).await?,
        _ => return Err(ControlError::invalid("", "give either by (a duration) or to (an instant)")),
    }
    ok(&read(&mock))
}

/// An ISO 8601 duration; a day has 24 hours. Cut to whole milliseconds, as all times are.
fn duration(text: &str) -> Result<SignedDuration, ControlError> {
    let span = text.parse::<Span>().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let millis = duration.and_then(|duration| i64::try_from(duration.as_millis()).ok());
    millis.map(SignedDuration::from_millis).ok_or_else(|| {
        ControlError::invalid("/by", "must be an ISO 8601 duration in weeks, days or less, as PT1H or P1DT2H")
    })
}
