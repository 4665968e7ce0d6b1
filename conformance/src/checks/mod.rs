//! The checks, one module per family. Those of a tool run on a `Session`, all others on a `Scene`.

mod agreement;
mod alike;
mod case;
mod catalogue;
mod credentials;
mod errors;
mod events;
mod expect;
mod fault;
mod found;
mod machines;
mod protocol;
mod providers;
mod resilience;
mod schema;
mod session;
mod stage;

use crate::family::Family;
use crate::finding::{Finding, Outcome};
use crate::rig::Rig;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::subject::{Subject, compile};
use crate::suite::Options;
use crate::targets::{Answer, Target};

pub(crate) use catalogue::Described;
pub(crate) use session::{Arguments, Ready, Session};

/// The families that have checks of each tool.
pub(crate) const OF_A_TOOL: [Family; 6] = [
    Family::Catalogue,
    Family::Schema,
    Family::Agreement,
    Family::Credentials,
    Family::Providers,
    Family::Errors,
];

impl Family {
    /// What its checks hold a target to.
    #[must_use]
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Catalogue => catalogue::RULES,
            Self::Schema => schema::RULES,
            Self::Agreement => agreement::RULES,
            Self::Credentials => credentials::RULES,
            Self::Providers => providers::RULES,
            Self::Errors => errors::RULES,
            Self::Machines => machines::RULES,
            Self::Events => events::RULES,
            Self::Protocol => protocol::RULES,
            Self::Resilience => resilience::RULES,
        }
    }

    /// Its checks that are not of one tool.
    pub(crate) const fn scenarios(self) -> &'static [Scenario] {
        match self {
            Self::Catalogue => catalogue::SCENARIOS,
            Self::Errors => errors::SCENARIOS,
            Self::Protocol => protocol::SCENARIOS,
            Self::Machines => machines::SCENARIOS,
            Self::Events => events::SCENARIOS,
            Self::Resilience => resilience::SCENARIOS,
            _ => &[],
        }
    }
}

/// Runs every check of a tool.
pub(crate) fn of_tool(
    rig: &Rig,
    subject: &Subject<'_>,
    described: &Described,
    options: &Options,
) -> Vec<Outcome> {
    let mut session = Session::new(rig, subject, options);
    let listed = described.tool(&subject.tool.name).ok();
    session.listed = listed.and_then(|tool| compile(tool.get("inputSchema")?).ok());
    catalogue::definition::run(&mut session, described);
    schema::example::run(&mut session);
    agreement::run(&mut session);
    case::run(&mut session);
    schema::property::run(&mut session);
    session.recorder.finish()
}

/// Runs the checks of a scenario.
pub(crate) fn of_scenario(scenario: &Scenario, mut scene: Scene<'_>) -> Vec<Outcome> {
    (scenario.run)(&mut scene);
    scene.finish()
}

/// The answers of the API to a tool's documented examples, each from a state that was just reset; refusals are left out.
pub(crate) fn examples(rig: &Rig, subject: &Subject<'_>) -> Vec<Answer> {
    let options = Options::default();
    let session = Session::new(rig, subject, &options);
    let answer = |example| {
        let ready = session.ready(example).ok()?;
        session.call(Target::Rest, Some(&ready.key), &ready.arguments).ok().filter(|answer| answer.ok)
    };
    subject.examples.iter().filter_map(answer).collect()
}

/// The answer to a tool's first example, from a state that was just reset.
///
/// # Errors
/// When there is none.
pub fn example(rig: &Rig, subject: &Subject<'_>, target: Target) -> Result<Answer, Box<Finding>> {
    let options = Options::default();
    let session = Session::new(rig, subject, &options);
    let ready = session.ready_first()?;
    session.call(target, Some(&ready.key), &ready.arguments)
}
