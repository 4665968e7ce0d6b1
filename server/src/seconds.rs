//! Durations as seconds: a whole number where they are whole, else one with a fraction.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest duration that can be set: a day.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What is said of a duration that cannot be set.
pub(crate) const ALLOWED: &str = "give seconds, more than 0 and at most 86400 (a day)";

/// Whether a duration can be added to any time, as one from a file can.
pub(crate) fn fits(duration: &Duration) -> bool {
    *duration <= MAX
}

pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    if duration.subsec_nanos() == 0 {
        serializer.serialize_u64(duration.as_secs())
    } else {
        serializer.serialize_f64(duration.as_secs_f64())
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let duration = f64::deserialize(deserializer).ok().map(Duration::try_from_secs_f64);
    duration
        .and_then(Result::ok)
        .filter(|duration| (Duration::from_millis(1)..=MAX).contains(duration))
        .ok_or_else(|| D::Error::custom(ALLOWED))
}

#[derive(Serialize, Deserialize)]
struct Seconds(#[serde(with = "self")] Duration);

/// Durations by name.
pub(crate) mod by_name {
    use std::collections::BTreeMap;

    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        durations: &BTreeMap<String, Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(durations.iter().map(|(name, duration)| (name, Seconds(*duration))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Duration>, D::Error> {
        let durations = BTreeMap::<String, Seconds>::deserialize(deserializer)?;
        Ok(durations.into_iter().map(|(name, Seconds(duration))| (name, duration)).collect())
    }
}
