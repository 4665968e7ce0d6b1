//! Whether the provider of a web number answers when it is asked.

use fixtures::world::ConnectionState;
use serde::{Deserialize, Serialize};

use super::Number;
use super::read::WhichLink;
use crate::error::{ApiError, Code};
use crate::time::Time;

/// The state of a number's links, the second one where it has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Links {
    pub(super) primary: ConnectionState,
    pub(super) secondary: Option<ConnectionState>,
}

impl Links {
    /// Of a number, now.
    pub(super) fn of(number: &Number) -> Self {
        Self { primary: number.state, secondary: number.secondary }
    }

    /// A link's state; one that the number does not have is not connected.
    pub(super) fn state(self, link: WhichLink) -> ConnectionState {
        match link {
            WhichLink::Primary => self.primary,
            WhichLink::Secondary => self.secondary.unwrap_or(ConnectionState::Close),
        }
    }

    /// Whether every one is connected.
    pub(super) fn all_open(self) -> bool {
        let open = |state| state == ConnectionState::Open;
        open(self.primary) && self.secondary.is_none_or(open)
    }
}

/// How the provider takes a question about the number's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Upstream {
    /// With an answer.
    #[default]
    Answers,
    /// Without one: what was known last is what there is.
    Silent {
        /// When the state was last known.
        since: Time,
    },
    /// It takes too long.
    TimesOut,
    /// With an error.
    Fails,
    /// There is none configured.
    Missing,
    /// With an error, because it has no instance of the number any more.
    NoInstance,
}

impl Upstream {
    /// Whether it does what it is asked to do.
    pub(super) fn works(self) -> bool {
        self == Self::Answers
    }

    /// The provider reported by itself how the number stands.
    pub(super) fn heard(&mut self, now: Time) {
        if let Self::Silent { since } = self {
            *since = now;
        }
    }

    /// When the state was last known, or nothing when it is known now.
    pub(super) fn last_known(self) -> Result<Option<Time>, ApiError> {
        let (code, text) = match self {
            Self::Answers => return Ok(None),
            Self::Silent { since } => return Ok(Some(since)),
            Self::TimesOut => (Code::UpstreamTimeout, "The provider did not answer in time"),
            Self::Fails => (Code::UpstreamError, "The provider answered with an error"),
            Self::Missing => (Code::ProviderNotConfigured, "No provider is configured for this number"),
            Self::NoInstance => (Code::UpstreamError, "The provider does not know this number any more"),
        };
        Err(ApiError::new(code, text))
    }
}
