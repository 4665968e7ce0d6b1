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

    /// What its checks are about, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Catalogue => "The tools are there, and described soundly, as the contract says.",
            Self::Schema => "What a schema accepts is never refused as invalid, what it does not always is.",
            Self::Agreement => "Both sides answer alike.",
            Self::Credentials => "Every tool takes the credentials that it must, and refuses all others.",
            Self::Providers => "Every tool does on each kind of number what it must.",
            Self::Errors => "Every error code comes when it must, with the body that it must have.",
            Self::Machines => "Sequences of calls have the effects that a model of the API foresees.",
            Self::Events => "What happens as time goes by, and the webhooks that tell of it.",
            Self::Protocol => "MCP itself: revisions, headers, malformed messages, cancellation, OAuth.",
            Self::Resilience => {
                "Determinism, limits, and faults of the API as they are seen through the server."
            }
        }
    }

    /// Where to look when one of its checks fails.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Catalogue => {
                "Hold the tool's definition in tools/list against its operation in the contract; `diff` says whom the difference breaks."
            }
            Self::Schema => {
                "Run the curl line and hold the answer against the operation's schema. A valid input that is refused: look for a rule that only the validator has. An invalid one that is taken: look for a field that is not validated."
            }
            Self::Agreement => {
                "Run the curl line and the MCP call on the same state. When the curl line's answer is right, the server's mapping of arguments or answer is wrong."
            }
            Self::Credentials => {
                "Look at the order of checks: key, scope, number, provider, and only then the body. Over MCP look at which header the key is passed on in."
            }
            Self::Providers => {
                "Look at what the operation asks about the number's provider and connection before it reads the body."
            }
            Self::Errors => {
                "Look for the code in the catalogue: status, text and details must be those of its entry."
            }
            Self::Machines => {
                "Repeat the calls in their order; the last one that changed something is where model and target part."
            }
            Self::Events => {
                "Repeat the script, and look at the webhook's log and at what fell due between the calls."
            }
            Self::Protocol => {
                "Send the message as it is printed, and look at what the transport does before any tool is called."
            }
            Self::Resilience => {
                "Repeat the script with the same fault, and look at what is kept from call to call."
            }
        }
    }

    /// What it checks beside the tools: the subjects of its scenarios.
    pub fn subjects(self) -> impl Iterator<Item = &'static str> {
        self.scenarios().iter().map(|scenario| scenario.name)
    }

    /// Whether it has checks of each tool.
    #[must_use]
    pub fn is_of_tools(self) -> bool {
        crate::checks::OF_A_TOOL.contains(&self)
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
