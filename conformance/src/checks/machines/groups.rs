//! Groups of a web number: who is in them and as what, what is written in them, and a connection that comes and goes.

use std::collections::BTreeMap;

use fixtures::Area;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;
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

/// Who comes and goes. The first is in the group of the demo world, the last is not on WhatsApp (U-19).
const PHONES: [&str; 4] = ["5511955554444", "5511944443333", "5511933332222", "15550100011"];
const NOT_ON_WHATSAPP: usize = 3;
const TEAM: &str = "120363000000000001@g.us";
const MOST: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    Remove,
    Promote,
    Demote,
}

impl Change {
    const fn tool(self) -> &'static str {
        match self {
            Self::Add => "group_participants_add",
            Self::Remove => "group_participants_remove",
            Self::Promote => "group_participants_promote",
            Self::Demote => "group_participants_demote",
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Create(Vec<usize>),
    Change(Change, usize, Vec<usize>),
    /// The first of `PHONES` writes in the group of the demo world.
    Write,
    Connection(bool),
    Info(usize),
    Invite(usize),
    /// A page of what was written, of so many.
    Messages {
        page: usize,
        size: usize,
    },
}

#[derive(Debug, Clone)]
struct Groups {
    open: bool,
    /// Role by phone, of those who come and go.
    groups: Vec<BTreeMap<usize, &'static str>>,
    written: usize,
    results: Vec<(usize, &'static str)>,
}

fn phones(indices: &[usize]) -> Vec<&'static str> {
    indices.iter().filter_map(|index| PHONES.get(*index).copied()).collect()
}

impl Groups {
    fn change(group: &mut BTreeMap<usize, &'static str>, change: Change, phone: usize) -> &'static str {
        match (change, group.contains_key(&phone)) {
            (Change::Add, true) => return "ALREADY_IN_GROUP",
            (Change::Add, false) if phone == NOT_ON_WHATSAPP => return "NOT_ON_WHATSAPP",
            (Change::Remove | Change::Promote | Change::Demote, false) => return "NOT_IN_GROUP",
            (Change::Add | Change::Demote, _) => drop(group.insert(phone, "member")),
            (Change::Promote, true) => drop(group.insert(phone, "admin")),
            (Change::Remove, true) => drop(group.remove(&phone)),
        }
        "OK"
    }

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
        let members = self.groups.get(group).into_iter().flatten();
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

fn id<'a>(stage: &'a Stage<'_>, group: usize) -> &'a str {
    if group == 0 { TEAM } else { stage.id(group - 1) }
}

impl ReferenceStateMachine for Groups {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let groups = vec![BTreeMap::from([(0, "member")])];
        Just(Self { open: true, groups, written: 0, results: Vec::new() }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let some = |least| subsequence((0..PHONES.len()).collect::<Vec<_>>(), least..=3);
        let change = select(vec![Change::Add, Change::Remove, Change::Promote, Change::Demote]);
        prop_oneof![
            2 => some(0).prop_map(Step::Create),
            8 => (change, 0..MOST, some(1)).prop_map(|(change, group, who)| Step::Change(change, group, who)),
            3 => Just(Step::Write),
            1 => Just(Step::Connection(false)),
            3 => Just(Step::Connection(true)),
            3 => (0..MOST).prop_map(Step::Info),
            1 => (0..MOST).prop_map(Step::Invite),
            2 => (1..=3_usize, 1..=4_usize).prop_map(|(page, size)| Step::Messages { page, size }),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        let there = |group: &usize| *group < model.groups.len();
        match step {
            Step::Create(_) => model.groups.len() < MOST,
            Step::Change(_, group, _) | Step::Info(group) | Step::Invite(group) => there(group),
            // Nobody reaches a number that is not connected, and whether its store can be read is not known.
            Step::Write | Step::Messages { .. } => model.open,
            Step::Connection(_) => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        match step {
            Step::Connection(open) => model.open = *open,
            _ if !model.open => {}
            Step::Create(who) => {
                let members = who.iter().filter(|phone| **phone != NOT_ON_WHATSAPP);
                model.groups.push(members.map(|phone| (*phone, "member")).collect());
            }
            Step::Change(change, group, who) => {
                if let Some(group) = model.groups.get_mut(*group) {
                    model.results =
                        who.iter().map(|phone| (*phone, Self::change(group, *change, *phone))).collect();
                }
            }
            Step::Write => model.written += 1,
            Step::Info(_) | Step::Invite(_) | Step::Messages { .. } => {}
        }
        model
    }
}

impl Machine for Groups {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Create(who) => {
                let arguments = json!({ "subject": "Turma", "participants": phones(who) });
                let Some(made) = self.ask(stage, "groups_create", arguments)? else { return Ok(()) };
                shows("the answer", &made, &json!({ "subject": "Turma" }))?;
                stage.made(&made);
                self.has_members(self.groups.len() - 1, &made)
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
                let message =
                    json!({ "numberId": "num_web", "from": "+5511955554444", "groupId": TEAM, "text": text });
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
        (0..self.groups.len()).try_for_each(|group| self.info(group, stage))?;
        let Some(listed) = self.ask(stage, "groups_list", json!({}))? else { return Ok(()) };
        let listed = listed.get("groups").and_then(Value::as_array).into_iter().flatten();
        let mut listed: Vec<&str> = listed.map(|group| text(group, "id")).collect();
        let mut expected: Vec<&str> = (0..self.groups.len()).map(|group| id(stage, group)).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        equal("the list has other groups", &expected.into(), &listed.into())?;
        self.page(1, 100, stage)
    }
}
