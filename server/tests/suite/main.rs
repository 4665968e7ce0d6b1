//! The server from the outside: over HTTP, over stdio, over an upstream that does what a test wants.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bounds;
mod calls;
mod common;
mod definitions;
mod diagnostics;
mod gate;
mod hardening;
mod meta;
mod oauth;
mod program;
mod protocol;
mod selection;
mod stdio;
mod transport;
mod upstream;
