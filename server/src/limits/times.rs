//! How long calls may take.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Config;

/// Longest time for a call, by its tool.
#[derive(Debug)]
pub(crate) struct CallTimes {
    usual: Duration,
    of_tools: BTreeMap<String, Duration>,
}

impl CallTimes {
    /// As `config` says.
    #[must_use]
    pub(crate) fn new(config: &Config) -> Self {
        Self { usual: config.upstream_timeout, of_tools: config.limits.tool_timeouts.clone() }
    }

    /// Longest time for a call of `tool`, retries included.
    #[must_use]
    pub(crate) fn of(&self, tool: &str) -> Duration {
        self.of_tools.get(tool).copied().unwrap_or(self.usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_may_have_a_time_of_its_own() {
        let (usual, own) = (Duration::from_secs(20), Duration::from_secs(90));
        let mut config = Config { upstream_timeout: usual, ..Config::default() };
        config.limits.tool_timeouts.insert("media_get".into(), own);
        let times = CallTimes::new(&config);
        assert_eq!((times.of("media_get"), times.of("call_get")), (own, usual));
    }
}
