//! A call.

use fixtures::world::{CallStatus, Direction};
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// A voice call of a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(super) id: String,
    /// The provider's id, good wherever the own one is.
    pub(super) external_id: String,
    pub(super) direction: Direction,
    pub(super) status: CallStatus,
    /// The other side, digits; none where it is known by its user id only.
    pub(super) peer: Option<String>,
    pub(super) conversation: Option<String>,
    pub(super) opaque: Option<String>,
    pub(super) sdp_offer: Option<String>,
    pub(super) sdp_answer: Option<String>,
    /// Why it failed, if it did; no codes are documented.
    pub(super) error: Option<String>,
    pub(super) created_at: Time,
    pub(super) connected_at: Option<Time>,
    pub(super) ended_at: Option<Time>,
    pub(super) updated_at: Time,
}

impl Call {
    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.status, CallStatus::Initiated | CallStatus::Ringing | CallStatus::Accepted)
    }

    /// Whether it waits for the number to answer.
    pub(super) fn can_be_accepted(&self) -> bool {
        self.direction == Direction::Inbound && self.status == CallStatus::Ringing
    }

    /// Seconds from answer to end.
    pub(super) fn duration_seconds(&self) -> Option<i64> {
        Some(self.ended_at?.since(self.connected_at?).as_secs())
    }

    /// Ends it.
    pub(super) fn end(&mut self, status: CallStatus, now: Time) {
        self.status = status;
        self.ended_at = Some(now);
        self.updated_at = now;
    }
}
