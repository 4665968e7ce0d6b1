//! One message as the reference has it: when what happens to it.

use serde_json::{Value, json};

use crate::checks::stage::{DAY, SECOND, Stage};

/// A message is attempted 5 seconds after it is due and delivered 2 seconds after that, as in the documented example (docs page /api/messages/status); that
/// it is read 30 seconds later is the mock's own pace.
const ATTEMPTED: i64 = 5 * SECOND;
const DELIVERED: i64 = 2 * SECOND;
const READ: i64 = 30 * SECOND;
/// Without an attempt it is given up (U-27).
const TOO_OLD: i64 = 7 * DAY;

/// How a destination takes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Reader,
    NoReader,
    Nowhere,
    Nobody,
    NotOnWhatsApp,
}

impl To {
    pub(super) const ALL: [Self; 5] =
        [Self::Reader, Self::NoReader, Self::Nowhere, Self::Nobody, Self::NotOnWhatsApp];

    /// A contact of the demo world, and magic numbers (U-19).
    pub(super) const fn phone(self) -> &'static str {
        match self {
            Self::Reader => "+5511966665555",
            Self::NoReader => "+15550100101",
            Self::Nowhere => "+15550100102",
            Self::Nobody => "+15550100103",
            Self::NotOnWhatsApp => "+15550100011",
        }
    }
}

/// What becomes of the wish to cancel it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    Done,
    Fails(&'static str),
    /// It fails; the reference does not say which reason is told.
    FailsSomehow,
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    to: To,
    due: i64,
    scheduled: Option<i64>,
    until: Option<i64>,
    pub(super) status: &'static str,
    code: Option<&'static str>,
    sent: Option<i64>,
    delivered: Option<i64>,
    read: Option<i64>,
    /// Whether it was due while the number was not connected.
    waits: bool,
}

impl Message {
    pub(super) fn new(to: To, due: i64, scheduled: Option<i64>, until: Option<i64>) -> Self {
        let (status, code, sent, delivered, read) = ("QUEUED", None, None, None, None);
        Self { to, due, scheduled, until, status, code, sent, delivered, read, waits: false }
    }

    /// Whether both come of the same body.
    pub(super) fn same_body(&self, other: &Self) -> bool {
        (self.to, self.scheduled, self.until) == (other.to, other.scheduled, other.until)
    }

    /// Whether it waits for its time.
    pub(super) fn is_ahead(&self, now: i64) -> bool {
        self.status == "QUEUED" && self.scheduled.is_some_and(|at| at > now)
    }

    /// Whether the provider has it, and something is still to come.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.status, "SENT" | "DELIVERED") && self.next(true).is_some()
    }

    pub(super) fn cancel(&mut self, now: i64) -> Cancel {
        match self.status {
            _ if self.is_ahead(now) => {
                self.status = "CANCELED";
                Cancel::Done
            }
            "CANCELED" => Cancel::Fails("ALREADY_CANCELED"),
            "QUEUED" if self.scheduled.is_none() => Cancel::Fails("NOT_SCHEDULED"),
            "SENT" | "DELIVERED" | "READ" if self.scheduled.is_some() => Cancel::Fails("ALREADY_SENT"),
            _ => Cancel::FailsSomehow,
        }
    }

    /// Everything that happens to it by itself until `now`.
    pub(super) fn pass(&mut self, now: i64, open: bool) {
        while let Some(at) = self.next(open).filter(|at| *at <= now) {
            self.happens(at);
        }
        self.waits |= !open && self.status == "QUEUED" && self.attempt() <= now;
    }

    /// The number is connected again: what waited goes out.
    pub(super) fn goes_on(&mut self, now: i64) {
        if std::mem::take(&mut self.waits) && self.status == "QUEUED" && self.to != To::Nobody {
            self.is_attempted(now);
        }
    }

    /// The provider reports how far it came; steps before are made up for, and what comes too late changes nothing.
    pub(super) fn is_reported(&mut self, status: &str, now: i64) {
        let rank = |status: &str| ["QUEUED", "SENT", "DELIVERED", "READ"].iter().position(|it| *it == status);
        match (rank(self.status), rank(status)) {
            (Some(0 | 1), None) => self.fails("DELIVERY_TIMEOUT"),
            (Some(from), Some(to)) => (from + 1..=to).for_each(|step| self.reaches(step, now)),
            _ => {}
        }
    }

    fn reaches(&mut self, step: usize, at: i64) {
        match step {
            1 => (self.status, self.sent) = ("SENT", Some(at)),
            2 => (self.status, self.delivered) = ("DELIVERED", Some(at)),
            _ => (self.status, self.read) = ("READ", Some(at)),
        }
    }

    fn fails(&mut self, code: &'static str) {
        (self.status, self.code) = ("FAILED", Some(code));
    }

    fn attempt(&self) -> i64 {
        self.due + ATTEMPTED
    }

    /// When the next thing happens.
    fn next(&self, open: bool) -> Option<i64> {
        let deadline = self.until.map(|until| until + 1);
        let step = match (self.status, self.to) {
            ("QUEUED", _) if open && self.to != To::Nobody && !self.waits => Some(self.attempt()),
            ("QUEUED", _) => Some(self.due + TOO_OLD),
            ("SENT", To::Nowhere) => None,
            ("SENT", _) => self.sent.map(|at| at + DELIVERED),
            ("DELIVERED", to) => return self.delivered.filter(|_| to != To::NoReader).map(|at| at + READ),
            _ => return None,
        };
        [step, deadline].into_iter().flatten().min()
    }

    fn happens(&mut self, at: i64) {
        let late = self.until.is_some_and(|until| at > until);
        match self.status {
            "QUEUED" if late => self.fails("MESSAGE_EXPIRED"),
            "QUEUED" if at >= self.due + TOO_OLD => self.fails("NEVER_ATTEMPTED_MAX_AGE_EXCEEDED"),
            "QUEUED" => self.is_attempted(at),
            "SENT" if late => self.fails("DELIVERED_NOT_CONFIRMED"),
            "SENT" => self.reaches(2, at),
            _ => self.reaches(3, at),
        }
    }

    fn is_attempted(&mut self, at: i64) {
        match self.to {
            To::NotOnWhatsApp => self.fails("WHATSAPP_NOT_EXIST"),
            _ => self.reaches(1, at),
        }
    }

    /// How `message_get` shows it.
    pub(super) fn shown(&self, stage: &Stage<'_>) -> Value {
        let instant = |at: Option<i64>| at.map(|at| stage.instant(at));
        json!({
            "status": self.status,
            "destinationNumber": self.to.phone(),
            "sentAt": instant(self.sent),
            "deliveredAt": instant(self.delivered),
            "readAt": instant(self.read),
            "errorCode": self.code,
        })
    }
}
