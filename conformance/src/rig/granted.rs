//! Clients that hold tokens for the targets.

use fixtures::Contract;
use serde_json::Value;

use super::Rig;
use crate::granted::{Grant, Granted};
use crate::targets::{CallError, Mcp, Target};

/// The snapshot of the start in which clients have signed in, in the control API.
const SIGNED_IN: &str = "/snapshots/conformance-signed-in";

impl Rig {
    /// Takes state and clock back to where they were when clients had just signed in, and answers the credential of one of them.
    ///
    /// # Errors
    /// As [`Rig::reset`], and [`CallError::Unsupported`] where nobody can sign in.
    pub(crate) fn signed_in(
        &self,
        contract: &Contract,
        grant: Grant,
        target: Target,
    ) -> Result<String, CallError> {
        let granted = self.granted.get_or_init(|| self.sign_in(contract)).as_ref().map_err(Clone::clone)?;
        self.steer(&format!("{SIGNED_IN}/restore"), &Value::Null)?;
        let credential = granted.credential(grant, target);
        credential.ok_or_else(|| CallError::Unsupported("nobody has signed in".to_owned()))
    }

    /// Signs in, and keeps a snapshot in which what the server exchanged the tokens for is good too.
    fn sign_in(&self, contract: &Contract) -> Result<Granted, CallError> {
        self.rewind()?;
        self.there(Target::Mcp)?;
        self.anything_goes()?;
        let endpoint = self.resource()?;
        self.block_on(async {
            let granted = Granted::at(endpoint).await?;
            granted.exchange(contract).await?;
            self.control.send(&self.rest, "PUT", SIGNED_IN, None).await?;
            Ok(granted)
        })
    }

    /// The server for a credential: tokens are for that which takes them.
    pub(super) fn mcp_of(&self, key: Option<&str>) -> &Mcp {
        let granted = self.granted.get().and_then(|granted| granted.as_ref().ok());
        let is_token = key.is_some_and(|key| key.starts_with("Bearer "));
        granted.filter(|_| is_token).map_or(&self.mcp, |granted| &granted.mcp)
    }
}
