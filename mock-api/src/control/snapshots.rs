//! Named snapshots: the whole state with the time it was taken at, kept in the mock or as a versioned file.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::error::ControlError;
use super::input::Input;
use super::names;
use super::ops::{done, ok};
use crate::mock::Mock;
use crate::state::State;
use crate::time::Time;

/// How many snapshots are kept; each is as large as the state.
const MAX_SNAPSHOTS: usize = 16;
/// The largest file that is read: a message takes about 800 bytes in it, and there may be a million.
pub(super) const MAX_FILE: usize = 1536 * 1024 * 1024;
/// What a file says it is.
const FORMAT: &str = "pilot-status-mock snapshot";
/// How much of a state is hashed at once.
const PIECE: usize = 64 * 1024;
/// The version of the file that this program writes and reads.
const VERSION: u32 = 2;

/// The snapshots of a mock, oldest name first.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<IndexMap<String, Arc<Snapshot>>>);

#[derive(Debug, Clone)]
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

/// A file. The digest is that of the state as it stands there, without the space between its parts: a file may be laid out anew, but not changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    format: Cow<'a, str>,
    version: u32,
    now: Time,
    digest: Cow<'a, str>,
    #[serde(borrow)]
    state: &'a RawValue,
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
        let failed = |error: serde_json::Error| ControlError::new(500, "EXPORT_FAILED", error.to_string());
        let state = serde_json::value::to_raw_value(&snapshot.state).map_err(failed)?;
        let digest = digest(snapshot.now, &state).into();
        let file = File { format: FORMAT.into(), version: VERSION, now: snapshot.now, digest, state: &state };
        serde_json::to_vec(&file).map_err(failed)
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
        let file: File<'_> = serde_json::from_slice(file).map_err(not_ours)?;
        if file.digest != digest(file.now, file.state) {
            return Err(refuse(
                "The file was changed since it was exported: its digest is not that of its state".into(),
            ));
        }
        let state = serde_json::from_str(file.state.get()).map_err(not_ours)?;
        self.snapshots.put(name, Snapshot { now: file.now, state })
    }
}

/// SHA-256 of the time and the state, the space between the state's parts left out.
fn digest(now: Time, state: &RawValue) -> String {
    let mut hasher = Sha256::new();
    hasher.update(now.to_string());
    let (mut in_text, mut escaped) = (false, false);
    let mut is_kept = |byte: &u8| {
        let kept = in_text || !byte.is_ascii_whitespace();
        in_text ^= *byte == b'"' && !escaped;
        escaped = in_text && *byte == b'\\' && !escaped;
        kept
    };
    // In pieces: the state may be as large as the memory allows.
    let mut piece = Vec::with_capacity(PIECE);
    for byte in state.get().bytes().filter(|byte| is_kept(byte)) {
        piece.push(byte);
        if piece.len() == PIECE {
            hasher.update(&piece);
            piece.clear();
        }
    }
    hasher.update(&piece);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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
