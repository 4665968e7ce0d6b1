//! Who is in which group after some steps.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;

/// Who comes and goes. The first is in the group of the demo world, the last is not on WhatsApp (U-19).
pub(super) const PHONES: [&str; 4] = ["5511955554444", "5511944443333", "5511933332222", "15550100011"];
const NOT_ON_WHATSAPP: usize = 3;
/// The group of the demo world.
pub(super) const TEAM: usize = 0;
/// That one included.
const MOST: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Remove,
    Promote,
    Demote,
}

impl Change {
    pub(super) const fn tool(self) -> &'static str {
        match self {
            Self::Add => "group_participants_add",
            Self::Remove => "group_participants_remove",
            Self::Promote => "group_participants_promote",
            Self::Demote => "group_participants_demote",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Under a number that is free.
    Create(usize, Vec<usize>),
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
pub(super) struct Groups {
    pub(super) open: bool,
    /// By the number that each is known by: role by phone, of those who come and go.
    pub(super) groups: BTreeMap<usize, BTreeMap<usize, &'static str>>,
    pub(super) written: usize,
    pub(super) results: Vec<(usize, &'static str)>,
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
}

impl ReferenceStateMachine for Groups {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let groups = BTreeMap::from([(TEAM, BTreeMap::from([(0, "member")]))]);
        Just(Self { open: true, groups, written: 0, results: Vec::new() }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let some = |least| subsequence((0..PHONES.len()).collect::<Vec<_>>(), least..=3);
        let change = select(vec![Change::Add, Change::Remove, Change::Promote, Change::Demote]);
        prop_oneof![
            2 => (1..MOST, some(0)).prop_map(|(group, who)| Step::Create(group, who)),
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
        let there = |group: &usize| model.groups.contains_key(group);
        match step {
            Step::Create(group, _) => !there(group),
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
            Step::Create(group, who) => {
                let members = who.iter().filter(|phone| **phone != NOT_ON_WHATSAPP);
                model.groups.insert(*group, members.map(|phone| (*phone, "member")).collect());
            }
            Step::Change(change, group, who) => {
                if let Some(group) = model.groups.get_mut(group) {
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
