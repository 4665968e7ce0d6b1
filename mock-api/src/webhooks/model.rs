//! A webhook and the log of its deliveries.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How many deliveries a webhook's log keeps; the API shows no more.
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
    /// Logs a delivery, in place of the oldest when the log is full.
    pub(super) fn record(&mut self, delivery: Delivery) {
        self.last_triggered = Some(delivery.at);
        self.log.truncate(LOG_LENGTH - 1);
        self.log.push_front(delivery);
    }
}
