//! The life of messages against a small model, with the events that a webhook gets for each.

use std::collections::BTreeMap;

use crate::common::machine::{Machine, config};
use crate::common::receiver::Receiver;
use crate::common::{Api, NOW};
use mock_api::Time;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};

/// The model counts in milliseconds from the start.
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// How the destination behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Anyone,
    NotAReader,
    Nowhere,
    NobodyAnswers,
    Unregistered,
}

const DESTINATIONS: [(To, &str); 5] = [
    (To::Anyone, "+5511966665555"),
    (To::NotAReader, "+15550100101"),
    (To::Nowhere, "+15550100102"),
    (To::NobodyAnswers, "+15550100104"),
    (To::Unregistered, "+15550100011"),
];

#[derive(Debug, Clone)]
enum Step {
    /// With `deliverAt` and `deliverUntil`, as far from now.
    Send(To, Option<i64>, Option<i64>),
    Cancel(usize),
    Receipt(usize, &'static str),
    Drop,
    Reconnect,
    Pass(i64),
}

#[derive(Debug, Clone)]
struct Message {
    to: To,
    due: i64,
    until: Option<i64>,
    status: &'static str,
    code: Option<&'static str>,
    /// When it got there.
    since: i64,
    /// When it is tried next.
    attempt: Option<i64>,
    /// When it has waited for too long.
    old: Option<i64>,
    attempts: u8,
    events: Vec<&'static str>,
}

impl Message {
    fn becomes(&mut self, status: &'static str, event: &'static str, at: i64) {
        (self.status, self.since) = (status, at);
        self.events.push(event);
    }

    fn fails(&mut self, code: &'static str, at: i64) {
        self.code = Some(code);
        self.becomes("FAILED", "message.failed", at);
    }

    /// When something happens to it by itself; on a tie the deadline comes first.
    fn next(&self) -> Option<i64> {
        let deadline = self.until.map(|until| until + 1);
        let times = match self.status {
            "QUEUED" => [self.old, deadline, self.attempt],
            "SENT" => [None, deadline, (self.to != To::Nowhere).then_some(self.since + 2 * SECOND)],
            "DELIVERED" => [None, None, (self.to != To::NotAReader).then_some(self.since + 30 * SECOND)],
            _ => [None; 3],
        };
        times.into_iter().flatten().min()
    }

    fn happens(&mut self, at: i64, open: bool) {
        let tried = self.attempts > 0;
        match self.status {
            "QUEUED" if self.old == Some(at) => {
                self.fails(if tried { "DELIVERY_TIMEOUT" } else { "NEVER_ATTEMPTED_MAX_AGE_EXCEEDED" }, at);
            }
            "QUEUED" if self.attempt != Some(at) => {
                self.fails(if tried { "EXPIRED_AFTER_ATTEMPTS" } else { "MESSAGE_EXPIRED" }, at);
            }
            "QUEUED" => self.is_tried(at, open),
            "SENT" if self.until.is_some_and(|until| until < at) => self.fails("DELIVERED_NOT_CONFIRMED", at),
            "SENT" => self.becomes("DELIVERED", "message.delivered", at),
            _ => self.becomes("READ", "message.read", at),
        }
    }

    fn is_tried(&mut self, at: i64, open: bool) {
        self.attempt = None;
        if !open {
            self.old = Some(self.due + 7 * DAY);
            return;
        }
        match self.to {
            To::Unregistered => self.fails("WHATSAPP_NOT_EXIST", at),
            To::NobodyAnswers if self.attempts == 10 => self.fails("DELIVERY_TIMEOUT", at),
            To::NobodyAnswers => {
                self.attempts += 1;
                self.attempt = Some(at + MINUTE);
            }
            _ => self.becomes("SENT", "message.sent", at),
        }
    }

    fn is_reported(&mut self, status: &str, at: i64) {
        let goes_on = |from| {
            matches!((from, status), ("QUEUED", "SENT") | ("QUEUED" | "SENT", "DELIVERED") | (_, "READ"))
        };
        if status == "FAILED" && matches!(self.status, "QUEUED" | "SENT") {
            self.fails("DELIVERY_TIMEOUT", at);
        }
        if self.status == "QUEUED" && goes_on("QUEUED") {
            self.becomes("SENT", "message.sent", at);
        }
        if self.status == "SENT" && goes_on("SENT") {
            self.becomes("DELIVERED", "message.delivered", at);
        }
        if self.status == "DELIVERED" && goes_on("DELIVERED") {
            self.becomes("READ", "message.read", at);
        }
    }
}

#[derive(Debug, Clone)]
struct Model {
    now: i64,
    open: bool,
    messages: Vec<Message>,
}

impl Model {
    fn pass(&mut self, by: i64) {
        let target = self.now + by;
        for message in &mut self.messages {
            while let Some(at) = message.next().filter(|at| *at <= target) {
                message.happens(at, self.open);
            }
        }
        self.now = target;
    }

