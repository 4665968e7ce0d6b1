//! Time as the API shows it, and the clock it comes from.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn does_not_overflow() {
        let time: Time = "2026-06-20T10:00:00Z".parse().unwrap();
        assert_eq!(time.plus(SignedDuration::MAX), Time::new(Timestamp::MAX));
    }
}
