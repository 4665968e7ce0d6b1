//! The open loop.

mod schedule;

pub use schedule::{Arrivals, Schedule};
