//! Leave to ask about tokens that nobody here has seen to be good: anybody can make them up, and each costs the authorization server a request.

use tokio::sync::OwnedSemaphorePermit;

use super::Refusal;
use super::settings::OAuth;
use crate::Metrics;
use crate::budget::{Budget, Spent, evenly};
use crate::operation::Bound;

/// How many may be asked about, at once and in a time.
#[derive(Debug)]
pub(super) struct Strangers {
    budget: Budget,
    metrics: Metrics,
}

impl Strangers {
    pub(super) fn new(settings: &OAuth, metrics: Metrics) -> Self {
        let quota = evenly(settings.introspections_per_minute);
        Self { budget: Budget::new(settings.introspections_at_once.get(), Some(quota)), metrics }
    }

    /// Leave for one question, until it is dropped. Who is refused takes nothing of the rate.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        self.budget.admit().map_err(|spent| {
            self.metrics.refused(Bound::Introspections);
            Refusal::Busy(match spent {
                Spent::AtOnce => 1,
                Spent::Rate(seconds) => seconds,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU32, NonZeroUsize};
    use std::time::Duration;

    use super::*;

    fn strangers(at_once: usize, per_minute: u32) -> Strangers {
        let settings = OAuth {
            introspections_at_once: NonZeroUsize::new(at_once).unwrap(),
            introspections_per_minute: NonZeroU32::new(per_minute).unwrap(),
            ..OAuth::default()
        };
        Strangers::new(&settings, Metrics::default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_has_its_share_of_a_minute() {
        let strangers = strangers(100, 120);
        let refused = || strangers.admit().err();
        assert_eq!([refused(), refused(), refused()], [None, None, Some(Refusal::Busy(1))]);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!([refused(), refused()], [None, Some(Refusal::Busy(1))]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_rate_tells_how_long_to_wait() {
        let strangers = strangers(100, 4);
        assert!(strangers.admit().is_ok());
        assert_eq!(strangers.admit().unwrap_err(), Refusal::Busy(15));
        tokio::time::advance(Duration::from_secs(15)).await;
        assert!(strangers.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn questions_under_way_are_bounded_and_refusing_costs_nothing() {
        let strangers = strangers(2, 180);
        let (first, _second) = (strangers.admit().unwrap(), strangers.admit().unwrap());
        for _ in 0..10 {
            assert_eq!(strangers.admit().unwrap_err(), Refusal::Busy(1));
        }
        let told = "pilot_status_mcp_refusals_total{reason=\"introspections\"} 10\n";
        assert!(strangers.metrics.to_text().contains(told), "{}", strangers.metrics.to_text());
        drop(first);
        assert!(strangers.admit().is_ok());
    }
}
