//! The open loop: arrivals begin when they are due, whatever is still under way, and what they have to wait for is part of what is measured.
//!
//! Reading order: [`Schedule`] says when, [`Plan`] what; [`drive`] does it for one phase, a `session` for each arrival, and a `Recorder` writes down. [`ramp`]
//! does it again and again until it no longer holds. [`closed`] is the other loop, for what a target can do at most.

mod closed;
mod drive;
mod load;
mod plan;
mod ramp;
mod recorder;
mod schedule;
mod session;
mod setup;
mod tally;
mod timer;

pub use closed::closed;
pub use drive::{Driver, drive};
pub use load::Load;
pub use plan::{Answers, Plan, Step};
pub use ramp::{Limits, Rise, ramp, saturation};
pub use recorder::Tick;
pub use schedule::{Arrivals, Schedule};
pub use setup::{SetupError, set_up};
pub use timer::Timer;
