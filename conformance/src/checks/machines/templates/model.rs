//! Which templates there are after some steps, and in which version and status.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

use crate::checks::stage::{HOUR, SECOND};

/// Each as it is kept, and in another spelling (U-12). The review ends as the ending says (U-19).
pub(super) const NAMES: [(&str, &str); 4] = [
    ("aviso", "Aviso"),
    ("aviso_rejected", "Aviso - Rejected"),
    ("aviso_pending", "AVISO Pending"),
    ("aviso_disabled", "aviso.disabled"),
];

/// Which of them is approved, and switched off after that.
const SWITCHED_OFF: usize = 3;

#[derive(Debug, Clone)]
pub(super) enum Step {
    Create { name: usize, spelled: bool, category: &'static str },
    Update { name: usize, category: &'static str },
    Delete { name: usize, by_id: bool },
    Decide(usize, &'static str),
    Pass(i64),
    Read(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) category: &'static str,
    pub(super) version: usize,
    /// `None` on a web number, where nobody reviews.
    pub(super) status: Option<&'static str>,
    /// Whether an older version is approved.
    approved: bool,
}

impl Template {
    fn decide(&mut self, status: &'static str) {
        self.status = self.status.map(|_| status);
    }

    pub(super) fn sendable(&self) -> bool {
        match self.status {
            None | Some("APPROVED") => true,
            Some("PENDING") => self.approved,
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Templates {
    pub(super) meta: bool,
    pub(super) templates: BTreeMap<usize, Template>,
    /// Those that were ever created, so that there is an id.
    made: BTreeSet<usize>,
    /// How the last call is answered.
    pub(super) refused: Option<(u16, &'static str)>,
}

impl ReferenceStateMachine for Templates {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let new = |meta| Self { meta, templates: BTreeMap::new(), made: BTreeSet::new(), refused: None };
        prop::bool::weighted(0.7).prop_map(new).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let name = || 0..NAMES.len();
        let category = || select(vec!["UTILITY", "MARKETING", "OTP"]);
        prop_oneof![
            4 => (name(), any::<bool>(), category())
                .prop_map(|(name, spelled, category)| Step::Create { name, spelled, category }),
            3 => (name(), category()).prop_map(|(name, category)| Step::Update { name, category }),
            1 => (name(), any::<bool>()).prop_map(|(name, by_id)| Step::Delete { name, by_id }),
            2 => (name(), select(vec!["APPROVED", "REJECTED", "DISABLED"]))
                .prop_map(|(name, status)| Step::Decide(name, status)),
            3 => select(vec![SECOND, HOUR]).prop_map(Step::Pass),
            2 => name().prop_map(Step::Read),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        let status = |name: &usize| model.templates.get(name).and_then(|template| template.status);
        match step {
            Step::Update { name, .. } => status(name) != Some("DISABLED"),
            Step::Delete { name, by_id } => !by_id || model.made.contains(name),
            // What a verdict changes in what is switched off by itself is not known.
            Step::Decide(name, _) => *name != SWITCHED_OFF && status(name).is_some(),
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let status = model.meta.then_some("PENDING");
        model.refused = None;
        match step {
            Step::Create { name, .. } if model.templates.contains_key(name) => {
                model.refused = Some((409, "TEMPLATE_ALREADY_EXISTS"));
            }
            Step::Create { name, category, .. } => {
                let template = Template { category, version: 1, status, approved: false };
                model.templates.insert(*name, template);
                model.made.insert(*name);
            }
            Step::Update { name, .. } => match model.templates.get_mut(name) {
                None => model.refused = Some((404, "TEMPLATE_NOT_FOUND")),
                Some(template) => {
                    template.approved |= template.status == Some("APPROVED");
                    (template.status, template.version) = (status, template.version + 1);
                }
            },
            Step::Delete { name, .. } => {
                if model.templates.remove(name).is_none() {
                    model.refused = Some((404, "TEMPLATE_NOT_FOUND"));
                }
            }
            Step::Decide(name, status) => {
                if let Some(template) = model.templates.get_mut(name) {
                    template.decide(status);
                }
            }
            // Reviews are done within the hour.
            Step::Pass(HOUR) => {
                for (name, template) in
                    model.templates.iter_mut().filter(|(_, it)| it.status == Some("PENDING"))
                {
                    template
                        .decide(["APPROVED", "REJECTED", "PENDING", "DISABLED"].get(*name).unwrap_or(&""));
                }
            }
            Step::Pass(_) | Step::Read(_) => {}
        }
        model
    }
}
