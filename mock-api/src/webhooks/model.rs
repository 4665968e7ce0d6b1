//! A webhook and the log of its deliveries.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How many deliveries of each event a webhook's log keeps; the API shows no more at once.
pub(super) const LOG_LENGTH: usize = 50;

/// A webhook. It belongs to one number for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(super) id: String,
    pub(super) tenant: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) url: String,
    /// Whether it delivers.
    pub(super) active: bool,
    /// `*` is all; none is none.
    pub(super) events: Vec<String>,
    /// Signs deliveries; no operation shows it (U-14).
    pub(super) secret: String,
    pub(super) last_triggered: Option<Time>,
    pub(super) created_at: Time,
    pub(super) updated_at: Time,
    /// Newest first.
    pub(super) log: VecDeque<Delivery>,
}

/// One attempt to deliver an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) event: String,
    /// The status that was answered, if anything was.
    pub(super) status_code: Option<u16>,
    /// The body as it was sent.
    pub(super) payload: Arc<str>,
    /// What was answered.
    pub(super) response: Option<String>,
    pub(super) duration_ms: u64,
    pub(super) at: Time,
}

impl Delivery {
    /// Any 2xx is a success (U-14).
    pub(super) fn is_success(&self) -> bool {
        self.status_code.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Webhook {
    /// Logs a delivery, in place of the oldest of its event when there are enough.
    pub(super) fn record(&mut self, delivery: Delivery) {
        self.last_triggered = Some(delivery.at);
        if self.log.iter().filter(|logged| logged.event == delivery.event).count() >= LOG_LENGTH
            && let Some(oldest) = self.log.iter().rposition(|logged| logged.event == delivery.event)
        {
            self.log.remove(oldest);
        }
        self.log.push_front(delivery);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(event: &str, id: usize) -> Delivery {
        Delivery {
            id: id.to_string(),
            event: event.to_owned(),
            status_code: Some(200),
            payload: "{}".into(),
            response: None,
            duration_ms: 0,
            at: "2026-06-20T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_busy_event_does_not_push_out_a_rare_one() {
        let mut webhook = Webhook {
            id: "wh".to_owned(),
            tenant: "t".to_owned(),
            number: "n".to_owned(),
            name: "w".to_owned(),
            url: "http://localhost".to_owned(),
            active: true,
            events: Vec::new(),
            secret: "s".to_owned(),
            last_triggered: None,
            created_at: "2026-06-20T10:00:00Z".parse().unwrap(),
            updated_at: "2026-06-20T10:00:00Z".parse().unwrap(),
            log: VecDeque::new(),
        };
        webhook.record(delivery("number.connected", 0));
        (1..100).for_each(|id| webhook.record(delivery("message.sent", id)));
        assert_eq!(webhook.log.len(), 1 + LOG_LENGTH);
        assert_eq!(webhook.log.front().unwrap().id, "99");
        assert_eq!(webhook.log.back().unwrap().event, "number.connected");
    }
}
