//! Named snapshots: the whole state with the time it was taken at, kept in the mock or as a versioned file.

use std::sync::{Arc, Mutex};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::ControlError;
use super::input::Input;
use super::names;
use super::ops::{done, ok};
use crate::mock::Mock;
use crate::state::State;
use crate::time::Time;

/// How many snapshots are kept; each is as large as the state.
const MAX_SNAPSHOTS: usize = 16;
/// The largest file that is read.
pub(super) const MAX_FILE: usize = 512 * 1024 * 1024;
/// What a file says it is.
const FORMAT: &str = "pilot-status-mock snapshot";
/// The version of the file that this program writes and reads.
const VERSION: u32 = 1;

/// The snapshots of a mock, oldest name first.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<IndexMap<String, Arc<Snapshot>>>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Snapshot {
    now: Time,
    state: State,
}

/// A snapshot, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotInfo {
    /// Its name.
    pub name: String,
    /// What the mock's clock showed when it was taken; restoring it takes the clock back there.
    pub now: Time,
}

#[derive(Debug, Serialize)]
struct File<'a> {
    format: &'a str,
    version: u32,
    #[serde(flatten)]
    snapshot: &'a Snapshot,
}

/// What a file says of itself, read before the rest of it.
#[derive(Debug, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl Snapshots {
    fn get(&self, name: &str) -> Result<Arc<Snapshot>, ControlError> {
        let kept = crate::lock(&self.0);
        let known = kept.keys().cloned();
        kept.get(name)
            .cloned()
            .ok_or_else(|| ControlError::unknown("SNAPSHOT_NOT_FOUND", "snapshot", name, known))
    }

    fn put(&self, name: &str, snapshot: Snapshot) -> Result<SnapshotInfo, ControlError> {
        names::check("name", name)?;
        let mut kept = crate::lock(&self.0);
        if kept.len() >= MAX_SNAPSHOTS && !kept.contains_key(name) {
            let text = format!("There are {MAX_SNAPSHOTS} snapshots already; delete some first");
            return Err(ControlError::new(409, "TOO_MANY_SNAPSHOTS", text));
        }
        let info = SnapshotInfo { name: name.to_owned(), now: snapshot.now };
        kept.insert(name.to_owned(), Arc::new(snapshot));
        Ok(info)
    }

    pub(crate) fn all(&self) -> Vec<SnapshotInfo> {
        let kept = crate::lock(&self.0);
        kept.iter().map(|(name, it)| SnapshotInfo { name: name.clone(), now: it.now }).collect()
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), ControlError> {
        self.get(name)?;
        crate::lock(&self.0).shift_remove(name);
        Ok(())
    }
}

impl Mock {
    pub(crate) fn save_snapshot(&self, name: &str) -> Result<SnapshotInfo, ControlError> {
        let snapshot = {
            let state = crate::lock(&self.state);
            Snapshot { now: self.clock.now(), state: state.clone() }
        };
        self.snapshots.put(name, snapshot)
    }

    pub(crate) fn restore_snapshot(&self, name: &str) -> Result<SnapshotInfo, ControlError> {
        let snapshot = self.snapshots.get(name)?;
        let mut state = snapshot.state.clone();
        state.webhooks.outbox.resume();
        self.replace(state, Some(snapshot.now));
        Ok(SnapshotInfo { name: name.to_owned(), now: snapshot.now })
    }

    pub(crate) fn export_snapshot(&self, name: &str) -> Result<Vec<u8>, ControlError> {
        let snapshot = self.snapshots.get(name)?;
        let file = File { format: FORMAT, version: VERSION, snapshot: &snapshot };
        serde_json::to_vec(&file).map_err(|error| ControlError::new(500, "EXPORT_FAILED", error.to_string()))
    }

    pub(crate) fn import_snapshot(&self, name: &str, file: &[u8]) -> Result<SnapshotInfo, ControlError> {
        let refuse = |reason: String| ControlError::new(400, "SNAPSHOT_INVALID", reason);
        let not_ours = |error| refuse(format!("Not a snapshot of this program: {error}"));
        let head: Head = serde_json::from_slice(file).map_err(not_ours)?;
        if head.format != FORMAT || head.version != VERSION {
            return Err(refuse(format!(
                "This is {:?}, version {}; this program reads {FORMAT:?}, version {VERSION}",
                head.format, head.version
            )));
        }
        self.snapshots.put(name, serde_json::from_slice(file).map_err(not_ours)?)
    }
}

pub(super) async fn list(mock: Arc<Mock>, _: Input) -> Result<Response, ControlError> {
    ok(&json!({ "snapshots": mock.snapshots.all() }))
}

pub(super) async fn save(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&mock.save_snapshot(input.param("name"))?)
}

pub(super) async fn restore(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&mock.restore_snapshot(input.param("name"))?)
}

pub(super) async fn export(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    let file = mock.export_snapshot(input.param("name"))?;
    let mut response = file.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

pub(super) async fn import(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    ok(&mock.import_snapshot(input.param("name"), &input.body)?)
}

pub(super) async fn delete(mock: Arc<Mock>, input: Input) -> Result<Response, ControlError> {
    mock.snapshots.remove(input.param("name"))?;
    done()
}
