//! The dashboard's figures. They are counted by the day, from what is known of each part of the log, so that they cost the same however many messages there are.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::Serialize;

use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::messaging::{Log, MessageStatus};
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
    let log = state.messaging.log(call.number());
    Reply::ok(&Dashboard::new(&calendar, |from, until| Counts::of(&log, from, until)))
}

fn time_zone(call: &Call<'_>, name: &str) -> Result<Option<TimeZone>, ApiError> {
    let Some(zone) = call.query(name) else { return Ok(None) };
    let unknown =
        |_| ApiError::invalid(format!("/{name}"), "must be the name of a time zone, as America/Sao_Paulo");
    // Not the machine's: the same call has the same answer everywhere.
    TimeZoneDatabase::bundled().get(zone).map(Some).map_err(unknown)
}

/// The days of a period, which ends today, as the calendar of a time zone has them.
#[derive(Debug)]
struct Calendar {
    zone: TimeZone,
    today: Date,
    days: i32,
}

impl Calendar {
    fn new(now: Time, zone: TimeZone, days: i32) -> Self {
        Self { today: now.timestamp().to_zoned(zone.clone()).date(), zone, days }
    }

    /// When the day so many days ago began: days may have 23 hours, or begin at one o'clock.
    fn start_of(&self, age: i32) -> Time {
        let start = self.date(age).to_zoned(self.zone.clone()).map(|start| start.timestamp());
        Time::new(start.unwrap_or(jiff::Timestamp::MIN))
    }

    fn date(&self, age: i32) -> Date {
        self.today.saturating_sub(age.days())
    }

    /// How many days ago, oldest first.
    fn ages(&self) -> impl Iterator<Item = i32> {
        (0..self.days).rev()
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
    /// Those of the messages that were accepted from one instant until before another.
    fn of(log: &Log<'_>, from: Time, until: Time) -> Self {
        let part = log.part(from, until);
        let count = |status| log.count(status, &part);
        Self {
            queued: count(MessageStatus::Queued),
            sent: count(MessageStatus::Sent),
            delivered: count(MessageStatus::Delivered),
            failed: count(MessageStatus::Failed),
            read: count(MessageStatus::Read),
        }
    }

    fn all(&self) -> u32 {
        self.queued + self.failed + self.total_sent()
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
    /// `count` counts the messages from one instant until before another.
    fn new(calendar: &Calendar, count: impl Fn(Time, Time) -> Counts) -> Self {
        let (start, end) = (calendar.start_of(calendar.days - 1), calendar.start_of(-1));
        let counts = count(start, end);
        let before = count(calendar.start_of(2 * calendar.days - 1), start);
        let days = calendar.ages().map(|age| Day {
            date: calendar.date(age).to_string(),
            count: count(calendar.start_of(age), calendar.start_of(age - 1)).all(),
        });
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
            daily_messages: days.collect(),
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
