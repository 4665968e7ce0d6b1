//! Templates of a Meta number and of a web number: creation, new versions, deletion, and Meta's review.

use std::collections::BTreeMap;

use fixtures::Area;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{HOUR, SECOND, Stage};
use crate::compare::equal;
use crate::demo::{META_KEY, WEB_KEY};
use crate::family::Family;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};

pub(super) const RULE: Rule = Rule::must(
    "versions",
    "Whatever is created, changed, reviewed and deleted in between, each template has the status, the category and the use that this leaves it with.",
)
.proves(&[
    "TPL-LIST-007",
    "TPL-CREATE-008",
    "TPL-CREATE-009",
    "TPL-CREATE-016",
    "TPL-CREATE-017",
    "TPL-CREATE-018",
    "TPL-UPDATE-003",
    "TPL-UPDATE-004",
    "TPL-UPDATE-005",
    "TPL-UPDATE-006",
    "TPL-DELETE-005",
    "TPL-LIFE-003",
    "TPL-LIFE-004",
    "TPL-LIFE-005",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "templates", family: Family::Machines, area: Some(Area::Templates), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Templates>(scene, &RULE, SCENARIO.name);
}

/// Each as it is kept, and in another spelling (U-12). The review ends as the ending says (U-19).
const NAMES: [(&str, &str); 4] = [
    ("aviso", "Aviso"),
    ("aviso_rejected", "Aviso - Rejected"),
    ("aviso_pending", "AVISO Pending"),
    ("aviso_disabled", "aviso.disabled"),
];

/// The template that is there, and switched off in the end.
const SWITCHED_OFF: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Create { name: usize, spelled: bool, category: &'static str },
    Update { name: usize, category: &'static str },
    Delete { name: usize, by_id: bool },
    Decide(usize, &'static str),
    Pass(i64),
    Read(usize),
}

#[derive(Debug, Clone)]
struct Template {
    category: &'static str,
    version: usize,
    /// `None` on a web number, where nobody reviews.
    status: Option<&'static str>,
    /// Whether an older version is approved.
    approved: bool,
}

impl Template {
    fn decide(&mut self, status: &'static str) {
        self.status = self.status.map(|_| status);
    }

    fn sendable(&self) -> bool {
        match self.status {
            None | Some("APPROVED") => true,
            Some("PENDING") => self.approved,
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
struct Templates {
    meta: bool,
    templates: BTreeMap<usize, Template>,
    /// The id that each had when it was last created, by its place among all that were made.
    made: BTreeMap<usize, usize>,
    count: usize,
    /// How the last call is answered.
    refused: Option<(u16, &'static str)>,
}

fn name(index: usize) -> &'static str {
    NAMES.get(index).map_or("", |(name, _)| *name)
}

fn body(version: usize) -> Value {
    json!({ "body": { "text": format!("Versão {version} do aviso.") } })
}

impl Templates {
    const fn key(&self) -> &'static str {
        if self.meta { META_KEY } else { WEB_KEY }
    }

    fn answer(&self, name: usize) -> Value {
        let Some(template) = self.templates.get(&name) else { return Value::Null };
        json!({ "name": self::name(name), "category": template.category, "metaStatus": template.status })
    }

    fn read(&self, index: usize, stage: &Stage<'_>) -> Checked {
        let answer = stage.call("templates_get", self.key(), json!({ "id": name(index) }))?;
        let Some(template) = self.templates.get(&index) else {
            return refused(&answer, 404, "TEMPLATE_NOT_FOUND");
        };
        let mut expected = self.answer(index);
        if let Some(shown) = expected.as_object_mut() {
            shown.insert("sendable".to_owned(), template.sendable().into());
            if !self.meta {
                shown.insert("body".to_owned(), body(template.version));
            }
        }
        shows("a template", &accepted(answer)?, &expected)
    }

    fn answered(
        &self,
        answer: crate::targets::Answer,
        expected: &Value,
    ) -> Result<Value, Box<crate::finding::Finding>> {
        if let Some((status, code)) = self.refused {
            refused(&answer, status, code)?;
            return Ok(Value::Null);
        }
        let body = accepted(answer)?;
        shows("the answer", &body, expected)?;
        Ok(body)
    }
}

impl ReferenceStateMachine for Templates {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let new =
            |meta| Self { meta, templates: BTreeMap::new(), made: BTreeMap::new(), count: 0, refused: None };
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
            Step::Delete { name, by_id } => !by_id || model.made.contains_key(name),
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
                model.made.insert(*name, model.count);
                model.count += 1;
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

impl Machine for Templates {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Create { name: index, spelled, category } => {
                let spelling = NAMES.get(*index).map(|(name, other)| if *spelled { other } else { name });
                let arguments = json!({ "name": spelling, "category": category, "body": body(1) });
                let answer = stage.call("templates_create", self.key(), arguments)?;
                let body = self.answered(answer, &self.answer(*index))?;
                if self.refused.is_none() {
                    stage.made(&body);
                }
                Ok(())
            }
            Step::Update { name: index, category } => {
                let version = self.templates.get(index).map_or(1, |template| template.version);
                let arguments = json!({ "id": name(*index), "category": category, "body": body(version) });
                let answer = stage.call("templates_update", self.key(), arguments)?;
                self.answered(answer, &self.answer(*index)).map(drop)
            }
            Step::Delete { name: index, by_id } => {
                let id = self.made.get(index).map_or("", |made| stage.id(*made));
                let arguments = json!({ "id": if *by_id { id } else { name(*index) } });
                let answer = stage.call("templates_delete", self.key(), arguments)?;
                self.answered(answer, &json!({ "deleted": true, "id": id })).map(drop)
            }
            Step::Decide(index, status) => {
                let verdict = json!({ "numberId": "num_meta", "template": name(*index), "status": status });
                stage.simulate("template-verdict", verdict).map(drop)
            }
            Step::Pass(by) => stage.pass(*by),
            Step::Read(index) => self.read(*index, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        (0..NAMES.len()).try_for_each(|index| self.read(index, stage))?;
        let listed = accepted(stage.call("templates_list", self.key(), json!({}))?)?;
        let known = |found: &str| NAMES.iter().position(|(name, _)| *name == found);
        let mut listed: Vec<usize> =
            listed.as_array().into_iter().flatten().filter_map(|it| known(text(it, "name"))).collect();
        listed.sort_unstable();
        let expected: Vec<usize> = self.templates.keys().copied().collect();
        let names = |indices: &[usize]| Value::from(indices.iter().map(|it| name(*it)).collect::<Vec<_>>());
        equal("the list has other templates", &names(&expected), &names(&listed))
    }
}
