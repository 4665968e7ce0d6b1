//! Where a sequence of calls is played: one target, from a moment that the model counts from.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::expect::text;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::scene::Scene;
use crate::targets::{Answer, Target};

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// One target, from a state that was just reset.
pub(super) struct Stage<'a> {
    scene: &'a Scene<'a>,
    target: Target,
    start: Timestamp,
    /// The ids of what was made, by the numbers that a model has for it. They say nothing of the order, so that fewer things can be made without changing what
    /// is meant.
    ids: BTreeMap<usize, String>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, target: Target) -> Result<Self, Box<Finding>> {
        Ok(Self { scene, target, start: scene.now()?, ids: BTreeMap::new() })
    }

    /// Calls a tool. Arguments that are null are left out.
    pub(super) fn call(&self, tool: &str, key: &str, arguments: Value) -> Result<Answer, Box<Finding>> {
        self.scene.call(self.target, tool, key, &given(arguments))
    }

    /// Lets something happen outside.
    pub(super) fn simulate(&self, kind: &str, body: Value) -> Result<Value, Box<Finding>> {
        self.scene.steer(&format!("/simulate/{kind}"), Value::Object(given(body)))
    }

    /// A number is connected, or loses its connection.
    pub(super) fn connection(&self, number: &str, open: bool) -> Checked {
        let event = if open { "connect" } else { "disconnect" };
        self.simulate("number", json!({ "numberId": number, "event": event })).map(drop)
    }

    /// Lets so many milliseconds pass, with all that falls due in them.
    pub(super) fn pass(&self, milliseconds: i64) -> Checked {
        let by = SignedDuration::from_millis(milliseconds).to_string();
        self.scene.steer("/clock/advance", json!({ "by": by })).map(drop)
    }

    /// The same, without waiting for deliveries that are under way.
    pub(super) fn hurry(&self, milliseconds: i64) -> Checked {
        let by = SignedDuration::from_millis(milliseconds).to_string();
        self.scene.steer("/clock/advance", json!({ "by": by, "wait": false })).map(drop)
    }

    /// So many milliseconds from the start, as the API writes instants.
    pub(super) fn instant(&self, milliseconds: i64) -> String {
        let at = self.start + SignedDuration::from_millis(milliseconds);
        at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// The id of what was last made under a number, or one that nothing has.
    pub(super) fn id(&self, number: usize) -> &str {
        self.ids.get(&number).map_or("nothing_has_this_id", String::as_str)
    }

    /// Notes the id of what was just made.
    pub(super) fn made(&mut self, number: usize, body: &Value) {
        self.ids.insert(number, text(body, "id").to_owned());
    }

    /// Whether something that was made has this id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.ids.values().any(|known| known == id)
    }
}

fn given(arguments: Value) -> Map<String, Value> {
    let Value::Object(mut arguments) = arguments else { return Map::new() };
    arguments.retain(|_, value| !value.is_null());
    arguments
}
