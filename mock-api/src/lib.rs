//! A stateful stand-in for the Pilot Status API, `/v1`.
//!
//! Behaviour is written by hand from the reference, independently of the contract in `fixtures`, so that holding one against the other proves something.
//!
//! Reading order: [`call`](self) (a request and the route it takes), `api` (the routes), `serve` (the way of a request), `auth` (key, scope, number,
//! provider), `fields` (reading a body), `state` (one store per area), then the areas: `messaging`, `webhooks`, `groups`, `channels`, `numbers`,
//! `templates`, `calls`, `account`, `media`. `oauth` issues tokens that `auth` takes beside keys, `control` steers it all, `builder` and `mock` start and stop it; `time`, `ids` and `schedule` are its only
//! sources of time and chance, but that `control` draws faults from a generator of its own.
//!
//! ```no_run
//! # async fn example() -> Result<(), mock_api::StartError> {
//! let mock = mock_api::MockApi::builder().seed(7).start().await?;
//! println!("{}/v1/messages", mock.url());
//! # Ok(())
//! # }
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};

mod account;
mod api;
mod auth;
mod builder;
mod call;
mod calls;
mod channels;
mod control;
mod driver;
mod error;
mod fields;
mod groups;
mod hosts;
mod ids;
mod link;
mod magic;
mod media;
mod messaging;
mod mock;
mod net;
mod numbers;
mod oauth;
mod openapi;
mod outbound;
mod paging;
mod phone;
mod schedule;
mod serve;
mod state;
mod templates;
mod tenants;
mod time;
mod webhooks;

pub use builder::{Builder, StartError};
pub use control::{
    ArmedFault, ClockMode, ClockReading, ControlError, Count, Delay, Difference, Dribble, Fault, NearMiss,
    RateLimit, RecordedRequest, Refusal, RequestCounts, RequestFilter, ResetAt, Rule, Since, SnapshotInfo,
    Truncate, Verification,
};
pub use error::Code;
pub use fixtures::World;
pub use fixtures::world::WorldError;
pub use hosts::HostError;
pub use jiff::SignedDuration;
pub use magic::{magic_json, magic_markdown, magic_text};
pub use mock::MockApi;
pub use time::{Clock, Time, TimeError};
pub use webhooks::{DeliveryRecord, WebhookDetails};

/// Locks; a panic elsewhere does not take the mock down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the Rust of the README true.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
