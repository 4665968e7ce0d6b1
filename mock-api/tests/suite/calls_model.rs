//! Calls against a small model: both directions, on the clock and by what either side does.

use crate::common::machine::{Machine, config};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};

/// How a contact takes a call.
#[derive(Debug, Clone, Copy)]
enum Taker {
    Answers,
    Ignores,
    Declines,
    Unreachable,
}

impl Taker {
    /// Magic destinations (U-19).
    fn phone(self) -> &'static str {
        match self {
            Self::Answers => "+15550100204",
            Self::Ignores => "+15550100202",
            Self::Declines => "+15550100203",
            Self::Unreachable => "+15550100205",
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Dial(Taker),
    Inbound,
    /// What the number does to a call, which is counted from the first.
    Control(usize, &'static str),
    /// What the other side does.
    Event(usize, &'static str),
    Pass(i64),
}

#[derive(Debug, Clone)]
struct Call {
    inbound: bool,
    taker: Taker,
    status: &'static str,
    /// When the next thing happens by itself.
    due: Option<i64>,
    connected: Option<i64>,
    ended: Option<i64>,
}

impl Call {
    fn new(inbound: bool, taker: Taker, now: i64) -> Self {
        let (status, due) = if inbound { ("RINGING", now + 60) } else { ("INITIATED", now + 1) };
        Self { inbound, taker, status, due: Some(due), connected: None, ended: None }
    }

    fn waits(&self) -> bool {
        matches!(self.status, "INITIATED" | "RINGING")
    }

    fn ended(&self) -> bool {
        !self.waits() && self.status != "ACCEPTED"
    }

    fn connect(&mut self, now: i64) {
        (self.status, self.connected, self.due) = ("ACCEPTED", Some(now), None);
    }

    fn end(&mut self, status: &'static str, now: i64) {
        (self.status, self.ended, self.due) = (status, Some(now), None);
    }

    fn unanswered(&self) -> &'static str {
        if self.inbound { "MISSED" } else { "FAILED" }
    }

    /// Everything that happens by itself until `now`.
    fn pass(&mut self, now: i64) {
        while let Some(at) = self.due.filter(|at| *at <= now) {
            match (self.status, self.taker) {
                ("INITIATED", Taker::Unreachable) => self.end("FAILED", at),
                ("INITIATED", taker) => {
                    self.status = "RINGING";
                    self.due = Some(at + if matches!(taker, Taker::Ignores) { 60 } else { 5 });
                }
                (_, Taker::Declines) if !self.inbound => self.end("REJECTED", at),
                (_, Taker::Ignores) => self.end(self.unanswered(), at),
                _ => self.connect(at),
            }
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Model {
    now: i64,
    calls: Vec<Call>,
    /// What the last step was answered with.
    answer: u16,
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Step> {
        let takers = vec![Taker::Answers, Taker::Ignores, Taker::Declines, Taker::Unreachable];
        let begin = prop_oneof![prop::sample::select(takers).prop_map(Step::Dial), Just(Step::Inbound)];
        let pass = prop::sample::select(vec![1, 4, 5, 59, 60, 600]).prop_map(Step::Pass);
        if model.calls.is_empty() {
            return begin.boxed();
        }
        let call = 0..model.calls.len();
        let control = prop::sample::select(vec!["accept", "reject", "terminate"]);
        let event = prop::sample::select(vec!["answer", "hangup", "miss"]);
        prop_oneof![
            2 => begin,
            3 => pass,
            2 => (call.clone(), control).prop_map(|(call, what)| Step::Control(call, what)),
            2 => (call, event).prop_map(|(call, what)| Step::Event(call, what)),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Control(call, _) | Step::Event(call, _) => *call < model.calls.len(),
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let now = model.now;
        model.answer = 200;
        match *step {
            Step::Dial(taker) => model.calls.push(Call::new(false, taker, now)),
            Step::Inbound => model.calls.push(Call::new(true, Taker::Ignores, now)),
            Step::Pass(seconds) => {
                model.now += seconds;
                model.calls.iter_mut().for_each(|call| call.pass(model.now));
            }
            Step::Control(call, what) => {
                let call = &mut model.calls[call];
                match what {
                    "accept" if call.inbound && call.status == "RINGING" => call.connect(now),
                    "reject" if !call.ended() => call.end("REJECTED", now),
                    "terminate" if !call.ended() => call.end("COMPLETED", now),
                    _ => model.answer = 409,
                }
            }
            Step::Event(call, what) => {
                let call = &mut model.calls[call];
                match what {
                    "answer" if call.waits() => call.connect(now),
                    "miss" if call.waits() => call.end(call.unanswered(), now),
                    "hangup" if call.status == "ACCEPTED" => call.end("COMPLETED", now),
                    "hangup" if call.waits() && call.inbound => call.end("MISSED", now),
                    "hangup" if call.waits() => call.end("REJECTED", now),
                    _ => model.answer = 409,
                }
            }
        }
        model
    }
}

struct Sut {
    mock: Machine,
    ids: Vec<String>,
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        Self { mock: Machine::start("ps_demo_meta"), ids: Vec::new() }
    }

    fn apply(mut sut: Self, model: &Model, step: Step) -> Self {
        let sdp = "v=0\r\na=setup:active\r\n";
        let (status, answer) = match step {
            Step::Dial(taker) => sut.mock.post("/calls", json!({ "to": taker.phone(), "sdp": sdp })),
            Step::Inbound => {
                sut.mock.simulate("call", json!({ "numberId": "num_meta", "from": "+5511988887777" }))
            }
            Step::Control(call, what) => {
                sut.mock.post(&format!("/calls/{}/{what}", sut.ids[call]), json!({ "sdp": sdp }))
            }
            Step::Event(call, what) => {
                sut.mock.simulate("call-event", json!({ "callId": sut.ids[call], "event": what }))
            }
            Step::Pass(seconds) => {
                sut.mock.pass(seconds);
                return sut;
            }
        };
        assert_eq!(status, model.answer, "{answer}");
        if status == 409 {
            assert_eq!(answer["code"], "CALL_NOT_ACTIVE");
        }
        if matches!(step, Step::Dial(_) | Step::Inbound) {
            sut.ids.push(id(&answer));
        }
        sut
    }

    fn check_invariants(sut: &Self, model: &Model) {
        for (call, id) in model.calls.iter().zip(&sut.ids) {
            let (_, answer) = sut.mock.get(&format!("/calls/{id}"));
            let duration = call.connected.zip(call.ended).map(|(connected, ended)| ended - connected);
            assert_eq!(
                (&answer["status"], &answer["durationSeconds"], answer["endedAt"].is_string()),
                (&json!(call.status), &json!(duration), call.ended.is_some()),
                "{call:?} at {}",
                model.now
            );
        }
    }
}

prop_state_machine! {
    #![proptest_config(config())]
    // facts: CALL-START-012, CALL-START-013, CALL-ALL-016, CALL-ALL-018, CALL-IN-004
    #[test]
    fn calls_follow_the_model(sequential 1..30 => Sut);
}
