//! Whether the provider of a web number answers when it is asked.

use serde::{Deserialize, Serialize};

use crate::error::{ApiError, Code};
use crate::time::Time;

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
