//! Time as the API shows it, and the clock it comes from.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

/// An instant with milliseconds, shown as `2026-06-20T10:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

impl Time {
    /// The instant, cut to whole milliseconds.
    #[must_use]
    pub fn new(instant: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant))
    }

    /// The instant so much later; the far end of time where there is no such instant.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        let limit = if duration.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Self(self.0.saturating_add(duration).unwrap_or(limit))
    }

    /// How much later this is than `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }

    /// The instant.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl FromStr for Time {
    type Err = jiff::Error;

    /// ISO 8601: an instant with its offset, or a date, which is its first instant in UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant = text.parse::<Timestamp>().or_else(|_| {
            let date: jiff::civil::Date = text.parse()?;
            Ok::<_, jiff::Error>(date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
        })?;
        Ok(Self::new(instant))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The mock's clock.
#[derive(Debug)]
pub enum Clock {
    /// The machine's.
    Real,
    /// One that stands still unless it is moved.
    Frozen(Mutex<Time>),
}

impl Clock {
    /// A clock that stands at `instant`.
    #[must_use]
    pub fn frozen(instant: Time) -> Self {
        Self::Frozen(Mutex::new(instant))
    }

    /// Moves a frozen clock on; the machine's goes its own way.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Frozen(instant) = self {
            let mut instant = crate::lock(instant);
            *instant = instant.plus(by);
        }
    }

    /// The time it shows.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the mock reads the machine's clock")]
    pub fn now(&self) -> Time {
        match self {
            Self::Real => Time::new(Timestamp::now()),
            Self::Frozen(instant) => *crate::lock(instant),
        }
    }
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
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn does_not_overflow() {
        let time: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        assert_eq!(time.plus(SignedDuration::MAX).timestamp(), Timestamp::MAX);
    }
}
