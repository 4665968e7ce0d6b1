//! Requests that are made by hand. Most have no effect: they are malformed, list, or are refused. One that names a tool which writes is only for targets to
//! which anything may be done.

use fixtures::Contract;

use super::{Rig, Transport};
use crate::permit::Permit;
use crate::targets::{Answer, CallError, Heard, Peer, Raw, Target, Wire};

impl Rig {
    /// Makes a request by hand, to any URL. Keys of the demo world are those of the target.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] for what is not permitted, or not there; others when no answer comes.
    pub(crate) fn send_by_hand(&self, contract: &Contract, url: &str, raw: &Raw) -> Result<Heard, CallError> {
        let raw = self.by_hand(contract, raw)?;
        self.block_on(self.pace.ask(|| raw.send(&self.sender, url)))
    }

    /// As [`Rig::send_by_hand`], while something else is under way.
    pub(crate) async fn sending_by_hand(
        &self,
        contract: &Contract,
        url: &str,
        raw: &Raw,
    ) -> Result<Heard, CallError> {
        self.by_hand(contract, raw)?.send(&self.sender, url).await
    }

    fn by_hand(&self, contract: &Contract, raw: &Raw) -> Result<Raw, CallError> {
        self.there(Target::Mcp)?;
        raw.texts().try_for_each(|text| self.permit.allows_text(contract, text))?;
        raw.keyed(|key| self.roles.key(key).map(str::to_owned))
    }

    /// A server over stdio that nobody has spoken with. It must be reached over stdio. What is written to it is for the caller to hold against
    /// [`Permit::allows_text`].
    pub(crate) fn fresh(&self, key: &str) -> Result<Peer, CallError> {
        self.there(Target::Mcp)?;
        let (mcp, key) = (self.over(Transport::Stdio)?, self.roles.key(key)?);
        // Where it serves in this process, it needs the runtime.
        self.block_on(async { mcp.fresh(key) })
    }

    /// Makes any request to the API. Nobody looks at what it asks for, so that it is only for targets to which anything may be done.
    ///
    /// # Errors
    /// As [`Rest::send`](crate::targets::Rest::send).
    pub(crate) fn send(&self, wire: &Wire) -> Result<Answer, CallError> {
        self.there(Target::Rest)?;
        self.anything_goes()?;
        self.block_on(self.rest.send(wire))
    }

    /// Whether it is a target to which anything may be done.
    pub(super) fn anything_goes(&self) -> Result<(), CallError> {
        match self.permit {
            Permit::Everything => Ok(()),
            Permit::Safe { .. } => Err(CallError::Unsupported(
                "it changes something by a request that no client would make, which is only for targets to which anything may be done"
                    .to_owned(),
            )),
        }
    }
}
