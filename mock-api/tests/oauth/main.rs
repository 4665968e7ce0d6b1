//! The authorization server, over real HTTP.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;

mod api;
mod browser;
mod clients;
mod consent;
mod documents;
mod exchange;
mod flow;
mod tokens;
