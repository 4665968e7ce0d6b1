//! Messages of a web number: sends with and without a schedule, a deadline and an idempotency key; cancelling; receipts; a connection that comes and goes.

mod message;

use fixtures::Area;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{DAY, HOUR, MINUTE, SECOND, Stage};
use crate::compare::equal;
use crate::demo::WEB_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use message::{Cancel, Message, To};

pub(super) const RULE: Rule = Rule::must(
    "sends",
    "Whatever is sent, sent again, cancelled, reported or cut off in between, each message stands where that leaves it.",
)
.proves(&[
    "MSG-LIFE-001",
    "MSG-LIFE-003",
    "MSG-LIFE-004",
    "MSG-LIFE-005",
    "MSG-LIFE-008",
    "MSG-LIFE-011",
    "MSG-LIFE-012",
    "MSG-CANCEL-004",
    "MSG-CANCEL-006",
    "MSG-CANCEL-011",
    "MSG-IDEM-003",
    "MSG-IDEM-004",
    "MSG-IDEM-008",
    "MSG-CODE-001",
    "MSG-CODE-005",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "messages", family: Family::Machines, area: Some(Area::Messaging), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Messages>(scene, &RULE, SCENARIO.name);
}

/// How long an idempotency key is remembered.
const REMEMBERED: i64 = 24 * HOUR;
const MOST: usize = 6;

#[derive(Debug, Clone)]
struct Send {
    to: To,
    /// `deliverAt`, from now.
    after: Option<i64>,
    /// `deliverUntil`, from then. Never the instant at which something else happens.
    within: Option<i64>,
    key: Option<usize>,
}

#[derive(Debug, Clone)]
enum Step {
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
enum Told {
    New,
    Again(usize),
    Reused,
}

#[derive(Debug, Clone)]
struct Messages {
    now: i64,
    open: bool,
    messages: Vec<Message>,
    /// By idempotency key: when it was used, and for which message.
    keys: [Option<(i64, usize)>; 2],
    told: Told,
    cancelled: Vec<(usize, Cancel)>,
}

impl Messages {
    fn send(&mut self, send: &Send) {
        let due = self.now + send.after.unwrap_or_default();
        let until = send.within.map(|within| due + within);
        let message = Message::new(send.to, due, send.after.map(|_| due), until);
        let key = send.key.and_then(|key| self.keys.get_mut(key));
        self.told = match key {
            Some(Some((at, index))) if *at + REMEMBERED > self.now => {
                let same = self.messages.get(*index).is_some_and(|sent| sent.same_body(&message));
                if same { Told::Again(*index) } else { Told::Reused }
            }
            key => {
                if let Some(key) = key {
                    *key = Some((self.now, self.messages.len()));
                }
                self.messages.push(message);
                Told::New
            }
        };
    }

    fn cancel(&mut self, indices: &[usize]) {
        let now = self.now;
        let cancel = |index: &usize| {
            let message = self.messages.get_mut(*index);
            (*index, message.map_or(Cancel::Fails("NOT_FOUND"), |message| message.cancel(now)))
        };
        self.cancelled = indices.iter().map(cancel).collect();
    }

    fn read(&self, index: usize, stage: &Stage<'_>) -> Checked {
        let read = accepted(stage.call("message_get", WEB_KEY, json!({ "id": stage.id(index) }))?)?;
        let message = self.messages.get(index).map(|message| message.shown(stage));
        shows("a message", &read, &message.unwrap_or_default())
    }
}

impl ReferenceStateMachine for Messages {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let (messages, cancelled) = (Vec::new(), Vec::new());
        Just(Self { now: 0, open: true, messages, keys: [None; 2], told: Told::New, cancelled }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let after = weighted(0.5, select(vec![HOUR, MINUTE]));
        let within = weighted(0.3, select(vec![4500, 6500, 90_500, 2 * HOUR + 500]));
        let send = (select(To::ALL.to_vec()), after, within, weighted(0.4, 0..2_usize))
            .prop_map(|(to, after, within, key)| Step::Send(Send { to, after, within, key }));
        let status = select(vec!["SENT", "DELIVERED", "READ", "FAILED"]);
        let passed = vec![SECOND, 6 * SECOND, 30 * SECOND, MINUTE, HOUR, 25 * HOUR, 8 * DAY];
        prop_oneof![
            6 => send,
            3 => proptest::collection::btree_set(0..MOST, 1..=5).prop_map(|set| Step::Cancel(set.into_iter().collect())),
            2 => (0..MOST, status).prop_map(|(index, status)| Step::Report(index, status)),
            1 => Just(Step::Disconnect),
            2 => Just(Step::Connect),
            5 => select(passed).prop_map(Step::Pass),
            4 => (0..MOST).prop_map(Step::Read),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Send(_) => model.messages.len() < MOST,
            Step::Read(index) => *index < model.messages.len(),
            // Whether a number that is not connected gets receipts is not known.
            Step::Disconnect => !model.messages.iter().any(Message::is_under_way),
            Step::Report(index, _) => {
                model.open && model.messages.get(*index).is_some_and(|message| !message.is_ahead(model.now))
            }
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let now = model.now;
        match step {
            Step::Send(send) => model.send(send),
            Step::Cancel(indices) => model.cancel(indices),
            Step::Report(index, status) => {
                if let Some(message) = model.messages.get_mut(*index) {
                    message.is_reported(status, now);
                }
            }
            Step::Disconnect => model.open = false,
            Step::Connect => {
                model.open = true;
                model.messages.iter_mut().for_each(|message| message.goes_on(now));
            }
            Step::Pass(by) => {
                model.now += by;
                let (now, open) = (model.now, model.open);
                model.messages.iter_mut().for_each(|message| message.pass(now, open));
            }
            Step::Read(_) => {}
        }
        model
    }
}

impl Machine for Messages {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Send(send) => self.take_send(send, stage),
            Step::Cancel(indices) => self.take_cancel(indices, stage),
            Step::Report(index, status) => {
                let code = (*status == "FAILED").then_some("DELIVERY_TIMEOUT");
                let receipt = json!({ "messageId": stage.id(*index), "status": status, "errorCode": code });
                stage.simulate("receipt", receipt).map(drop)
            }
            Step::Disconnect => stage.connection("num_web", false),
            Step::Connect => stage.connection("num_web", true),
            Step::Pass(by) => stage.pass(*by),
            Step::Read(index) => self.read(*index, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        (0..self.messages.len()).try_for_each(|index| self.read(index, stage))
    }
}

impl Messages {
    fn take_send(&self, send: &Send, stage: &mut Stage<'_>) -> Checked {
        let due = self.now + send.after.unwrap_or_default();
        let arguments = json!({
            "destinationNumber": send.to.phone(),
            "text": "Oi",
            "deliverAt": send.after.map(|_| stage.instant(due)),
            "deliverUntil": send.within.map(|within| stage.instant(due + within)),
            "idempotencyKey": send.key.map(|key| format!("key-{key}")),
        });
        let answer = stage.call("messages_send", WEB_KEY, arguments)?;
        match self.told {
            Told::Reused => refused(&answer, 409, "IDEMPOTENCY_KEY_REUSED"),
            Told::Again(index) => shows(
                "the answer to what was sent before",
                &accepted(answer)?,
                &json!({ "id": stage.id(index), "status": "QUEUED" }),
            ),
            Told::New => {
                let sent = accepted(answer)?;
                shows(
                    "the answer",
                    &sent,
                    &json!({ "status": "QUEUED", "createdAt": stage.instant(self.now) }),
                )?;
                let known = stage.ids.iter().any(|id| id == text(&sent, "id"));
                stage.made(&sent);
                if known {
                    return Err(Finding::new("a new message has the id of another").with(Value::Null, sent));
                }
                Ok(())
            }
        }
    }

    fn take_cancel(&self, indices: &[usize], stage: &Stage<'_>) -> Checked {
        let ids: Vec<&str> = indices.iter().map(|index| stage.id(*index)).collect();
        let answer = accepted(stage.call("messages_cancel", WEB_KEY, json!({ "messageIds": ids }))?)?;
        let told = |id: &str| {
            let cancelled = answer.get("cancelled").and_then(Value::as_array);
            if cancelled.is_some_and(|ids| ids.iter().any(|it| it == id)) {
                return Value::from("cancelled");
            }
            let failed = answer.get("failed").and_then(Value::as_array).into_iter().flatten();
            failed
                .filter(|it| text(it, "id") == id)
                .map(|it| text(it, "reason").into())
                .next()
                .unwrap_or_default()
        };
        for (index, cancel) in &self.cancelled {
            let told = told(stage.id(*index));
            let expected = match cancel {
                Cancel::Done => Value::from("cancelled"),
                Cancel::Fails(reason) => Value::from(*reason),
                Cancel::FailsSomehow if told.is_string() && told != "cancelled" => continue,
                Cancel::FailsSomehow => Value::from("(a reason)"),
            };
            equal("cancelling a message has another result", &expected, &told)?;
        }
        Ok(())
    }
}
