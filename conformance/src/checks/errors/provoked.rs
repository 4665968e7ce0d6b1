//! A row of the table of codes: the stage, the call, and the refusal that it must bring.

use crate::granted::Grant;

/// A call that is refused with a code.
#[derive(Debug)]
pub(super) struct Provoked {
    pub(super) code: &'static str,
    pub(super) status: u16,
    /// What comes before it.
    pub(super) stage: &'static [Stage],
    pub(super) ask: Ask,
    /// A header that the answer of the API must have.
    pub(super) header: Option<Header>,
}

/// A header of a refusal, and so what it must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// The methods that the contract has for the path.
    Allow,
    /// The seconds that the body names.
    RetryAfter,
}

/// What sets the stage. Bodies and arguments are JSON; `{$from, at}` in them is what an earlier tool answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// Steers the mock: the path behind `/_mock`, and the body.
    Steer(&'static str, &'static str),
    /// Lets the API fail.
    Fault(&'static str),
    /// Calls a tool, which must work.
    Call(&'static str, &'static str, &'static str),
}

/// The call that is refused.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// Of a tool, on both sides: tool, key, arguments.
    Tool(&'static str, &'static str, &'static str),
    /// The same with a token that was granted this.
    Granted(&'static str, Grant, &'static str),
    /// The same, over MCP only: the mock itself has no way to answer so, for this reason, but can be made to by a fault.
    Faulty(&'static str, &'static str, &'static str, &'static str),
    /// Of an operation without a tool: method and path of the contract, key, arguments.
    Operation(&'static str, &'static str, &'static str),
    /// Of an operation, where unknown fields are refused.
    Strict(&'static str, &'static str, &'static str),
    /// Of nothing that the contract has: method, path.
    Raw(&'static str, &'static str),
    /// A body of more than 8 MiB.
    TooLarge,
    /// None that anybody could make, for this reason.
    Never(&'static str),
}

pub(super) const fn of(code: &'static str, status: u16, ask: Ask) -> Provoked {
    Provoked { code, status, stage: &[], ask, header: None }
}

impl Provoked {
    pub(super) const fn after(self, stage: &'static [Stage]) -> Self {
        Self { stage, ..self }
    }

    pub(super) const fn with(self, header: Header) -> Self {
        Self { header: Some(header), ..self }
    }
}
