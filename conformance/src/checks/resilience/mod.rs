//! What holds on bad days too, and from run to run.

mod determinism;

use crate::rule::Rule;
use crate::scene::Scenario;

pub(super) const RULES: &[Rule] = &[determinism::RULE];

pub(super) const SCENARIOS: &[Scenario] = &[determinism::SCENARIO];
