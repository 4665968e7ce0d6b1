//! All checks of all subjects, on several rigs at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use fixtures::contract::ContractError;
use fixtures::examples::{self, Example};
use fixtures::{Area, Contract};
use indexmap::IndexMap;
use thiserror::Error;

use crate::baseline::Baseline;
use crate::checks::{self, Described};
use crate::family::Family;
use crate::finding::{Outcome, Verdict};
use crate::near::nearest;
use crate::report::Report;
use crate::rig::{Rig, RigError};
use crate::scene::{Scenario, Scene};
use crate::selection::{PatternError, Selection};
use crate::subject::Subject;
use crate::targets::CallError;
use crate::watch::Stopwatch;

/// What a run is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of generated arguments; the same seed gives the same arguments.
    pub seed: u64,
    /// Generated arguments per property.
    pub cases: u32,
    /// Which checks are made.
    pub selection: Selection,
    /// Rigs that work at the same time.
    pub rigs: usize,
    /// Ends the run early once so many checks have failed; what has not been checked by then is not verified.
    pub max_failures: Option<u32>,
    /// Checks whose failures do not count for that.
    pub known: Baseline,
    /// Ends the run early once it is true: what has not been checked by then is not verified.
    pub stop: Arc<AtomicBool>,
    /// What the time of each check is measured by; one that stands still unless told otherwise.
    pub watch: Stopwatch,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            cases: 32,
            selection: Selection::default(),
            rigs: 2,
            max_failures: None,
            known: Baseline::default(),
            stop: Arc::default(),
            watch: Stopwatch::default(),
        }
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
    /// A target cannot be reached, or is something else.
    #[error(transparent)]
    Unreachable(CallError),
    /// A tool's schema is malformed.
    #[error("failed to compile the schemas of {tool}: {reason}")]
    Schema {
        /// The tool.
        tool: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The selection cannot be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A part of the selection names nothing.
    #[error("{pattern:?} is no area, no family, no tool, no rule and no check{}; `list` shows what there is", meant(near.as_ref()))]
    NothingSelected {
        /// The part.
        pattern: String,
        /// What was probably meant, if anything is like it.
        near: Option<String>,
    },
}

/// Told as subjects are done, in the order of the report: how many of how many, and what came of the last one.
pub type Progress<'a> = dyn FnMut((usize, usize), &[Outcome]) + 'a;

