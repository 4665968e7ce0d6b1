//! Groups of a web number: who is in them and as what, what is written in them, and a connection that comes and goes.

mod model;

use fixtures::Area;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{SECOND, Stage};
use crate::compare::equal;
use crate::demo::WEB_KEY;
use crate::family::Family;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use model::{Groups, PHONES, Step, TEAM};

pub(super) const RULE: Rule = Rule::must(
    "participants",
    "Whoever is added, removed, promoted and demoted in between, a group has the participants, the roles and the messages that this leaves it with.",
)
.proves(&[
    "GRP-LIST-006",
    "GRP-CREATE-008",
    "GRP-CREATE-009",
    "GRP-INFO-001",
    "GRP-PART-001",
    "GRP-PART-002",
    "GRP-PART-003",
    "GRP-PART-004",
    "GRP-PART-006",
    "GRP-PART-007",
    "GRP-PART-008",
    "GRP-PART-009",
    "GRP-INVITE-003",
    "MSG-GROUP-001",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "groups", family: Family::Machines, area: Some(Area::Groups), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Groups>(scene, &RULE, SCENARIO.name);
}

/// The group of the demo world.
const TEAM_ID: &str = "120363000000000001@g.us";

fn phones(indices: &[usize]) -> Vec<&'static str> {
    indices.iter().filter_map(|index| PHONES.get(*index).copied()).collect()
}

fn id<'a>(stage: &'a Stage<'_>, group: usize) -> &'a str {
    if group == TEAM { TEAM_ID } else { stage.id(group) }
}

impl Machine for Groups {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Create(group, who) => {
                let arguments = json!({ "subject": "Turma", "participants": phones(who) });
                let Some(made) = self.ask(stage, "groups_create", arguments)? else { return Ok(()) };
                shows("the answer", &made, &json!({ "subject": "Turma" }))?;
                stage.made(*group, &made);
                self.has_members(*group, &made)
            }
            Step::Change(change, group, who) => {
                let arguments = json!({ "groupId": id(stage, *group), "participants": phones(who) });
                let Some(answer) = self.ask(stage, change.tool(), arguments)? else { return Ok(()) };
                let result = |(phone, status): &(usize, &str)| json!({ "participant": PHONES.get(*phone), "status": status });
                let results: Vec<Value> = self.results.iter().map(result).collect();
                shows("the answer", &answer, &json!({ "groupId": id(stage, *group), "results": results }))
            }
            Step::Write => {
                // Time passes, so that it is clear which is the newest.
                stage.pass(SECOND)?;
                let text = format!("Mensagem {}", self.written - 1);
                let message = json!({ "numberId": "num_web", "from": "+5511955554444", "groupId": TEAM_ID, "text": text });
                stage.simulate("message", message).map(drop)
            }
            Step::Connection(open) => stage.connection("num_web", *open),
            Step::Info(group) => self.info(*group, stage),
            Step::Invite(group) => {
                let Some(invite) =
                    self.ask(stage, "group_invite", json!({ "groupId": id(stage, *group) }))?
                else {
                    return Ok(());
                };
                let info = self
                    .ask(stage, "group_info", json!({ "groupId": id(stage, *group) }))?
                    .unwrap_or_default();
                let code = text(&info, "inviteCode").to_owned();
                let link = json!({ "inviteLink": format!("https://chat.whatsapp.com/{code}") });
                shows("the invitation", &invite, &link)
            }
            Step::Messages { page, size } => self.page(*page, *size, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        self.groups.keys().try_for_each(|group| self.info(*group, stage))?;
        let Some(listed) = self.ask(stage, "groups_list", json!({}))? else { return Ok(()) };
        let listed = listed.get("groups").and_then(Value::as_array).into_iter().flatten();
        let mut listed: Vec<&str> = listed.map(|group| text(group, "id")).collect();
        let mut expected: Vec<&str> = self.groups.keys().map(|group| id(stage, *group)).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        equal("the list has other groups", &expected.into(), &listed.into())?;
        self.page(1, 100, stage)
    }
}

impl Groups {
    /// The answer of a number that has to be connected for it.
    fn ask(
        &self,
        stage: &Stage<'_>,
        tool: &str,
        arguments: Value,
    ) -> Result<Option<Value>, Box<crate::finding::Finding>> {
        let answer = stage.call(tool, WEB_KEY, arguments)?;
        if self.open {
            return accepted(answer).map(Some);
        }
        refused(&answer, 409, "WHATSAPP_INSTANCE_NOT_CONNECTED").map(|()| None)
    }

    /// The participants among those who come and go.
    fn members(&self, group: usize) -> Value {
        let members = self.groups.get(&group).into_iter().flatten();
        members
            .map(|(phone, role)| {
                (PHONES.get(*phone).copied().unwrap_or_default().to_owned(), Value::from(*role))
            })
            .collect()
    }

    fn has_members(&self, group: usize, body: &Value) -> Checked {
        let found: Value = body
            .get("participants")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|it| PHONES.contains(&text(it, "phone")))
            .map(|it| (text(it, "phone").to_owned(), Value::from(text(it, "role"))))
            .collect();
        equal("the group has other participants", &self.members(group), &found)
    }

    fn info(&self, group: usize, stage: &Stage<'_>) -> Checked {
        match self.ask(stage, "group_info", json!({ "groupId": id(stage, group) }))? {
            Some(info) => self.has_members(group, &info),
            None => Ok(()),
        }
    }

    /// What was written in the group of the demo world, newest first: two messages are there from the start.
    fn page(&self, page: usize, size: usize, stage: &Stage<'_>) -> Checked {
        let arguments = json!({ "page": page, "pageSize": size });
        let answer = accepted(stage.call("messages_group", WEB_KEY, arguments)?)?;
        let written = (0..self.written).rev().map(|index| format!("Mensagem {index}"));
        let all = written.chain(["Saiu a rota 12".to_owned(), "Bom dia".to_owned()]);
        let rows = answer.get("messages").and_then(Value::as_array).into_iter().flatten();
        let found = json!({ "total": answer.get("total"), "contents": rows.map(|row| text(row, "content")).collect::<Vec<_>>() });
        let contents: Vec<String> = all.skip((page - 1) * size).take(size).collect();
        equal(
            "a page has other messages",
            &json!({ "total": self.written + 2, "contents": contents }),
            &found,
        )
    }
}
