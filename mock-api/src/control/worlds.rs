//! Back to the world, for all or for one tenant; another world.

use std::sync::Arc;

use axum::response::Response;
use fixtures::World;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::error::ControlError;
use super::input::Input;
use super::ops::{done, ok};
use crate::mock::Mock;
use crate::state::State;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reset {
    /// Absent for all: a null is more likely a variable that was not set than a wish to reset everything.
    #[serde(default, deserialize_with = "present")]
    tenant_id: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

impl Mock {
    /// A digest of the state: two equal ones mean that nothing changed in between.
    pub(crate) fn digest(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        format!("{:?}", crate::lock(&self.state)).hash(&mut hasher);
        hasher.finish()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&crate::lock(&self.world))
    }

    /// Goes back to the world, ids and keys included; journal and faults are empty then.
    pub(crate) fn reset(&self) {
        let world = self.world();
        self.replace(State::load(&world, self.seed, self.clock.now()), None);
        self.journal.clear();
        self.faults.reset(self.seed);
    }

    /// Takes one tenant back to the world, with its part of journal and faults. Other tenants do not notice; ids go on.
    pub(crate) fn reset_tenant(&self, tenant: &str) -> Result<(), ControlError> {
        let all = self.world();
        let known = all.tenants.iter().map(|tenant| tenant.id.clone());
        let unknown = || ControlError::unknown("TENANT_NOT_FOUND", "tenant", tenant, known);
        let world = all.of_tenant(tenant).ok_or_else(unknown)?;
        {
            let mut state = crate::lock(&self.state);
            let now = self.clock.now();
            state.settle(now);
            state.reset_tenant(&world, tenant, now);
        }
        self.driver.stir();
        self.journal.clear_tenant(tenant);
        self.faults.clear_tenant(tenant);
        Ok(())
    }

    /// Puts another world in the place of the one there is, and goes to it.
    pub(crate) fn load_world(&self, world: World) {
        *crate::lock(&self.world) = Arc::new(world);
        self.reset();
    }
}

pub(super) async fn digest(mock: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    ok(&json!({ "digest": format!("{:016x}", mock.digest()) }))
}

pub(super) async fn reset(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    match input.json()? {
        Reset { tenant_id: Some(tenant) } => mock.reset_tenant(&tenant)?,
        Reset { tenant_id: None } => mock.reset(),
    }
    done()
}

/// YAML, of which JSON is a subset.
pub(super) async fn load(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let refuse = |error: String| ControlError::new(400, "WORLD_INVALID", error);
    let text = std::str::from_utf8(&input.body).map_err(|error| refuse(error.to_string()))?;
    let world = World::parse("the body", text).map_err(|error| refuse(error.to_string()))?;
    mock.load_world(world);
    done()
}
