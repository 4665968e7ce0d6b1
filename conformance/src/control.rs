//! What governs the state behind the targets.

use std::sync::Arc;

use mock_api::MockApi;
use serde_json::{Value, json};

use crate::targets::{CallError, Rest, Wire};

/// The variable with the token of the mock's control API; the mock reads the same.
pub const CONTROL_TOKEN: &str = "PILOT_STATUS_MOCK_CONTROL_TOKEN";

/// What governs the state behind the targets. What it cannot do leaves checks *not verified*.
#[derive(Debug, Clone)]
pub enum Control {
    /// The mock runs in this process.
    Mock(Arc<MockApi>),
    /// The mock runs elsewhere, and is steered by its control API.
    Remote {
        /// What its control API asks for.
        token: Option<String>,
    },
    /// Nothing: this is no mock.
    None,
}

impl Control {
    /// Takes the state back to its world.
    pub(crate) async fn reset(&self, rest: &Rest) -> Result<(), CallError> {
        match self {
            Self::Mock(mock) => {
                mock.reset();
                Ok(())
            }
            _ => self.send(rest, "POST", "/reset", None).await.map(drop),
        }
    }

    /// A digest of the state.
    pub(crate) async fn digest(&self, rest: &Rest) -> Result<String, CallError> {
        match self {
            Self::Mock(mock) => Ok(mock.digest().to_string()),
            _ => {
                let answer = self.send(rest, "GET", "/digest", None).await?;
                Ok(answer.get("digest").and_then(Value::as_str).unwrap_or_default().to_owned())
            }
        }
    }

    /// Makes a request to the control API: `path` is what comes behind `/_mock`.
    pub(crate) async fn send(
        &self,
        rest: &Rest,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, CallError> {
        let token = match self {
            Self::Mock(_) => None,
            Self::Remote { token } => token.as_ref(),
            Self::None => {
                return Err(CallError::Unsupported(
                    "it needs the state of the demo world, and no control API may be used to bring it about"
                        .to_owned(),
                ));
            }
        };
        let headers = token.map(|token| ("x-control-token".to_owned(), token.clone())).into_iter().collect();
        let wire = Wire { headers, ..Wire::control(method, path, body) };
        let answer = rest.send(&wire).await?;
        if answer.ok {
            return Ok(answer.body);
        }
        let asked = json!({ "asked": format!("{method} /_mock{path}"), "answer": answer.body });
        Err(CallError::Control(asked.to_string()))
    }
}
