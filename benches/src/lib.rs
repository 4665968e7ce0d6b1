//! What the benchmarks share: the calls that they make, and the server as a process of its own.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start has nothing to measure")]

mod calls;
mod process;

pub use calls::{Message, body, json};
pub use process::Process;
