//! What measures: the benchmarks, which share [`Call`] and [`Process`], and `pilot-status-load`, which puts the API and the MCP server under load.
//!
//! Reading order for the latter:
//!
//! 1. [`scenario`]: the file that says what is called.
//! 2. [`targets`]: how a call is made over REST, MCP and stdio; [`Process`] starts mock and server for it, [`watch`] looks at them.
//! 3. [`engine`]: arrivals at their due times, whatever is under way, and what they come to.
//! 4. [`result`]: what came of it; [`report`]: the same for people and programs.

mod calls;
pub mod comparison;
pub mod engine;
pub mod export;
pub mod process;
pub mod report;
pub mod result;
pub mod scenario;
pub mod targets;
pub mod units;
pub mod watch;

pub use calls::{Call, KEY, body, sent, tools_list};
pub use process::{Process, ProcessError, Programs};
pub use targets::Revision;
