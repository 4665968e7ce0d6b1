//! Which messages there are after some steps, and what they were answered with.

use std::collections::BTreeMap;

use proptest::collection::btree_set;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

use super::message::{Cancel, Message, To};
use crate::checks::stage::{DAY, HOUR, MINUTE, SECOND};

/// How long an idempotency key is remembered.
const REMEMBERED: i64 = 24 * HOUR;
const MOST: usize = 6;

#[derive(Debug, Clone)]
pub(super) struct Send {
    /// The number of the message that becomes of it.
    pub(super) number: usize,
    pub(super) to: To,
    /// `deliverAt`, from now.
    pub(super) after: Option<i64>,
    /// `deliverUntil`, from then. Never the instant at which something else happens.
    pub(super) within: Option<i64>,
    pub(super) key: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Send(Send),
    Cancel(Vec<usize>),
    Report(usize, &'static str),
    Disconnect,
    Connect,
    Pass(i64),
    Read(usize),
}

/// What the last send has to be answered with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    New,
    Again(usize),
    Reused,
}

#[derive(Debug, Clone)]
pub(super) struct Messages {
    pub(super) now: i64,
    open: bool,
    pub(super) messages: BTreeMap<usize, Message>,
    /// By idempotency key: when it was used, and for which message.
    keys: [Option<(i64, usize)>; 2],
    pub(super) told: Told,
    pub(super) cancelled: Vec<(usize, Cancel)>,
}

impl Messages {
    fn send(&mut self, send: &Send) {
        let due = self.now + send.after.unwrap_or_default();
        let until = send.within.map(|within| due + within);
        let message = Message::new(send.to, due, send.after.map(|_| due), until);
        let key = send.key.and_then(|key| self.keys.get_mut(key));
        self.told = match key {
            Some(Some((at, number))) if *at + REMEMBERED > self.now => {
                let same = self.messages.get(number).is_some_and(|sent| sent.same_body(&message));
                if same { Told::Again(*number) } else { Told::Reused }
            }
            key => {
                if let Some(key) = key {
                    *key = Some((self.now, send.number));
                }
                self.messages.insert(send.number, message);
                Told::New
            }
        };
    }

    fn cancel(&mut self, numbers: &[usize]) {
        let now = self.now;
        let cancel = |number: &usize| {
            let message = self.messages.get_mut(number);
            (*number, message.map_or(Cancel::Fails("NOT_FOUND"), |message| message.cancel(now)))
        };
        self.cancelled = numbers.iter().map(cancel).collect();
    }
}

impl ReferenceStateMachine for Messages {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let (messages, cancelled) = (BTreeMap::new(), Vec::new());
        Just(Self { now: 0, open: true, messages, keys: [None; 2], told: Told::New, cancelled }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let after = weighted(0.5, select(vec![HOUR, MINUTE]));
        let within = weighted(0.3, select(vec![4500, 6500, 90_500, 2 * HOUR + 500]));
        let send = (0..MOST, select(To::ALL.to_vec()), after, within, weighted(0.4, 0..2_usize))
            .prop_map(|(number, to, after, within, key)| Step::Send(Send { number, to, after, within, key }));
        let status = select(vec!["SENT", "DELIVERED", "READ", "FAILED"]);
        let passed = vec![SECOND, 6 * SECOND, 30 * SECOND, MINUTE, HOUR, 25 * HOUR, 8 * DAY];
        prop_oneof![
            6 => send,
            3 => btree_set(0..MOST, 1..=5).prop_map(|set| Step::Cancel(set.into_iter().collect())),
            2 => (0..MOST, status).prop_map(|(number, status)| Step::Report(number, status)),
            1 => Just(Step::Disconnect),
            2 => Just(Step::Connect),
            5 => select(passed).prop_map(Step::Pass),
            4 => (0..MOST).prop_map(Step::Read),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Send(send) => !model.messages.contains_key(&send.number),
            Step::Read(number) => model.messages.contains_key(number),
            // Whether a number that is not connected gets receipts is not known.
            Step::Disconnect => !model.messages.values().any(Message::is_under_way),
            Step::Report(number, _) => {
                model.open && model.messages.get(number).is_some_and(|message| !message.is_ahead(model.now))
            }
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let now = model.now;
        match step {
            Step::Send(send) => model.send(send),
            Step::Cancel(numbers) => model.cancel(numbers),
            Step::Report(number, status) => {
                if let Some(message) = model.messages.get_mut(number) {
                    message.is_reported(status, now);
                }
            }
            Step::Disconnect => model.open = false,
            Step::Connect => {
                model.open = true;
                model.messages.values_mut().for_each(|message| message.goes_on(now));
            }
            Step::Pass(by) => {
                model.now += by;
                let (now, open) = (model.now, model.open);
                model.messages.values_mut().for_each(|message| message.pass(now, open));
            }
            Step::Read(_) => {}
        }
        model
    }
}
