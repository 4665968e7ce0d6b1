//! Standard input and output: a process for each key, because a server has one caller there.

use std::fmt;
use std::process::Stdio as Pipe;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::process::Command;

use super::kept::Kept;
use super::peer::Peer;
use super::revision::{Revision, agreed, handshake};
use super::{Reply, unusable};
use crate::targets::CallError;

/// The variable in which a server over stdio finds the key of its caller.
const KEY_VARIABLE: &str = "PILOT_STATUS_API_KEY";
/// The variable that would name another caller.
const TOKEN_VARIABLE: &str = "PILOT_STATUS_ACCESS_TOKEN";

/// Starts a server for the caller with this key.
pub(crate) type Connect = dyn Fn(&str) -> Result<Peer, CallError> + Send + Sync;

/// A server that is started for each key.
pub(super) struct Stdio {
    connect: Arc<Connect>,
    peers: Kept<Peer>,
}

impl fmt::Debug for Stdio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdio").finish_non_exhaustive()
    }
}

impl Stdio {
    pub(super) fn new(connect: Arc<Connect>) -> Self {
        Self { connect, peers: Kept::default() }
    }

    /// Another of the same, with processes of its own.
    pub(super) fn again(&self) -> Self {
        Self::new(Arc::clone(&self.connect))
    }

    /// A server that nobody has spoken with.
    pub(super) fn fresh(&self, key: &str) -> Result<Peer, CallError> {
        (self.connect)(key)
    }

    pub(super) async fn exchange(
        &self,
        key: Option<&str>,
        revision: Revision,
        message: &Value,
    ) -> Result<Reply, CallError> {
        let Some(key) = key else {
            let reason = "a server over stdio is given its key when it starts";
            return Err(CallError::Unsupported(reason.to_owned()));
        };
        let of = format!("{} {key}", revision.name());
        let mut peer = match self.peers.take(&of) {
            Some(peer) => peer,
            None => self.open(key, revision).await?,
        };
        // One that fails is not kept: the next call starts another.
        let message = peer.ask(message).await?;
        self.peers.keep(&of, peer);
        Ok(Reply { status: None, headers: HeaderMap::new(), message })
    }

    async fn open(&self, key: &str, revision: Revision) -> Result<Peer, CallError> {
        let mut peer = self.fresh(key)?;
        if let Revision::Legacy(version) = revision {
            let (initialize, initialized) = handshake(version);
            let answer = peer.ask(&initialize).await?;
            if agreed(&answer).is_none() {
                return Err(unusable(format!("initialize answered {answer}")));
            }
            peer.write(&initialized.to_string()).await?;
        }
        Ok(peer)
    }
}

/// Starts a program for each key. Its standard error is ours; it is killed when nobody needs it any more.
pub(super) fn program(words: Vec<String>) -> Arc<Connect> {
    Arc::new(move |key| {
        let (program, arguments) = words.split_first().ok_or_else(|| unusable("the command is empty"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .env(KEY_VARIABLE, key)
            .env_remove(TOKEN_VARIABLE)
            .stdin(Pipe::piped())
            .stdout(Pipe::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| unusable(format!("failed to start {program}: {error}")))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Peer::new(input, output).with(child)),
            _ => Err(unusable("the program has no standard input or output")),
        }
    })
}
