//! The authorization server, over real HTTP.

mod api;
mod browser;
mod clients;
mod consent;
mod documents;
mod exchange;
mod flow;
mod tokens;
