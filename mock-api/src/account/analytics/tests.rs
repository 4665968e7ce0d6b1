use super::*;
use MessageStatus::{Canceled, Delivered, Failed, Queued, Read, Sent};

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn dashboard(days: i32, zone: &str, messages: &[(&str, MessageStatus)]) -> Dashboard {
    let calendar = Calendar::new(at("2026-06-20T10:00:00Z"), TimeZone::get(zone).unwrap(), days);
    Dashboard::new(&calendar, |from, until| {
        let within = || messages.iter().filter(|(time, _)| (from..until).contains(&at(time)));
        let count = |status| u32::try_from(within().filter(|(_, it)| *it == status).count()).unwrap();
        Counts {
            queued: count(Queued),
            sent: count(Sent),
            delivered: count(Delivered),
            failed: count(Failed),
            read: count(Read),
        }
    })
}

fn day(dashboard: &Dashboard, date: &str) -> Option<u32> {
    dashboard.daily_messages.iter().find(|day| day.date == date).map(|day| day.count)
}

// facts: ACC-DASH-006, ACC-DASH-009
#[test]
fn nothing_sent() {
    let dashboard = dashboard(30, "UTC", &[]);
    assert_eq!(dashboard.daily_messages.len(), 30);
    assert_eq!(dashboard.daily_messages[0].date, "2026-05-22");
    assert_eq!(dashboard.daily_messages[29].date, "2026-06-20");
    assert_eq!(dashboard.failure_rate, 0.0);
    assert_eq!(dashboard.status_distribution.sent, 0.0);
}

// facts: ACC-DASH-005, ACC-DASH-014
#[test]
fn counts_by_status_and_day() {
    let dashboard = dashboard(
        7,
        "UTC",
        &[
            ("2026-06-14T00:00:00Z", Sent),
            ("2026-06-20T01:00:00Z", Delivered),
            ("2026-06-20T02:00:00Z", Read),
            ("2026-06-20T03:00:00Z", Failed),
            ("2026-06-20T04:00:00Z", Queued),
            ("2026-06-20T05:00:00Z", Canceled),
            ("2026-06-13T23:59:59Z", Sent),
            ("2026-06-07T00:00:00Z", Sent),
            ("2026-06-06T23:59:59Z", Failed),
        ],
    );
    assert_eq!((dashboard.total_sent, dashboard.total_failed), (3, 1));
    assert_eq!(day(&dashboard, "2026-06-14"), Some(1));
    assert_eq!(day(&dashboard, "2026-06-20"), Some(4));
    assert_eq!(dashboard.failure_rate, 25.0);
    assert_eq!(dashboard.sent_percent_change, 50.0);
    assert_eq!(dashboard.failed_percent_change, 100.0);
    assert_eq!(dashboard.status_distribution.queued, 20.0);
}

// facts: ACC-DASH-005
#[test]
fn the_documented_failure_rate() {
    assert_eq!(percent(3.0 / 123.0), 2.44);
}

// facts: ACC-DASH-007
#[test]
fn days_are_those_of_the_time_zone() {
    let late = [("2026-06-20T01:00:00Z", Sent)];
    assert_eq!(day(&dashboard(7, "UTC", &late), "2026-06-20"), Some(1));
    assert_eq!(day(&dashboard(7, "America/Sao_Paulo", &late), "2026-06-19"), Some(1));
}

// facts: ACC-DASH-009
#[test]
fn shares_sum_to_a_hundred() {
    assert_eq!(hundredths([1, 1, 1, 0, 0]), [3334, 3333, 3333, 0, 0]);
    assert_eq!(hundredths([12, 96, 0, 3, 9]), [1000, 8000, 0, 250, 750]);
    for count in 1..200 {
        let shares = hundredths([count, 1, 7, 3, count / 2]);
        assert_eq!(shares.into_iter().sum::<u16>(), 10_000);
    }
}
