//! `pilot-status-load`: its parts on a clock that is paused, and the program itself before a real mock and server.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod closed_loop;
mod compare;
mod export;
mod fake;
mod flows;
mod open_loop;
mod page;
mod program;
mod ramp;
mod refusals;
mod result;
mod revisions;
mod scenario;
mod schedule;
mod targets;
mod watch;
