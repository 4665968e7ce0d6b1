//! Deliveries of a webhook against a small model: order, retries, pausing, subscribing.

use std::collections::VecDeque;

use crate::common::NOW;
use crate::common::machine::{Machine, config};
use crate::common::receiver::Receiver;
use mock_api::Time;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::json;

/// Seconds between attempts (U-14).
const BACKOFF: [i64; 5] = [1, 5, 30, 120, 600];

#[derive(Debug, Clone)]
enum Step {
    /// Something happens to the number.
    Event,
    /// The receiver fails so many requests more.
    Fail(usize),
    Activate(bool),
    Subscribe(bool),
    Pass(i64),
}

#[derive(Debug, Clone)]
struct Model {
    now: i64,
    active: bool,
    subscribed: bool,
    fails: usize,
    /// When the events that wait happened; all are about one thing.
    queue: VecDeque<i64>,
    /// Attempts that the first of them had, and when the next is made.
    attempts: usize,
    ready: i64,
    /// Of what events requests have come, with the status that each was answered with.
    received: Vec<(i64, bool)>,
}

impl Model {
    /// Delivers what is to be delivered until now.
    fn deliver(&mut self) {
        while let Some(event) = self.queue.front().copied().filter(|_| self.active && self.ready <= self.now)
        {
            let succeeds = self.fails == 0;
            self.fails = self.fails.saturating_sub(1);
            self.received.push((event, succeeds));
            match BACKOFF.get(self.attempts).filter(|_| !succeeds) {
                Some(wait) => {
                    self.attempts += 1;
                    self.ready += wait;
                }
                None => {
                    self.queue.pop_front();
                    self.attempts = 0;
                }
            }
        }
        if self.queue.is_empty() {
            self.ready = self.now;
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            now: 0,
            active: true,
            subscribed: true,
            fails: 0,
            queue: VecDeque::new(),
            attempts: 0,
            ready: 0,
            received: Vec::new(),
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        prop_oneof![
            4 => Just(Step::Event),
            2 => (1..8_usize).prop_map(Step::Fail),
            1 => any::<bool>().prop_map(Step::Activate),
            1 => any::<bool>().prop_map(Step::Subscribe),
            3 => prop::sample::select(vec![1, 5, 29, 36, 120, 700]).prop_map(Step::Pass),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        match *step {
            Step::Event if model.active && model.subscribed => model.queue.push_back(model.now),
            Step::Event => {}
            Step::Fail(times) => model.fails += times,
            Step::Activate(active) => {
                if active && !model.active {
                    // What became ready in the meantime is made now.
                    model.ready = model.ready.max(model.now);
                }
                model.active = active;
            }
            Step::Subscribe(subscribed) => model.subscribed = subscribed,
            Step::Pass(seconds) => model.now += seconds,
        }
        model.deliver();
        model
    }
}

struct Sut {
    mock: Machine,
    receiver: Receiver,
    received: Vec<(i64, bool)>,
}

impl Sut {
    fn patch(&self, body: serde_json::Value) {
        assert_eq!(self.mock.run(self.mock.api.patch("/webhooks/wh_demo", body)).0, 200);
    }
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let mock = Machine::start("ps_demo_meta");
        let receiver = mock.run(Receiver::start());
        let sut = Self { mock, receiver, received: Vec::new() };
        sut.patch(json!({ "url": sut.receiver.url("/hook"), "active": true }));
        sut
    }

    fn apply(mut sut: Self, model: &Model, step: Step) -> Self {
        match step {
            Step::Event => {
                for event in ["disconnect", "connect"] {
                    let body = json!({ "numberId": "num_meta", "event": event });
                    assert_eq!(sut.mock.simulate("number", body).0, 200);
                }
            }
            Step::Fail(times) => sut.receiver.fail(times),
            Step::Activate(active) => sut.patch(json!({ "active": active })),
            Step::Subscribe(true) => sut.patch(json!({ "events": ["*"] })),
            Step::Subscribe(false) => sut.patch(json!({ "events": [] })),
            Step::Pass(seconds) => sut.mock.pass(seconds),
        }
        sut.mock.pass(0);
        let start: Time = NOW.parse().unwrap();
        for received in sut.receiver.take() {
            assert_eq!(received.event(), "number.connected");
            let at: Time = received.body["data"]["createdAt"].as_str().unwrap().parse().unwrap();
            let (_, succeeded) = model.received[sut.received.len()];
            sut.received.push((at.since(start).as_secs(), succeeded));
        }
        sut
    }

    fn check_invariants(sut: &Self, model: &Model) {
        assert_eq!(sut.received, model.received);
        let (_, log) = sut.mock.get("/webhooks/wh_demo/logs");
        let log: Vec<_> = log.as_array().unwrap().iter().map(|entry| entry["status"] == "SUCCESS").collect();
        let expected: Vec<_> =
            model.received.iter().rev().take(50).map(|(_, succeeded)| *succeeded).collect();
        assert_eq!(log, expected);
    }
}

prop_state_machine! {
    #![proptest_config(config())]
    // facts: WHK-SEND-006, WHK-SEND-007, WHK-SEND-010, WHK-SEND-011, WHK-EVENTS-001, WHK-UPDATE-003
    // facts: WHK-UPDATE-004
    #[test]
    fn deliveries_follow_the_model(sequential 1..40 => Sut);
}
