//! Calls of a Meta number, in both directions: what the number does, what the other side does, and what time does.

use fixtures::Area;
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::{HOUR, Stage};
use crate::compare::equal;
use crate::demo::META_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};

pub(super) const RULE: Rule = Rule::must(
    "ringing",
    "Whatever either side does in between, each call has the status and the duration that this leaves it with, and what has ended cannot be acted on.",
)
.proves(&[
    "CALL-ALL-012",
    "CALL-ALL-016",
    "CALL-ALL-018",
    "CALL-START-007",
    "CALL-START-012",
    "CALL-START-013",
    "CALL-LIST-002",
    "CALL-LIST-003",
    "CALL-LIST-004",
    "CALL-LIST-005",
    "CALL-ACCEPT-003",
    "CALL-ACCEPT-005",
    "CALL-REJECT-002",
    "CALL-END-001",
    "CALL-IN-002",
    "CALL-IN-004",
]);

pub(super) const SCENARIO: Scenario =
    Scenario { name: "calls", family: Family::Machines, area: Some(Area::Calls), run: all };

fn all(scene: &mut Scene<'_>) {
    run::<Calls>(scene, &RULE, SCENARIO.name);
}

const SDP: &str = "v=0\r\na=setup:active\r\n";
/// Calls of the demo world, newest first.
const WORLD: [&str; 2] = ["call_ana_in", "call_ana_done"];
const MOST: usize = 6;

/// How a contact takes a call (U-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taker {
    Answers,
    Ignores,
    Declines,
    Unreachable,
    Forbids,
}

impl Taker {
    const ALL: [Self; 5] = [Self::Answers, Self::Ignores, Self::Declines, Self::Unreachable, Self::Forbids];

