//! The MCP server over standard input and output. A process has one caller; many calls are under way in it at once, and answers find their calls by id.

use std::collections::HashMap;
use std::env;
use std::process::Stdio as Pipe;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::time::timeout;

use super::mcp::is_list;
use super::revision::INITIALIZED;
use super::{Answer, Call, MAX_ANSWER, Revision, Target, Unreachable, answer};
use crate::scenario::Credential;

/// Lines that wait to be written to one process; whoever has another one waits too, and is measured.
const LINES: usize = 1024;
/// The variable that says what a program logs.
const LOG: &str = "RUST_LOG";
/// The code of calls to a server that has ended.
const GONE: &str = "BROKEN_OFF";
/// Longest wait for the first answer.
const START: Duration = Duration::from_secs(10);

/// Servers, some for each caller.
#[derive(Debug)]
pub struct Stdio {
    command: String,
    peers: Vec<Vec<Peer>>,
    next: AtomicUsize,
    revision: Revision,
}

impl Stdio {
    /// Starts `processes` times `command` for each caller, who is told in the environment. They are killed when this is dropped.
    ///
    /// # Errors
    /// [`Unreachable`] when the program does not start.
    pub fn start(command: &[String], callers: &[Credential], processes: usize) -> Result<Self, Unreachable> {
        let address = command.join(" ");
        let start = |caller: &Credential| {
            let spawn = |_| {
                Peer::start(command, caller)
                    .map_err(|reason| Unreachable { address: address.clone(), reason })
            };
            (0..processes).map(spawn).collect::<Result<Vec<_>, _>>()
        };
        let peers = callers.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::over(address, peers))
    }

    /// These servers, by caller, in the newest revision.
    #[must_use]
    pub fn over(command: String, peers: Vec<Vec<Peer>>) -> Self {
        Self { command, peers, next: AtomicUsize::new(0), revision: Revision::default() }
    }

    /// The same in that revision.
    #[must_use]
    pub fn speaking(self, revision: Revision) -> Self {
        Self { revision, ..self }
    }

    /// The ids of all processes.
    pub fn pids(&self) -> impl Iterator<Item = u32> {
        self.peers.iter().flatten().filter_map(|peer| peer.process.as_ref()?.pid)
    }

    /// Kills all processes, and waits until they are gone.
    pub(super) async fn end(&self) {
        for process in self.peers.iter().flatten().filter_map(|peer| peer.process.as_ref()) {
            // It may have ended by itself.
            drop(process.child.lock().await.kill().await);
        }
    }

    pub(super) async fn reach(&self) -> Result<(), Unreachable> {
        for peer in self.peers.iter().flatten() {
            let reason = match timeout(START, self.greet(peer)).await {
                Ok(Ok(())) => continue,
                Ok(Err(code)) if code != GONE => {
                    format!("initialize in revision {} came to {code}", self.revision.name())
                }
                _ => "it does not answer, or ended".to_owned(),
            };
            return Err(Unreachable { address: self.command.clone(), reason });
        }
        Ok(())
    }

    async fn greet(&self, peer: &Peer) -> Result<(), String> {
        let answer = peer.ask(|id| self.revision.first(id)).await?;
        if self.revision == Revision::Modern {
            return Ok(());
        }
        self.revision.agreed(&answer)?;
        peer.lines.send(INITIALIZED.to_owned()).await.map_err(|_| GONE.to_owned())
    }
}

impl Target for Stdio {
    async fn call(&self, call: Call<'_>) -> Answer {
        let peers = call.caller.and_then(|caller| self.peers.get(caller)).ok_or("NO_CALLER")?;
        let next = self.next.fetch_add(1, Ordering::Relaxed) % peers.len().max(1);
        let peer = peers.get(next).ok_or("NO_CALLER")?;
        let (keep, list) = (call.keep, is_list(&call));
        let answer = peer.ask(|id| self.revision.call(id, call)).await?;
        answer::of_tool(&answer, keep, list)
    }
}

/// Who waits for the answer of which id; `None` once there will be no more answers.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>>>;

/// A server on a pair of streams.
#[derive(Debug)]
pub struct Peer {
    lines: mpsc::Sender<String>,
    waiting: Waiting,
    next: AtomicU64,
    process: Option<Running>,
}

/// The process behind a pair of streams; killed when this is dropped.
#[derive(Debug)]
struct Running {
    pid: Option<u32>,
    child: AsyncMutex<Child>,
}

impl Peer {
    fn start(command: &[String], caller: &Credential) -> Result<Self, String> {
        let (program, arguments) = command.split_first().ok_or("the command is empty")?;
        let (name, value) = caller.variable();
        let mut command = Command::new(program);
        // The other one would name another caller.
        command.args(arguments).env_remove("PILOT_STATUS_API_KEY").env_remove("PILOT_STATUS_ACCESS_TOKEN");
        if env::var_os(LOG).is_none() {
            // A line for each call would be the measure of the terminal.
            command.env(LOG, "warn");
        }
        // Ctrl-C is for the program that measures.
        #[cfg(unix)]
        command.process_group(0);
        command.env(name, value).stdin(Pipe::piped()).stdout(Pipe::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("failed to start {program}: {error}"))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => {
                let process = Running { pid: child.id(), child: AsyncMutex::new(child) };
                Ok(Self { process: Some(process), ..Self::new(output, input) })
            }
            _ => Err("it has no standard input or output".to_owned()),
        }
    }

    /// A server that answers on `output` what is asked on `input`.
    #[must_use]
    pub fn new(
        output: impl AsyncRead + Send + Unpin + 'static,
        input: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        let (lines, queue) = mpsc::channel(LINES);
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        tokio::spawn(write(input, queue));
        tokio::spawn(read(output, Arc::clone(&waiting)));
        Self { lines, waiting, next: AtomicU64::new(1), process: None }
    }

    /// Sends the message that `message` makes for an id, and waits for its answer.
    async fn ask(&self, message: impl FnOnce(u64) -> String) -> Result<Vec<u8>, String> {
        let gone = || GONE.to_owned();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        lock(&self.waiting).as_mut().ok_or_else(gone)?.insert(id, tell);
        // Whoever gives up is no longer waited for.
        let _forget = Forget { waiting: &self.waiting, id };
        self.lines.send(message(id)).await.map_err(|_| gone())?;
        told.await.map_err(|_| gone())
    }
}

struct Forget<'a> {
    waiting: &'a Waiting,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(self.waiting);
        waiting.as_mut().and_then(|waiting| waiting.remove(&self.id));
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes what is queued, as much as there is at once. Ends with the queue, or when nobody reads.
async fn write(input: impl AsyncWrite + Unpin, mut queue: mpsc::Receiver<String>) {
    let mut input = BufWriter::new(input);
    while let Some(mut line) = queue.recv().await {
        loop {
            line.push('\n');
            if input.write_all(line.as_bytes()).await.is_err() {
                return;
            }
            match queue.try_recv() {
                Ok(another) => line = another,
                Err(_) => break,
            }
        }
        if input.flush().await.is_err() {
            return;
        }
    }
}

/// Gives each answer to whom it is for. At the end nobody waits any more.
async fn read(output: impl AsyncRead + Unpin, waiting: Waiting) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match (&mut output).take(MAX_ANSWER as u64).read_until(b'\n', &mut line).await {
            Ok(length) if length > 0 && line.ends_with(b"\n") => {}
            _ => break,
        }
        if let Some(tell) = answer::id(&line).and_then(|id| lock(&waiting).as_mut()?.remove(&id)) {
            // They may have given up.
            drop(tell.send(line));
        }
    }
    *lock(&waiting) = None;
}
