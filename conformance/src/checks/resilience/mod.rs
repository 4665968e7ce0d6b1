//! What holds on bad days too, and from run to run.

mod determinism;
mod faults;
mod limits;
mod retries;

use crate::rule::Rule;
use crate::scene::Scenario;

pub(super) const RULES: &[Rule] = &[
    determinism::RULE,
    faults::STATUS,
    faults::HTML,
    faults::BROKEN,
    faults::REFUSED_RATE,
    faults::RETRY_AFTER,
    retries::AGAIN,
    retries::ONCE,
    limits::CLAMPED,
    limits::NO_PAGE,
    limits::BODY,
    limits::CUT,
];

pub(super) const SCENARIOS: &[Scenario] =
    &[determinism::SCENARIO, faults::SCENARIO, retries::SCENARIO, limits::SCENARIO];