/// Something whose checks one rig makes by itself.
enum Unit<'a> {
    /// Boxed: it is much larger than the other.
    Tool(Box<Subject<'a>>),
    Scenario(&'static Scenario),
}

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
    /// When they are malformed, or nothing is selected.
    pub fn new(options: Options) -> Result<Self, SuiteError> {
        let contract = Contract::load()?;
        let examples = examples::load().map_err(|error| SuiteError::Examples(error.to_string()))?;
        let tools = contract.tools().map(|(tool, operation)| {
            (tool.name.as_str(), Some(operation.area), checks::OF_A_TOOL.as_slice())
        });
        let scenarios = scenarios().map(|it| (it.name, it.area, std::slice::from_ref(&it.family)));
        let subjects: Vec<_> = tools.chain(scenarios).collect();
        if let Some(idle) = options.selection.idle(&subjects) {
            let near = nearest(idle, names(&subjects)).map(str::to_owned);
            return Err(SuiteError::NothingSelected { pattern: idle.to_owned(), near });
        }
        Ok(Self { contract, examples, options })
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
    /// When a rig does not start, or a target cannot be reached.
    pub fn run_on<F>(&self, start: F, progress: &mut Progress<'_>) -> Result<Report, SuiteError>
    where
        F: Fn() -> Result<Rig, RigError>,
    {
        let rigs = self.options.rigs.clamp(1, self.units()?.len().max(1));
        let rigs = std::iter::repeat_with(start).take(rigs).collect::<Result<_, _>>()?;
        self.run_with(rigs, progress)
    }

    /// Runs the checks on rigs that share no state.
    ///
    /// # Errors
    /// When a target cannot be reached.
    pub fn run_with(&self, rigs: Vec<Rig>, progress: &mut Progress<'_>) -> Result<Report, SuiteError> {
        let units = self.units()?;
        let rigs: Vec<Rig> = rigs.into_iter().map(|rig| rig.until(Arc::clone(&self.options.stop))).collect();
        for rig in &rigs {
            rig.reach().map_err(SuiteError::Unreachable)?;
        }
        let started = rigs.iter().any(Rig::is_own);
        let described = Described::by(rigs.first());
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (sender, receiver) = mpsc::channel();
        let outcomes = thread::scope(|scope| {
            for rig in rigs {
                let (sender, next, failed) = (sender.clone(), &next, &failed);
                let (units, described) = (&units, &described);
                scope.spawn(move || self.work(&rig, units, described, (next, failed), &sender));
            }
            drop(sender);
            in_order(&receiver, units.len(), progress)
        });
        let interrupted = self.options.stop.load(Ordering::Relaxed);
        Ok(Report {
            interrupted,
            started,
            ..Report::new(self.options.seed, self.options.cases, outcomes.concat())
        })
    }

    /// Takes one unit after the other until none is left.
    fn work(
        &self,
        rig: &Rig,
        units: &[Unit<'_>],
        described: &Described,
        (next, failed): (&AtomicUsize, &AtomicUsize),
        done: &mpsc::Sender<(usize, Vec<Outcome>)>,
    ) {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(index) else { return };
            let outcomes = match unit {
                Unit::Tool(subject) => checks::of_tool(rig, subject, described, &self.options),
                Unit::Scenario(scenario) => {
                    checks::of_scenario(scenario, Scene::new(scenario, rig, &self.contract, &self.options))
                }
            };
            self.count(&outcomes, failed);
            if done.send((index, outcomes)).is_err() {
                return;
            }
        }
    }

    /// Adds what failed, and ends the run where that is enough.
    fn count(&self, outcomes: &[Outcome], failed: &AtomicUsize) {
        let Some(most) = self.options.max_failures else { return };
        let counts = |it: &&Outcome| {
            matches!(it.verdict, Verdict::Failed(_)) && !self.options.known.knows(&it.id.to_string())
        };
        let new = outcomes.iter().filter(counts).count();
        if failed.fetch_add(new, Ordering::Relaxed) + new >= most as usize {
            self.options.stop.store(true, Ordering::Relaxed);
        }
    }

    /// What is checked, in the order of the report: what concerns all tools, each tool, and then what goes on between them.
    fn units(&self) -> Result<Vec<Unit<'_>>, SuiteError> {
        let wanted = |scenario: &&Scenario| {
            self.options.selection.wants_subject(scenario.name, scenario.area, &[scenario.family])
        };
        let (catalogue, others): (Vec<_>, Vec<_>) =
            scenarios().filter(wanted).partition(|scenario| scenario.family == Family::Catalogue);
        let tools = self.subjects()?.into_iter().map(|subject| Unit::Tool(Box::new(subject)));
        let units = catalogue.into_iter().map(Unit::Scenario).chain(tools);
        Ok(units.chain(others.into_iter().map(Unit::Scenario)).collect())
    }

    /// The tools that are checked.
    ///
    /// # Errors
    /// When a schema is malformed.
    pub fn subjects(&self) -> Result<Vec<Subject<'_>>, SuiteError> {
        let selection = &self.options.selection;
        let wanted = |name: &str, area: Area| selection.wants_subject(name, Some(area), &checks::OF_A_TOOL);
        let wanted = self.contract.tools().filter(|(tool, operation)| wanted(&tool.name, operation.area));
        wanted
            .map(|(tool, operation)| {
                let examples = self.examples.get(&tool.name).map(Vec::as_slice).unwrap_or_default();
                Subject::new(&self.contract, tool, operation, examples)
                    .map_err(|reason| SuiteError::Schema { tool: tool.name.clone(), reason })
            })
            .collect()
    }
}

/// All that a pattern of one word can be.
fn names<'a>(subjects: &[(&'a str, Option<Area>, &[Family])]) -> Vec<&'a str> {
    let rules = Family::ALL.into_iter().flat_map(Family::rules).map(|rule| -> &'a str { rule.name });
    let areas = Area::ALL.into_iter().map(|area| -> &'a str { area.name() });
    let families = Family::ALL.into_iter().map(|family| -> &'a str { family.name() });
    subjects.iter().map(|(name, ..)| *name).chain(areas).chain(families).chain(rules).collect()
}

fn meant(near: Option<&String>) -> String {
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    Family::ALL.into_iter().flat_map(|family| family.scenarios())
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
