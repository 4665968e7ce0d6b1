//! HDR histograms of microseconds, and how they are written: version 2, deflated, in base64, as tools of every language read them.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use serde::{Deserialize, Serialize, de, ser};

/// The longest time that is told apart from longer ones: an hour.
const MOST: u64 = 3_600_000_000;

/// How long calls took, in microseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hdr(Histogram<u64>);

impl Hdr {
    /// An empty one, of three significant figures.
    #[must_use]
    pub fn new() -> Self {
        Self::of(3)
    }

    /// An empty one, of two significant figures, which takes an eighth of the room.
    #[must_use]
    pub fn coarse() -> Self {
        Self::of(2)
    }

    fn of(figures: u8) -> Self {
        // Only figures above 5 are refused.
        let mut histogram = Histogram::new(figures).unwrap_or_else(|_| Self::of(3).0);
        histogram.auto(true);
        Self(histogram)
    }

    /// Adds a time; one of more than an hour counts as an hour.
    pub fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(MOST).clamp(1, MOST);
        // It grows as it must, to what is the most.
        let _ = self.0.record(micros);
    }

    /// Adds all times of another one.
    pub fn add(&mut self, other: &Self) {
        // It grows as it must.
        let _ = self.0.add(&other.0);
    }

    /// How many times are in it.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time in microseconds that a share of all, from 0 to 1, does not exceed.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        self.0.value_at_quantile(share)
    }

    /// The histogram itself.
    #[must_use]
    pub fn histogram(&self) -> &Histogram<u64> {
        &self.0
    }

    /// What people look at.
    #[must_use]
    pub fn percentiles(&self) -> Percentiles {
        Percentiles {
            min: self.0.min(),
            mean: self.0.mean(),
            p50: self.quantile(0.5),
            p90: self.quantile(0.9),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            p999: self.quantile(0.999),
            max: self.0.max(),
        }
    }
}

impl Default for Hdr {
    fn default() -> Self {
        Self::new()
    }
}

/// Figures of a histogram; all 0 when it is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// The shortest.
    pub min: u64,
    /// The mean.
    pub mean: f64,
    /// The median.
    pub p50: u64,
    /// 90 of 100 are not longer.
    pub p90: u64,
    /// 95 of 100 are not longer.
    pub p95: u64,
    /// 99 of 100 are not longer.
    pub p99: u64,
    /// 999 of 1000 are not longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Serialize for Hdr {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.0, &mut bytes).map_err(ser::Error::custom)?;
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Hdr {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(de::Error::custom)?;
        let mut histogram: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| de::Error::custom(format!("no HDR histogram: {error}")))?;
        histogram.auto(true);
        Ok(Self(histogram))
    }
}