    fn send(&mut self, to: To, at: Option<i64>, until: Option<i64>) {
        let due = self.now + at.unwrap_or_default();
        self.messages.push(Message {
            to,
            due,
            until: until.map(|until| self.now + until),
            status: "QUEUED",
            code: None,
            since: self.now,
            attempt: Some(due + 5 * SECOND),
            old: None,
            attempts: 0,
            events: Vec::new(),
        });
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 0, open: true, messages: Vec::new() }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let to = prop::sample::select(DESTINATIONS.map(|(to, _)| to).to_vec());
        let later = |times: Vec<i64>| prop::option::weighted(0.3, prop::sample::select(times));
        let at = later(vec![SECOND, MINUTE, DAY, 8 * DAY]);
        let until = later(vec![0, 4 * SECOND, 5 * SECOND, 6 * SECOND, 7 * SECOND, 5 * MINUTE, 2 * DAY]);
        let passed = vec![0, SECOND, 5 * SECOND, 7 * SECOND, MINUTE, 10 * MINUTE, DAY, 7 * DAY];
        let receipt = prop::sample::select(vec!["SENT", "DELIVERED", "READ", "FAILED"]);
        prop_oneof![
            6 => (to, at, until).prop_map(|(to, at, until)| Step::Send(to, at, until)),
            2 => (0..8_usize).prop_map(Step::Cancel),
            2 => (0..8_usize, receipt).prop_map(|(index, status)| Step::Receipt(index, status)),
            1 => Just(Step::Drop),
            2 => Just(Step::Reconnect),
            6 => prop::sample::select(passed).prop_map(Step::Pass),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let now = model.now;
        match step {
            Step::Send(to, at, until) => model.send(*to, *at, *until),
            Step::Cancel(index) => {
                let message =
                    model.messages.get_mut(*index).filter(|it| it.status == "QUEUED" && it.due > now);
                if let Some(message) = message {
                    message.status = "CANCELED";
                }
            }
            Step::Receipt(index, status) => {
                if let Some(message) = model.messages.get_mut(*index) {
                    message.is_reported(status, now);
                }
            }
            Step::Drop => model.open = false,
            Step::Reconnect => {
                if !model.open {
                    let waiting = model.messages.iter_mut().filter(|it| it.attempt.is_none());
                    waiting.for_each(|message| message.attempt = Some(now));
                }
                model.open = true;
                model.pass(0);
            }
            Step::Pass(by) => model.pass(*by),
        }
        model
    }
}

struct Sut {
    mock: Machine,
    receiver: Receiver,
    ids: Vec<Value>,
    events: BTreeMap<String, Vec<String>>,
    now: i64,
}

impl Sut {
    fn instant(&self, later: i64) -> String {
        let start: Time = NOW.parse().unwrap();
        start.plus(jiff::SignedDuration::from_millis(self.now + later)).to_string()
    }

    fn send(&mut self, to: To, at: Option<i64>, until: Option<i64>) {
        let phone = DESTINATIONS.iter().find(|(known, _)| *known == to).unwrap().1;
        let mut body = json!({ "destinationNumber": phone, "text": "Oi" });
        for (key, later) in [("deliverAt", at), ("deliverUntil", until)] {
            if let Some(later) = later {
                body[key] = self.instant(later).into();
            }
        }
        let (status, sent) = self.mock.post("/messages/send", body);
        assert_eq!((status, &sent["status"]), (202, &json!("QUEUED")));
        self.ids.push(sent["id"].clone());
    }

    fn collect(&mut self) {
        for received in self.receiver.take() {
            let id = received.body["data"]["id"].as_str().unwrap_or_default().to_owned();
            self.events.entry(id).or_default().push(received.event().to_owned());
        }
    }
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let mock = Machine::start("ps_demo_web");
        let receiver = mock.run(Receiver::start());
        let events = ["message.sent", "message.delivered", "message.read", "message.failed"];
        assert_eq!(mock.post("/webhooks", json!({ "url": receiver.url("/"), "events": events })).0, 201);
        Self { mock, receiver, ids: Vec::new(), events: BTreeMap::new(), now: 0 }
    }

    fn apply(mut sut: Self, _: &Model, step: Step) -> Self {
        let happens = |sut: &Self, event: &str| {
            let body = json!({ "numberId": "num_web", "event": event });
            assert_eq!(sut.mock.simulate("number", body).0, 200);
        };
        match step {
            Step::Send(to, at, until) => sut.send(to, at, until),
            Step::Cancel(index) => {
                if let Some(id) = sut.ids.get(index) {
                    sut.mock.run(cancel(&sut.mock.api, id));
                }
            }
            Step::Receipt(index, status) => {
                if let Some(id) = sut.ids.get(index) {
                    sut.mock.simulate("receipt", json!({ "messageId": id, "status": status }));
                }
            }
            Step::Drop => happens(&sut, "disconnect"),
            Step::Reconnect => happens(&sut, "connect"),
            Step::Pass(by) => {
                sut.mock.pass(by / SECOND);
                sut.now += by;
            }
        }
        sut.mock.pass(0);
        sut.collect();
        sut
    }

    fn check_invariants(sut: &Self, model: &Model) {
        for (id, expected) in sut.ids.iter().zip(&model.messages) {
            let (_, read) = sut.mock.get(&format!("/messages/{}", id.as_str().unwrap()));
            assert_eq!(
                (&read["status"], &read["errorCode"]),
                (&json!(expected.status), &json!(expected.code))
            );
            let events = sut.events.get(id.as_str().unwrap()).map_or(&[][..], Vec::as_slice);
            assert_eq!(events, expected.events);
        }
        for status in ["QUEUED", "SENT", "DELIVERED", "READ", "FAILED", "CANCELED"] {
            let expected = model.messages.iter().filter(|message| message.status == status).count();
            assert_eq!(sut.mock.get(&format!("/messages?status={status}")).1["total"], expected);
        }
    }
}

async fn cancel(api: &Api, id: &Value) {
    assert_eq!(api.delete_with("/messages/cancel", json!({ "messageIds": [id] })).await.0, 200);
}

prop_state_machine! {
    #![proptest_config(config())]
    // facts: MSG-LIFE-001, MSG-LIFE-003, MSG-LIFE-008, MSG-LIFE-012, MSG-CODE-001, MSG-CODE-006
    // facts: WHK-SEND-010
    #[test]
    fn messages_follow_the_model(sequential 1..40 => Sut);
}
