//! A stateful stand-in for the Pilot Status API, `/v1`.
//!
//! Behaviour is written by hand from the reference, independently of the contract in `fixtures`, so that holding one against the other proves something.
//!
//! Reading order: [`call`](self) (a request and the route it takes), `api` (the way of a request), `auth` (key, scope, number, provider), `fields` (reading
//! a body), `state` (one store per area), then the areas: `messaging`, `webhooks`, `groups`, `channels`, `numbers`, `templates`, `calls`, `account`,
//! `media`. `mock` starts and stops it all; `time`, `ids` and `schedule` are its only sources of time and chance.
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
mod call;
mod calls;
mod channels;
mod error;
mod fields;
mod groups;
mod ids;
mod link;
mod media;
mod messaging;
mod mock;
mod numbers;
mod paging;
mod phone;
mod schedule;
mod state;
mod templates;
mod time;
mod webhooks;

pub use error::Code;
pub use mock::{Builder, MockApi, StartError};
pub use time::{Clock, Time};

/// Locks; a panic elsewhere does not take the mock down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
