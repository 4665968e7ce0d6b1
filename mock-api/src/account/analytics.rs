//! The dashboard's figures, counted anew from the number's messages each time.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::messaging::MessageStatus;
use crate::state::State;
use crate::time::Time;

const PERIODS: [(&str, i32); 3] = [("7d", 7), ("30d", 30), ("90d", 90)];
const DEFAULT_DAYS: i32 = 30;

/// `GET /v1/analytics/dashboard`.
pub(super) fn dashboard(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let period = call.choice("period", &PERIODS.map(|(name, _)| name))?;
    let days = PERIODS.iter().find(|(name, _)| Some(*name) == period).map_or(DEFAULT_DAYS, |(_, days)| *days);
    // The same parameter under its two documented names.
    let (zone, alias) = (time_zone(call, "tz")?, time_zone(call, "timezone")?);
    let calendar = Calendar::new(call.now, zone.or(alias).unwrap_or(TimeZone::UTC), days);
    Reply::ok(&Dashboard::new(state.messaging.sent_since(call.number(), calendar.start()), &calendar))
}

fn time_zone(call: &Call<'_>, name: &str) -> Result<Option<TimeZone>, ApiError> {
    let Some(zone) = call.query(name) else { return Ok(None) };
    let unknown =
        |_| ApiError::invalid(format!("/{name}"), "must be the name of a time zone, as America/Sao_Paulo");
    TimeZone::get(zone).map(Some).map_err(unknown)
}

/// The days of a period, which ends today, as the calendar of a time zone has them.
#[derive(Debug)]
struct Calendar {
    zone: TimeZone,
    today: Date,
    days: i32,
}

/// Which period an instant falls into.
#[derive(Debug, PartialEq, Eq)]
enum Falls {
    Within(Date),
    Before,
    Outside,
}

impl Calendar {
    fn new(now: Time, zone: TimeZone, days: i32) -> Self {
        Self { today: now.timestamp().to_zoned(zone.clone()).date(), zone, days }
    }

    /// An instant before both periods, wherever the days begin.
    fn start(&self) -> Time {
        let first = self.today.saturating_sub((2 * self.days + 1).days());
        let midnight = first.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp());
        Time::new(midnight.unwrap_or(jiff::Timestamp::MIN))
    }

    fn place(&self, time: Time) -> Falls {
        let date = self.zone.to_datetime(time.timestamp()).date();
        let age = (self.today - date).get_days();
        if (0..self.days).contains(&age) {
            Falls::Within(date)
        } else if (self.days..2 * self.days).contains(&age) {
            Falls::Before
        } else {
            Falls::Outside
        }
    }

    /// Oldest first.
    fn dates(&self) -> impl Iterator<Item = Date> {
        (0..self.days).rev().map(|age| self.today.saturating_sub(age.days()))
    }
}

/// How many messages of a period have which status; canceled ones count nowhere.
#[derive(Debug, Default)]
struct Counts {
    queued: u32,
    sent: u32,
    delivered: u32,
    failed: u32,
    read: u32,
}

impl Counts {
    fn add(&mut self, status: MessageStatus) {
        match status {
            MessageStatus::Queued => self.queued += 1,
            MessageStatus::Sent => self.sent += 1,
            MessageStatus::Delivered => self.delivered += 1,
            MessageStatus::Failed => self.failed += 1,
            MessageStatus::Read => self.read += 1,
            MessageStatus::Canceled => {}
        }
    }

    /// Messages that left, however far they came.
    fn total_sent(&self) -> u32 {
        self.sent + self.delivered + self.read
    }
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboard {
    total_sent: u32,
    total_failed: u32,
    sent_percent_change: f64,
    failed_percent_change: f64,
    failure_rate: f64,
    daily_messages: Vec<Day>,
    status_distribution: Distribution,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Day {
    date: String,
    count: u32,
}

#[derive(Debug, PartialEq, Serialize)]
struct Distribution {
    queued: f64,
    sent: f64,
    delivered: f64,
    failed: f64,
    read: f64,
}

impl Dashboard {
    fn new(messages: impl Iterator<Item = (Time, MessageStatus)>, calendar: &Calendar) -> Self {
        let (mut counts, mut before) = (Counts::default(), Counts::default());
        let mut days: indexmap::IndexMap<Date, u32> = calendar.dates().map(|date| (date, 0)).collect();
        for (time, status) in messages {
            match calendar.place(time) {
                Falls::Within(date) => {
                    counts.add(status);
                    if let Some(count) = days.get_mut(&date).filter(|_| status != MessageStatus::Canceled) {
                        *count += 1;
                    }
                }
                Falls::Before => before.add(status),
                Falls::Outside => {}
            }
        }
        let (sent, failed) = (counts.total_sent(), counts.failed);
        Self {
            total_sent: sent,
            total_failed: failed,
            sent_percent_change: percent_change(before.total_sent(), sent),
            failed_percent_change: percent_change(before.failed, failed),
            failure_rate: if failed == 0 {
                0.0
            } else {
                percent(f64::from(failed) / f64::from(sent + failed))
            },
            daily_messages: days
                .into_iter()
                .map(|(date, count)| Day { date: date.to_string(), count })
                .collect(),
            status_distribution: Distribution::new(&counts),
        }
    }
}

/// A share in percent, with two decimals.
fn percent(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}

/// Growth over the period before; from nothing to something is 100.
fn percent_change(before: u32, now: u32) -> f64 {
    match (before, now) {
        (0, 0) => 0.0,
        (0, _) => 100.0,
        _ => percent((f64::from(now) - f64::from(before)) / f64::from(before)),
    }
}

impl Distribution {
    /// Percentages with two decimals that sum to 100, or all 0 (U-38).
    fn new(counts: &Counts) -> Self {
        let counts = [counts.queued, counts.sent, counts.delivered, counts.failed, counts.read];
        let [queued, sent, delivered, failed, read] =
            hundredths(counts).map(|share| f64::from(share) / 100.0);
        Self { queued, sent, delivered, failed, read }
    }
}

/// Each count's share in hundredths of a percent, by largest remainder: rounding each by itself would miss 100 at times.
fn hundredths(counts: [u32; 5]) -> [u16; 5] {
    let total: u64 = counts.into_iter().map(u64::from).sum();
    if total == 0 {
        return [0; 5];
    }
    let mut shares = counts.map(|count| {
        let scaled = u64::from(count) * 10_000;
        // At most 10,000.
        (u16::try_from(scaled / total).unwrap_or_default(), scaled % total)
    });
    let missing = 10_000_u16.saturating_sub(shares.iter().map(|(share, _)| share).sum());
    let mut by_remainder: Vec<_> = shares.iter_mut().collect();
    by_remainder.sort_by_key(|(_, remainder)| std::cmp::Reverse(*remainder));
    for (share, _) in by_remainder.into_iter().take(missing.into()) {
        *share += 1;
    }
    shares.map(|(share, _)| share)
}

#[cfg(test)]
mod tests;
