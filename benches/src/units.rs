//! Quantities as people write them, in scenarios and on the command line.

use std::time::Duration;

use jiff::SignedDuration;

/// A length of time with its unit: `250ms`, `30s`, `2m`, `1h 30m`, or ISO 8601, as `PT1H`.
///
/// # Errors
/// What to write instead.
pub fn duration(text: &str) -> Result<Duration, String> {
    let parsed =
        text.trim().parse::<SignedDuration>().ok().and_then(|length| Duration::try_from(length).ok());
    parsed.ok_or_else(|| format!("{text:?} is no length of time: write 250ms, 30s, 2m or 1h"))
}

/// A length of time that is not zero.
///
/// # Errors
/// What to write instead.
pub fn some_time(text: &str) -> Result<Duration, String> {
    duration(text).and_then(|length| {
        if length.is_zero() { Err("it must be longer than nothing".to_owned()) } else { Ok(length) }
    })
}

/// A share of a whole, from 0 to 1: `1%`, `0.5%`.
///
/// # Errors
/// What to write instead.
pub fn share(text: &str) -> Result<f64, String> {
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let share = percent.map(|percent| percent / 100.0).filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{text:?} is no share: write it in percent, as 1% or 0.5%"))
}

/// Something a second: more than 0, at most a million.
///
/// # Errors
/// What to write instead.
pub fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).trim().parse::<f64>().ok();
    let rate = number.filter(|rate| *rate > 0.0 && *rate <= 1e6);
    rate.ok_or_else(|| format!("{text:?} is no rate: write a number from above 0 to 1000000"))
}
