//! Which values can be used.

use std::time::Duration;

use super::Limits;
use crate::http::MAX_BODY_BYTES;
use crate::names::{hint, nearest, shorten};
use crate::{ConfigError, seconds};

/// Most of anything that is counted: connections, calls, callers.
pub(crate) const MAX_COUNT: usize = 1_000_000;
/// Most bytes of bodies, and of answers, 64 GiB where the machine can count so far.
const MAX_ROOM: u64 = 64 * 1024 * 1024 * 1024;
/// Longest result, in bytes.
const MAX_RESULT: u64 = 1024 * 1024 * 1024;
/// Most retries.
const MAX_RETRIES: u64 = 100;

impl Limits {
    /// Checks the values, for a server with these tools.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] for a 0 where it would let nothing through, for what is more than can be kept book of, and for a tool that there is not.
    pub fn check(&self, tools: &[&str]) -> Result<(), ConfigError> {
        let refuse = |name, reason| Err(ConfigError::Limit { name, reason });
        let (count, body) = (MAX_COUNT as u64, MAX_BODY_BYTES as u64);
        for (name, value, least, most) in [
            ("connections", self.connections as u64, 1, count),
            ("body_bytes", self.body_bytes as u64, body, MAX_ROOM.min(usize::MAX as u64 / 8)),
            ("answer_bytes", self.answer_bytes as u64, 1, MAX_ROOM.min(usize::MAX as u64 / 8)),
            ("calls", self.calls as u64, 1, count),
            ("calls_per_caller", self.calls_per_caller as u64, 1, count),
            ("burst", self.burst.into(), 1, count),
            ("callers", self.callers as u64, 1, count),
            ("max_result_bytes", self.max_result_bytes as u64, 1, MAX_RESULT),
            ("retries", self.retries.into(), 0, MAX_RETRIES),
        ] {
            if !(least..=most).contains(&value) {
                return refuse(name, format!("it must be {least} to {most}"));
            }
        }
        let positive = |time: &Duration| !time.is_zero() && seconds::fits(time);
        for (name, fits) in [
            ("head_timeout_seconds", positive(&self.head_timeout)),
            ("write_timeout_seconds", positive(&self.write_timeout)),
            ("tool_timeout_seconds", self.tool_timeouts.values().all(positive)),
            ("retry_pause_seconds", seconds::fits(&self.retry_pause)),
            ("retry_pause_max_seconds", seconds::fits(&self.retry_pause_max)),
            ("breaker_open_seconds", seconds::fits(&self.breaker_open)),
        ] {
            if !fits {
                return refuse(name, seconds::ALLOWED.to_owned());
            }
        }
        match self.tool_timeouts.keys().find(|name| !tools.contains(&name.as_str())) {
            Some(name) => refuse("tool_timeout_seconds", no_tool(name, tools)),
            None => Ok(()),
        }
    }
}

fn no_tool(name: &str, tools: &[&str]) -> String {
    format!("there is no tool {}{}", shorten(name), hint(nearest(name, tools.iter().copied())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TOOLS: [&str; 2] = ["media_get", "message_get"];

    fn told(change: impl FnOnce(&mut Limits)) -> String {
        let mut limits = Limits::default();
        change(&mut limits);
        limits.check(&TOOLS).unwrap_err().to_string()
    }

    #[test]
    fn what_is_usual_can_be_used() {
        assert!(Limits::default().check(&TOOLS).is_ok());
        let most = Limits {
            connections: MAX_COUNT,
            calls_per_minute: 0,
            callers: MAX_COUNT,
            retry_pause: Duration::ZERO,
            breaker_open: Duration::from_secs(86_400),
            ..Limits::default()
        };
        assert!(most.check(&TOOLS).is_ok());
    }

    #[test]
    fn what_is_too_little_or_too_much_is_refused_with_what_is_allowed() {
        for told in [
            told(|limits| limits.connections = usize::MAX),
            told(|limits| limits.calls = usize::MAX),
            told(|limits| limits.calls_per_caller = MAX_COUNT + 1),
            told(|limits| limits.burst = u32::MAX),
            told(|limits| limits.burst = 0),
            told(|limits| limits.callers = 1_000_000_000_000_000),
        ] {
            assert!(told.contains("it must be 1 to 1000000"), "{told}");
        }
        assert!(told(|limits| limits.body_bytes = usize::MAX).contains("it must be 4194304 to "));
        assert!(told(|limits| limits.body_bytes = MAX_BODY_BYTES - 1).contains("it must be 4194304 to "));
        assert!(told(|limits| limits.max_result_bytes = usize::MAX).contains("max_result_bytes"));
        assert!(told(|limits| limits.retries = 101).contains("it must be 0 to 100"));
    }

    #[test]
    fn times_are_at_most_a_day() {
        for (name, told) in [
            ("head_timeout_seconds", told(|limits| limits.head_timeout = Duration::MAX)),
            ("head_timeout_seconds", told(|limits| limits.head_timeout = Duration::ZERO)),
            ("write_timeout_seconds", told(|limits| limits.write_timeout = Duration::MAX)),
            ("retry_pause_seconds", told(|limits| limits.retry_pause = Duration::MAX)),
            ("retry_pause_max_seconds", told(|limits| limits.retry_pause_max = Duration::MAX)),
            ("breaker_open_seconds", told(|limits| limits.breaker_open = Duration::from_secs(86_401))),
            (
                "tool_timeout_seconds",
                told(|limits| _ = limits.tool_timeouts.insert("media_get".into(), Duration::MAX)),
            ),
        ] {
            assert!(told.contains(name) && told.contains("at most 86400"), "{told}");
        }
    }

    #[test]
    fn an_unknown_tool_is_set_right() {
        let times = BTreeMap::from([("mesage_get".to_owned(), Duration::from_secs(1))]);
        assert!(told(|limits| limits.tool_timeouts = times).contains("did you mean message_get?"));
    }
}
