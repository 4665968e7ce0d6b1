//! Templates of a Meta number and of a web number: creation, new versions, deletion, and Meta's review.

mod model;

use fixtures::Area;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::Stage;
use crate::compare::equal;
use crate::demo::{META_KEY, WEB_KEY};
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Answer;
use model::{NAMES, Step, Templates};

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

fn name(index: usize) -> &'static str {
    NAMES.get(index).map_or("", |(name, _)| *name)
}

fn body(version: usize) -> Value {
    json!({ "body": { "text": format!("Versão {version} do aviso.") } })
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
                    stage.made(*index, &body);
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
                let id = stage.id(*index);
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

    fn answered(&self, answer: Answer, expected: &Value) -> Result<Value, Box<Finding>> {
        if let Some((status, code)) = self.refused {
            refused(&answer, status, code)?;
            return Ok(Value::Null);
        }
        let body = accepted(answer)?;
        shows("the answer", &body, expected)?;
        Ok(body)
    }
}
