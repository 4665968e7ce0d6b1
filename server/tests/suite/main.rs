//! The server from the outside: over HTTP, over stdio, over an upstream that does what a test wants.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bounds;
mod calls;
mod cancellation;
mod common;
mod definitions;
mod deploy;
mod diagnostics;
mod direct;
mod gate;
mod hardening;
mod made_up_keys;
mod meta;
mod metrics;
mod oauth;
mod operation;
mod precedence;
mod process;
mod program;
mod protocol;
mod proxies;
mod selection;
mod settings;
mod slow_readers;
mod stdio;
mod telemetry;
mod tls;
mod transport;
mod upstream;
