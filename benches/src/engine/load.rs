//! What brings calls.

use std::fmt;
use std::sync::Arc;

use super::{Driver, Plan, Tick, closed, drive};
use crate::result::Phase;
use crate::targets::Target;

/// What brings calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// Arrivals, so many a second, whatever is under way: an open loop.
    Rate(f64),
    /// Connections, each of which makes its next call when the last is answered: a closed loop.
    Connections(usize),
}

impl Load {
    /// One phase under it.
    pub async fn put<T: Target>(
        self,
        driver: &Driver,
        on: (&Arc<T>, &Arc<Plan>),
        tell: &mut (impl FnMut(&Tick) + ?Sized),
    ) -> Phase {
        match self {
            Self::Rate(rate) => drive(driver, on, rate, tell).await,
            Self::Connections(connections) => closed(driver, on, connections, tell).await,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => write!(f, "{rate:.0}/s"),
            Self::Connections(1) => f.write_str("1 connection"),
            Self::Connections(connections) => write!(f, "{connections} connections"),
        }
    }
}
