//! `Retry-After`, as seconds or as a date.

use http::header::{DATE, HeaderMap, RETRY_AFTER};

/// Longest wait that is told, in seconds: a day.
const MOST: u64 = 24 * 60 * 60;

/// Seconds to wait, as the headers of an answer say, a day at most. A date is counted from the answer's own `Date`, so that it needs no clock that agrees with the API's;
/// without one it says nothing.
#[must_use]
pub(crate) fn seconds(headers: &HeaderMap) -> Option<u64> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let value = text(RETRY_AFTER)?;
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(|seconds: u64| seconds.min(MOST));
    }
    let (until, now) = (httpdate::parse_http_date(value).ok()?, httpdate::parse_http_date(text(DATE)?).ok()?);
    Some(until.duration_since(now).unwrap_or_default().as_secs().min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(http::HeaderName, &str)]) -> Option<u64> {
        seconds(&pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        for (value, expected) in [
            ("12", Some(12)),
            ("18446744073709551615", Some(MOST)),
            (" 0 ", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(read(&[(RETRY_AFTER, value)]), expected, "{value:?}");
        }
        assert_eq!(read(&[(RETRY_AFTER, "99999999999999999999999")]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_answer() {
        let date = (DATE, "Sun, 22 Nov 2026 10:00:00 GMT");
        for (value, expected) in [
            ("Sun, 22 Nov 2026 10:01:30 GMT", Some(90)),
            ("Sunday, 22-Nov-26 10:00:05 GMT", Some(5)),
            ("Sun Nov 22 10:00:05 2026", Some(5)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
            ("Sun, 32 Nov 2026 09:00:00 GMT", None),
        ] {
            assert_eq!(read(&[(RETRY_AFTER, value), date.clone()]), expected, "{value}");
        }
        assert_eq!(read(&[(RETRY_AFTER, "Sun, 22 Nov 2026 10:01:30 GMT")]), None);
        assert_eq!(read(&[(RETRY_AFTER, "Sun, 22 Nov 2026 10:01:30 GMT"), (DATE, "today")]), None);
    }
}