    const fn phone(self) -> &'static str {
        match self {
            Self::Answers => "+15550100204",
            Self::Ignores => "+15550100202",
            Self::Declines => "+15550100203",
            Self::Unreachable => "+15550100205",
            Self::Forbids => "+15550100201",
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Dial(Taker),
    Ring,
    /// What the number does: accept, reject or terminate.
    Act(usize, &'static str),
    /// What the other side does: answer, hang up or let it ring.
    Happen(usize, &'static str),
    /// So much time that every call that rings is answered, or no longer rings.
    Pass,
    Read(usize),
    List {
        limit: usize,
        before: Option<usize>,
    },
}

#[derive(Debug, Clone)]
struct Call {
    /// None of an inbound call.
    taker: Option<Taker>,
    status: &'static str,
    connected: bool,
}

impl Call {
    fn is_waiting(&self) -> bool {
        matches!(self.status, "INITIATED" | "RINGING")
    }

    fn connect(&mut self) {
        (self.status, self.connected) = ("ACCEPTED", true);
    }

    fn unanswered(&self) -> &'static str {
        if self.taker.is_none() { "MISSED" } else { "FAILED" }
    }

    /// What comes of it by itself.
    fn pass(&mut self) {
        match self.taker {
            _ if !self.is_waiting() => {}
            Some(Taker::Answers) => self.connect(),
            Some(Taker::Declines) => self.status = "REJECTED",
            _ => self.status = self.unanswered(),
        }
    }

    /// Whether the number may do this.
    fn act(&mut self, what: &str) -> bool {
        match what {
            "accept" if self.taker.is_none() && self.status == "RINGING" => self.connect(),
            "reject" if self.is_waiting() => self.status = "REJECTED",
            "terminate" if self.is_waiting() || self.status == "ACCEPTED" => self.status = "COMPLETED",
            _ => return false,
        }
        true
    }

    fn happen(&mut self, what: &str) {
        match what {
            "answer" => self.connect(),
            "miss" => self.status = self.unanswered(),
            _ if self.status == "ACCEPTED" => self.status = "COMPLETED",
            _ => self.status = if self.taker.is_none() { "MISSED" } else { "REJECTED" },
        }
    }
}

#[derive(Debug, Clone)]
struct Calls {
    /// Time since the start, in milliseconds.
    now: i64,
    /// When each was made, oldest first.
    calls: Vec<(i64, Call)>,
    refused: bool,
}

impl Calls {
    fn call(&self, index: usize) -> Option<&Call> {
        self.calls.get(index).map(|(_, call)| call)
    }

    fn read(&self, index: usize, stage: &Stage<'_>) -> Checked {
        let Some(call) = self.call(index) else { return Ok(()) };
        let read = accepted(stage.call("call_get", META_KEY, json!({ "callId": stage.id(index) }))?)?;
        let direction = if call.taker.is_none() { "INBOUND" } else { "OUTBOUND" };
        shows("a call", &read, &json!({ "status": call.status, "direction": direction }))?;
        let instant = |name: &str| text(&read, name).parse::<jiff::Timestamp>().ok();
        let ended = !call.is_waiting() && call.status != "ACCEPTED";
        let (connected, end) = (instant("connectedAt"), instant("endedAt"));
        let lasted = connected.zip(end).map(|(from, to)| to.duration_since(from).as_secs());
        let expected = json!({ "connected": call.connected, "ended": ended, "durationSeconds": lasted });
        let found = json!({ "connected": connected.is_some(), "ended": end.is_some(), "durationSeconds": read.get("durationSeconds") });
        equal("the times of a call do not fit its status", &expected, &found)
    }

    /// The newest first, as many as are asked for, made before the call that is named.
    fn list(&self, limit: usize, before: Option<usize>, stage: &Stage<'_>) -> Checked {
        let before_at = before.and_then(|index| self.calls.get(index)).map(|(at, _)| stage.instant(*at));
        let arguments = json!({ "limit": limit, "before": before_at });
        let answer = accepted(stage.call("calls_list", META_KEY, arguments)?)?;
        let listed: Vec<&str> = answer
            .get("calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|call| text(call, "id"))
            .collect();
        let made = (0..before.unwrap_or(self.calls.len())).rev().map(|index| stage.id(index));
        let expected: Vec<&str> = made.chain(WORLD).take(limit).collect();
        equal("the list has other calls", &expected.into(), &listed.into())?;
        if answer.to_string().contains("\"sdpOffer\"") {
            return Err(Finding::new("the list shows SDPs").with(Value::Null, answer));
        }
        Ok(())
    }
}

impl ReferenceStateMachine for Calls {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 0, calls: Vec::new(), refused: false }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let index = || 0..MOST;
        prop_oneof![
            4 => select(Taker::ALL.to_vec()).prop_map(Step::Dial),
            3 => Just(Step::Ring),
            3 => (index(), select(vec!["accept", "reject", "terminate"])).prop_map(|(call, what)| Step::Act(call, what)),
            2 => (index(), select(vec!["answer", "hangup", "miss"])).prop_map(|(call, what)| Step::Happen(call, what)),
            2 => Just(Step::Pass),
            3 => index().prop_map(Step::Read),
            2 => (1..=5_usize, prop::option::of(index())).prop_map(|(limit, before)| Step::List { limit, before }),
        ]
        .boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        let there = |index: &usize| *index < model.calls.len();
        match step {
            Step::Dial(_) | Step::Ring => model.calls.len() < MOST,
            // Whether a call that is answered can still be rejected is not known.
            Step::Act(index, what) => {
                model.call(*index).is_some_and(|call| *what != "reject" || call.status != "ACCEPTED")
            }
            Step::Happen(index, what) => model
                .call(*index)
                .is_some_and(|call| call.is_waiting() || (*what == "hangup" && call.status == "ACCEPTED")),
            Step::Read(index) => there(index),
            Step::List { before, .. } => before.as_ref().is_none_or(there),
            Step::Pass => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.refused = false;
        match step {
            Step::Dial(_) | Step::Ring => {
                // A millisecond passes, so that it is clear which is the newest.
                model.now += 1;
                let (taker, status) = match step {
                    Step::Dial(taker) => (Some(*taker), "INITIATED"),
                    _ => (None, "RINGING"),
                };
                model.refused = taker == Some(Taker::Forbids);
                if !model.refused {
                    model.calls.push((model.now, Call { taker, status, connected: false }));
                }
            }
            Step::Act(index, what) => {
                model.refused = !model.calls.get_mut(*index).is_some_and(|(_, call)| call.act(what));
            }
            Step::Happen(index, what) => {
                if let Some((_, call)) = model.calls.get_mut(*index) {
                    call.happen(what);
                }
            }
            Step::Pass => {
                model.now += HOUR;
                model.calls.iter_mut().for_each(|(_, call)| call.pass());
            }
            Step::Read(_) | Step::List { .. } => {}
        }
        model
    }
}

impl Machine for Calls {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Dial(taker) => {
                stage.pass(1)?;
                let answer =
                    stage.call("call_initiate", META_KEY, json!({ "to": taker.phone(), "sdp": SDP }))?;
                if self.refused {
                    return refused(&answer, 400, "META_CALL_PERMISSION_REQUIRED");
                }
                let made = accepted(answer)?;
                stage.made(&made);
                shows("the answer", &made, &json!({ "status": "INITIATED" }))
            }
            Step::Ring => {
                stage.pass(1)?;
                let call = json!({ "numberId": "num_meta", "from": "+5511988887777" });
                let call = stage.simulate("call", call)?;
                stage.made(&call);
                Ok(())
            }
            Step::Act(index, what) => {
                let sdp = (*what == "accept").then_some(SDP);
                let arguments = json!({ "callId": stage.id(*index), "sdp": sdp });
                let answer = stage.call(&format!("call_{what}"), META_KEY, arguments)?;
                if self.refused {
                    return refused(&answer, 409, "CALL_NOT_ACTIVE");
                }
                let expected = json!({
                    "success": true,
                    "id": stage.id(*index),
                    "status": self.call(*index).map(|call| call.status),
                });
                shows("the answer", &accepted(answer)?, &expected)
            }
            Step::Happen(index, what) => {
                let event = json!({ "callId": stage.id(*index), "event": what });
                stage.simulate("call-event", event).map(drop)
            }
            Step::Pass => stage.pass(HOUR),
            Step::Read(index) => self.read(*index, stage),
            Step::List { limit, before } => self.list(*limit, *before, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        (0..self.calls.len()).try_for_each(|index| self.read(index, stage))?;
        self.list(100, None, stage)
    }
}
