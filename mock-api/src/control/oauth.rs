//! The authorization server's keys.

use std::sync::Arc;

use axum::response::Response;
use serde_json::json;

use super::error::ControlError;
use super::input::Input;
use super::ops::ok;
use crate::mock::Mock;

impl Mock {
    /// Lets another key sign from now on. Answers its name.
    pub(crate) fn rotate_oauth_key(&self) -> String {
        let now = self.clock.now();
        let mut state = crate::lock(&self.state);
        let seed = state.ids.seed();
        state.oauth.rotate_key(seed, now)
    }
}

pub(super) async fn rotate(mock: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    ok(&json!({ "kid": mock.rotate_oauth_key() }))
}
