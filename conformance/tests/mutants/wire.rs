//! A relay between a client and a server over stdio, which changes the lines that go through it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what fails here fails the test")]

use std::sync::Arc;

use conformance::Mcp;
use server::{Key, Server};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

const PIPE_BYTES: usize = 64 * 1024;

/// A line, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Whether it comes from the client.
    pub(crate) asks: bool,
    /// What goes on in its place.
    pub(crate) on: Vec<String>,
    /// What goes back to where it came from.
    pub(crate) back: Vec<String>,
}

type Reading = BufReader<ReadHalf<DuplexStream>>;
type Writing = Arc<Mutex<Option<WriteHalf<DuplexStream>>>>;

/// A client of `server`, behind a relay.
pub(crate) fn over_relay(server: Server, change: fn(&mut Line)) -> Mcp {
    Mcp::over_streams(move |key| {
        let ((client, ours), (theirs, served)) = (duplex(PIPE_BYTES), duplex(PIPE_BYTES));
        let (server, key) = (server.clone(), Key::parse(key).unwrap());
        let (input, output) = split(served);
        tokio::spawn(async move { server.serve_stdio(key, input, output, CancellationToken::new()).await });
        let ((from_client, to_client), (from_server, to_server)) = (split(ours), split(theirs));
        let shared = |half| Arc::new(Mutex::new(Some(half)));
        let (to_client, to_server): (Writing, Writing) = (shared(to_client), shared(to_server));
        tokio::spawn(pass(
            BufReader::new(from_client),
            Arc::clone(&to_server),
            Arc::clone(&to_client),
            true,
            change,
        ));
        tokio::spawn(pass(BufReader::new(from_server), to_client, to_server, false, change));
        let (output, input) = split(client);
        Ok((input, output))
    })
}

/// Passes lines on until there are no more.
async fn pass(from: Reading, on: Writing, back: Writing, asks: bool, change: fn(&mut Line)) {
    let mut lines = from.lines();
    while let Ok(Some(text)) = lines.next_line().await {
        let mut line = Line { on: vec![text.clone()], back: Vec::new(), text, asks };
        change(&mut line);
        for (to, texts) in [(&back, line.back), (&on, line.on)] {
            for text in texts {
                if let Some(to) = to.lock().await.as_mut() {
                    // Who has gone needs no more lines.
                    drop(to.write_all(format!("{text}\n").as_bytes()).await);
                }
            }
        }
    }
    if let Some(mut ended) = on.lock().await.take() {
        drop(ended.shutdown().await);
    }
}
