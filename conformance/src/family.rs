//! The ten families of checks, and how binding a check is.

use std::fmt;

use serde::Serialize;

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The tools are there, and described soundly, as the contract says.
    Catalogue,
    /// What a schema accepts is never refused as invalid, what it does not always is, and a refusal changes nothing.
    Schema,
    /// Both sides answer alike.
    Agreement,
    /// Every tool takes the credentials that it must, and refuses all others.
    Credentials,
    /// Every tool does on each kind of number what it must.
    Providers,
    /// Every error code of the contract comes when it must, with the body that it must have.
    Errors,
    /// Sequences of calls have the effects that a model of the API foresees.
    Machines,
    /// What happens as time goes by, and the webhooks that tell of it.
    Events,
    /// MCP itself: revisions, headers, malformed messages, cancellation, OAuth.
    Protocol,
    /// Determinism, limits, and faults of the API as they are seen through the server.
    Resilience,
}

impl Family {
    /// All families, in the order in which they are reported.
    pub const ALL: [Self; 10] = [
        Self::Catalogue,
        Self::Schema,
        Self::Agreement,
        Self::Credentials,
        Self::Providers,
        Self::Errors,
        Self::Machines,
        Self::Events,
        Self::Protocol,
        Self::Resilience,
    ];

    /// The name, as on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Schema => "schema",
            Self::Agreement => "agreement",
            Self::Credentials => "credentials",
            Self::Providers => "providers",
            Self::Errors => "errors",
            Self::Machines => "machines",
            Self::Events => "events",
            Self::Protocol => "protocol",
            Self::Resilience => "resilience",
        }
    }

    /// The family of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How binding a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A target that fails it is not an implementation of the contract.
    Must,
    /// A target has to have a good reason for failing it.
    Should,
}

impl Level {
    /// The name, as in RFC 2119.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
