//! What governs the state behind the targets.

use serde_json::Value;

use super::Rig;
use crate::control::Control;
use crate::targets::CallError;

/// The snapshot of state and clock as a run finds them, in the control API.
const START: &str = "/snapshots/conformance-start";

impl Rig {
    /// Takes the state back to its world.
    ///
    /// # Errors
    /// When there is no mock, or it does not answer.
    pub fn reset(&self) -> Result<(), CallError> {
        self.runtime.block_on(self.control.reset(&self.rest))
    }

    /// Takes state and clock back to where they were when this was first asked for.
    ///
    /// # Errors
    /// As [`Rig::reset`].
    pub(crate) fn rewind(&self) -> Result<(), CallError> {
        if self.kept.get() {
            self.steer(&format!("{START}/restore"), &Value::Null)?;
            return self.reset();
        }
        self.reset()?;
        self.runtime.block_on(self.control.send(&self.rest, "PUT", START, None))?;
        self.kept.set(true);
        Ok(())
    }

    /// Whether the control API asks for a token.
    pub(crate) const fn asks_for_token(&self) -> bool {
        matches!(&self.control, Control::Remote { token: Some(_) })
    }

    /// A digest of the state.
    ///
    /// # Errors
    /// As [`Rig::reset`].
    pub fn digest(&self) -> Result<String, CallError> {
        self.runtime.block_on(self.control.digest(&self.rest))
    }

    /// Steers the mock: a `POST` to `/_mock` and `path`.
    ///
    /// # Errors
    /// As [`Rig::reset`], and when the mock refuses.
    pub fn steer(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.control("POST", path, body)
    }

    /// Steers the mock by any method.
    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value, CallError> {
        self.block_on(self.steering(method, path, body))
    }

    /// As [`Rig::control`], while something else is under way.
    pub(crate) async fn steering(&self, method: &str, path: &str, body: &Value) -> Result<Value, CallError> {
        let body = Some(body.clone()).filter(|body| !body.is_null());
        self.control.send(&self.rest, method, path, body).await
    }

    /// What the mock's control API says at `/_mock` and `path`.
    ///
    /// # Errors
    /// As [`Rig::steer`].
    pub fn look(&self, path: &str) -> Result<Value, CallError> {
        self.runtime.block_on(self.control.send(&self.rest, "GET", path, None))
    }
}
