//! Time as the API shows it, and the clock it comes from.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// An instant with milliseconds, shown as `2026-06-20T10:00:00.000Z`.
///
/// It is kept in half the room of a [`Timestamp`]: every message has half a dozen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Milliseconds since 1970.
    millis: i64,
}

impl Time {
    /// The instant, cut to whole milliseconds.
    #[must_use]
    pub fn new(instant: Timestamp) -> Self {
        Self { millis: instant.as_millisecond() }
    }

    /// The instant so much later; the far end of time where there is no such instant.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        let limit = if duration.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Self::new(self.timestamp().saturating_add(duration).unwrap_or(limit))
    }

    /// How much later this is than `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// The instant.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        let limit = if self.millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_millisecond(self.millis).unwrap_or(limit)
    }
}

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TimeError {
    /// It says a day and a time, but not where: guessing would be wrong half of the time.
    #[error("the instant has no zone: add Z or an offset, as in 2026-06-20T10:00:00Z")]
    NoZone,
    /// It is nothing of the kind.
    #[error("must be an ISO 8601 instant, as 2026-06-20T10:00:00Z, or a date, as 2026-06-20")]
    NotIso,
}

impl FromStr for Time {
    type Err = TimeError;

    /// ISO 8601: an instant with its offset, or a date of the form `YYYY-MM-DD`, which is its first instant in UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self::new(instant));
        }
        let local: DateTime = text.parse().map_err(|_| TimeError::NotIso)?;
        // What begins with a date is one to jiff as well: its time would be lost.
        if text.len() != "YYYY-MM-DD".len() {
            return Err(TimeError::NoZone);
        }
        let midnight = local.to_zoned(TimeZone::UTC).map_err(|_| TimeError::NotIso)?;
        Ok(Self::new(midnight.timestamp()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The mock's clock: the machine's, moved by an offset, or one that stands still. Either can be moved on, and it can be switched while it is in use.
#[derive(Debug)]
pub struct Clock(Mutex<Face>);

#[derive(Debug, Clone, Copy)]
enum Face {
    Real {
        offset: SignedDuration,
        /// What it showed last: it does not follow when the machine's goes back.
        shown: Time,
    },
    Frozen(Time),
}

impl Face {
    /// One that runs from an instant.
    fn real(from: Time) -> Self {
        Self::Real { offset: from.since(machine()), shown: from }
    }
}

impl Clock {
    /// The machine's.
    #[must_use]
    pub fn real() -> Self {
        Self(Mutex::new(Face::Real { offset: SignedDuration::ZERO, shown: machine() }))
    }

    /// A clock that stands at `instant`.
    #[must_use]
    pub fn frozen(instant: Time) -> Self {
        Self(Mutex::new(Face::Frozen(instant)))
    }

    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> Time {
        match &mut *crate::lock(&self.0) {
            Face::Real { offset, shown } => {
                *shown = machine().plus(*offset).max(*shown);
                *shown
            }
            Face::Frozen(instant) => *instant,
        }
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(*crate::lock(&self.0), Face::Frozen(_))
    }

    /// Lets it stand at `instant`.
    pub(crate) fn freeze(&self, instant: Time) {
        *crate::lock(&self.0) = Face::Frozen(instant);
    }

    /// Lets it run from the time it shows.
    pub(crate) fn run(&self) {
        let now = self.now();
        *crate::lock(&self.0) = Face::real(now);
    }

    /// Moves it to `instant`; it goes on as it did.
    pub(crate) fn set(&self, instant: Time) {
        let mut face = crate::lock(&self.0);
        *face = match *face {
            Face::Real { .. } => Face::real(instant),
            Face::Frozen(_) => Face::Frozen(instant),
        };
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the mock reads the machine's clock")]
fn machine() -> Time {
    Time::new(Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_milliseconds() {
        let time: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        assert_eq!(time.to_string(), "2026-06-20T10:00:00.000Z");
        assert_eq!("2026-06-20T07:00:00.0009-03:00".parse::<Time>().unwrap(), time);
        assert_eq!("2026-06-20".parse::<Time>().unwrap().to_string(), "2026-06-20T00:00:00.000Z");
    }

    #[test]
    fn guesses_no_zone() {
        for text in ["2026-06-21T15:30:00", "2026-06-21 15:30", "2026-06-21T15:30:00[America/Sao_Paulo]"] {
            assert_eq!(text.parse::<Time>(), Err(TimeError::NoZone), "{text}");
        }
        for text in ["yesterday", "", "2026-02-30", "2026-06-2", "1782000000", "2026-06-21T"] {
            assert_eq!(text.parse::<Time>(), Err(TimeError::NotIso), "{text}");
        }
    }

    #[test]
    fn does_not_overflow() {
        let time: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        assert_eq!(time.plus(SignedDuration::MAX), Time::new(Timestamp::MAX));
    }
}
