//! `call_hours`: when contacts may call. The reference shows the object and says nothing of its effect; what stands here is inferred.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::time::Time;

/// Whether contacts may call at `now`. Entries that cannot be read count for nothing, and an unknown time zone is UTC: the API takes any object.
pub(super) fn are_open(hours: &Map<String, Value>, now: Time) -> bool {
    if hours.get("status").and_then(Value::as_str) != Some("ENABLED") {
        return true;
    }
    let zone = text(hours, "timezone_id").and_then(|id| TimeZone::get(id).ok()).unwrap_or(TimeZone::UTC);
    let local = now.timestamp().to_zoned(zone);
    let minute = u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs());
    let (date, weekday) = (local.date().to_string(), name(local.weekday()));
    let mut holiday =
        entries(hours, "holiday_schedule").filter(|it| text(it, "date") == Some(&date)).peekable();
    if holiday.peek().is_some() {
        return holiday.any(|it| spans(it, ["start_time", "end_time"], minute));
    }
    let mut day =
        entries(hours, "weekly_operating_hours").filter(|it| text(it, "day_of_week") == Some(weekday));
    day.any(|it| spans(it, ["open_time", "close_time"], minute))
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str()
}

fn entries<'a>(hours: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    hours.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// Whether a minute of the day is in it. Both ends belong to it, so that 0000 to 2359 is the whole day.
fn spans(entry: &Map<String, Value>, [from, to]: [&str; 2], minute: u32) -> bool {
    let at = |key| text(entry, key).and_then(minute_of);
    at(from).is_some_and(|from| from <= minute) && at(to).is_some_and(|to| minute <= to)
}

/// `HHMM` as minutes since midnight.
fn minute_of(time: &str) -> Option<u32> {
    let digits = time.parse::<u32>().ok().filter(|_| time.len() == 4)?;
    let (hours, minutes) = (digits / 100, digits % 100);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MONDAY",
        Weekday::Tuesday => "TUESDAY",
        Weekday::Wednesday => "WEDNESDAY",
        Weekday::Thursday => "THURSDAY",
        Weekday::Friday => "FRIDAY",
        Weekday::Saturday => "SATURDAY",
        Weekday::Sunday => "SUNDAY",
    }
}
