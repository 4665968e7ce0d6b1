//! All checks of all tools, on several rigs at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use fixtures::Contract;
use fixtures::contract::ContractError;
use fixtures::examples::{self, Example};
use indexmap::IndexMap;
use serde_json::Value;
use thiserror::Error;

use crate::checks;
use crate::finding::Outcome;
use crate::report::Report;
use crate::rig::{Rig, RigError};
use crate::subject::Subject;
use crate::targets::CallError;

/// Any key of the demo world: the list of tools is the same for all.
const LISTING_KEY: &str = "ps_demo_tenant";

/// What a run is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of generated arguments; the same seed gives the same arguments.
    pub seed: u64,
    /// Generated arguments per property.
    pub cases: u32,
    /// Only the tools whose name contains this, or whose area is called so.
    pub only: Option<String>,
    /// Rigs that work at the same time.
    pub rigs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 0, cases: 32, only: None, rigs: 2 }
    }
}

/// Why a run could not be made.
#[derive(Debug, Error)]
pub enum SuiteError {
    /// The contract is malformed.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The examples are malformed.
    #[error("failed to read the examples: {0}")]
    Examples(String),
    /// A rig did not start.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// A target cannot be reached.
    #[error(transparent)]
    Target(#[from] CallError),
    /// A tool's schema is malformed.
    #[error("failed to compile the schemas of {tool}: {reason}")]
    Schema {
        /// The tool.
        tool: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `only` names nothing.
    #[error("no tool and no area is called {0:?}")]
    NoSuchTool(String),
}

/// Told as tools are done, in the order of the contract: how many of how many, and what came of the last one; before the first, what came of the
/// checks that concern all of them.
pub type Progress<'a> = dyn FnMut((usize, usize), &[Outcome]) + 'a;

/// All checks.
#[derive(Debug)]
pub struct Suite {
    contract: Contract,
    examples: IndexMap<String, Vec<Example>>,
    options: Options,
}

impl Suite {
    /// Loads contract and examples.
    ///
    /// # Errors
    /// When they are malformed, or `only` names nothing.
    pub fn new(options: Options) -> Result<Self, SuiteError> {
        let contract = Contract::load()?;
        let examples = examples::load().map_err(|error| SuiteError::Examples(error.to_string()))?;
        let suite = Self { contract, examples, options };
        match &suite.options.only {
            Some(only) if suite.subjects()?.is_empty() => Err(SuiteError::NoSuchTool(only.clone())),
            _ => Ok(suite),
        }
    }

    /// Runs the checks on mocks and servers of its own.
    ///
    /// # Errors
    /// When a rig does not start.
    pub fn run(&self, progress: &mut Progress<'_>) -> Result<Report, SuiteError> {
        self.run_on(Rig::start, progress)
    }

    /// Runs the checks on the rigs that `start` makes; two of them share no state, so that they can work at the same time.
    ///
    /// # Errors
    /// When a rig does not start, or the server does not list its tools.
    pub fn run_on<F>(&self, start: F, progress: &mut Progress<'_>) -> Result<Report, SuiteError>
    where
        F: Fn() -> Result<Rig, RigError> + Sync,
    {
        let subjects = self.subjects()?;
        let rig = start()?;
        rig.reset()?;
        let listed = rig.list_tools(LISTING_KEY)?;
        let mut outcomes = vec![checks::catalogue(&rig, &self.contract, &listed)];
        progress((0, subjects.len()), &outcomes.concat());
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            let mut rigs = vec![rig];
            while rigs.len() < self.options.rigs.clamp(1, subjects.len().max(1)) {
                rigs.push(start()?);
            }
            for rig in rigs {
                let (sender, next, subjects, listed) = (sender.clone(), &next, &subjects, &listed);
                scope.spawn(move || self.work(&rig, subjects, listed, next, &sender));
            }
            drop(sender);
            outcomes.extend(in_order(&receiver, subjects.len(), progress));
            Ok::<(), SuiteError>(())
        })?;
        Ok(Report::new(self.options.seed, self.options.cases, outcomes.concat()))
    }

    /// Takes one tool after the other until none is left.
    fn work(
        &self,
        rig: &Rig,
        subjects: &[Subject<'_>],
        listed: &[Value],
        next: &AtomicUsize,
        done: &mpsc::Sender<(usize, Vec<Outcome>)>,
    ) {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(subject) = subjects.get(index) else { return };
            let definition =
                listed.iter().find(|tool| tool.get("name").is_some_and(|name| *name == subject.tool.name));
            let outcomes = checks::run(rig, subject, definition, self.options.seed, self.options.cases);
            if done.send((index, outcomes)).is_err() {
                return;
            }
        }
    }

    /// The tools that are checked.
    ///
    /// # Errors
    /// When a schema is malformed.
    pub fn subjects(&self) -> Result<Vec<Subject<'_>>, SuiteError> {
        let only = self.options.only.as_deref();
        let wanted = self.contract.tools().filter(|(tool, operation)| {
            only.is_none_or(|only| tool.name.contains(only) || operation.area.name() == only)
        });
        wanted
            .map(|(tool, operation)| {
                let examples = self.examples.get(&tool.name).map(Vec::as_slice).unwrap_or_default();
                Subject::new(&self.contract, tool, operation, examples)
                    .map_err(|reason| SuiteError::Schema { tool: tool.name.clone(), reason })
            })
            .collect()
    }
}

/// Collects what the rigs send, and tells it in the order of the contract, as soon as nothing before it is missing.
fn in_order(
    receiver: &mpsc::Receiver<(usize, Vec<Outcome>)>,
    total: usize,
    progress: &mut Progress<'_>,
) -> Vec<Vec<Outcome>> {
    let mut waiting: IndexMap<usize, Vec<Outcome>> = IndexMap::new();
    let mut done = Vec::new();
    for (index, outcomes) in receiver {
        waiting.insert(index, outcomes);
        while let Some(outcomes) = waiting.swap_remove(&done.len()) {
            progress((done.len() + 1, total), &outcomes);
            done.push(outcomes);
        }
    }
    done
}
