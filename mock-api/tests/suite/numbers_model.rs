//! The life of a web number against a small model, with the events that its webhook gets.

use crate::common::machine::{Machine, config};
use crate::common::receiver::Receiver;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::json;

const DAY: i64 = 24 * 60 * 60;

#[derive(Debug, Clone)]
enum Step {
    /// A code is asked for.
    Connect,
    /// It is scanned.
    Scan,
    /// The connection breaks.
    Drop,
    Delete,
    Restore,
    Purge,
    Pass(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Active,
    Deleted { at: i64 },
    Gone,
}

#[derive(Debug, Clone)]
struct Model {
    now: i64,
    presence: Presence,
    state: &'static str,
    /// When the connection was lost, until that is reported.
    lost: Option<i64>,
    events: Vec<&'static str>,
    answer: u16,
}

impl Model {
    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        if self.presence == Presence::Active && self.lost.is_some_and(|at| at + 60 <= self.now) {
            self.lost = None;
            self.events.push("number.disconnected");
        }
        if matches!(self.presence, Presence::Deleted { at } if at + 30 * DAY <= self.now) {
            self.presence = Presence::Gone;
        }
    }

    fn close(&mut self) {
        (self.state, self.lost) = ("CLOSE", None);
    }

    fn act(&mut self, step: &Step) -> u16 {
        match (step, self.presence) {
            (Step::Pass(seconds), _) => self.pass(*seconds),
            (Step::Restore, Presence::Active) => return 409,
            (Step::Restore, Presence::Deleted { .. }) => {
                self.presence = Presence::Active;
                self.events.push("number.restored");
            }
            (Step::Purge, Presence::Deleted { .. }) => self.presence = Presence::Gone,
            (_, Presence::Deleted { .. } | Presence::Gone) => return 404,
            (Step::Purge, Presence::Active) => {
                self.presence = Presence::Gone;
                self.events.push("number.removed");
            }
            (Step::Delete, Presence::Active) => {
                self.presence = Presence::Deleted { at: self.now };
                self.close();
                self.events.push("number.removed");
            }
            (Step::Connect, Presence::Active) if self.state == "OPEN" => return 409,
            (Step::Connect, Presence::Active) => self.state = "CONNECTING",
            (Step::Scan, Presence::Active) => {
                if self.state != "OPEN" {
                    (self.state, self.lost) = ("OPEN", None);
                    self.events.push("number.connected");
                }
            }
            (Step::Drop, Presence::Active) => {
                self.lost = if self.state == "OPEN" { Some(self.now) } else { self.lost };
                self.state = "CLOSE";
            }
        }
        200
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let model = Self {
            now: 0,
            presence: Presence::Active,
            state: "OPEN",
            lost: None,
            events: Vec::new(),
            answer: 200,
        };
        Just(model).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        prop_oneof![
            3 => Just(Step::Connect),
            4 => Just(Step::Scan),
            4 => Just(Step::Drop),
            2 => Just(Step::Delete),
            3 => Just(Step::Restore),
            1 => prop::bool::weighted(0.3).prop_map(|purge| if purge { Step::Purge } else { Step::Drop }),
            4 => prop::sample::select(vec![1, 30, 59, 60, DAY, 30 * DAY]).prop_map(Step::Pass),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.answer = model.act(step);
        model
    }
}

struct Sut {
    mock: Machine,
    receiver: Receiver,
    events: Vec<String>,
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let mock = Machine::start("ps_demo_tenant");
        let receiver = mock.run(Receiver::start());
        let body = json!({ "url": receiver.url("/"), "events": ["*"], "whatsappNumberId": "num_web" });
        assert_eq!(mock.post("/webhooks", body).0, 201);
        Self { mock, receiver, events: Vec::new() }
    }

    fn apply(mut sut: Self, model: &Model, step: Step) -> Self {
        let mock = &sut.mock;
        let happens =
            |event: &str| mock.simulate("number", json!({ "numberId": "num_web", "event": event })).0;
        let status = match step {
            Step::Connect => mock.get("/numbers/num_web/connect").0,
            Step::Scan => happens("connect"),
            Step::Drop => happens("disconnect"),
            Step::Delete => mock.delete("/numbers/num_web").0,
            Step::Restore => mock.post("/numbers/num_web/restore", json!({})).0,
            Step::Purge => mock.delete("/numbers/num_web/purge").0,
            Step::Pass(seconds) => {
                mock.pass(seconds);
                200
            }
        };
        assert_eq!(status, model.answer);
        mock.pass(0);
        sut.events.extend(sut.receiver.take_events());
        sut
    }

    fn check_invariants(sut: &Self, model: &Model) {
        assert_eq!(sut.events, model.events);
        let (status, answer) = sut.mock.get("/numbers/num_web/status");
        if model.presence == Presence::Active {
            assert_eq!((status, &answer["state"]), (200, &json!(model.state)));
        } else {
            assert_eq!(status, 404);
        }
        let listed = sut.mock.get("/numbers").1.as_array().unwrap().len();
        assert_eq!(listed, if model.presence == Presence::Active { 4 } else { 3 });
        // The number's key works as long as the number is there.
        let key = sut.mock.run(sut.mock.api.with_key("ps_demo_web", "/templates")).0;
        assert_eq!(key, if model.presence == Presence::Active { 200 } else { 401 });
    }
}

prop_state_machine! {
    #![proptest_config(config())]
    // facts: NUM-DELETE-004, NUM-DELETE-005, NUM-DELETE-007, NUM-RESTORE-002, NUM-RESTORE-003
    // facts: NUM-RESTORE-005, NUM-CONNECT-009
    #[test]
    fn numbers_follow_the_model(sequential 1..40 => Sut);
}
