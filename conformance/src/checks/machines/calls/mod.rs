//! Calls of a Meta number, in both directions: what the number does, what the other side does, and what time does.

mod model;

use fixtures::Area;
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
use model::{Calls, Step};

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
impl Machine for Calls {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Dial(number, taker) => {
                stage.pass(1)?;
                let answer =
                    stage.call("call_initiate", META_KEY, json!({ "to": taker.phone(), "sdp": SDP }))?;
                if self.refused {
                    return refused(&answer, 400, "META_CALL_PERMISSION_REQUIRED");
                }
                let made = accepted(answer)?;
                stage.made(*number, &made);
                shows("the answer", &made, &json!({ "status": "INITIATED" }))
            }
            Step::Ring(number) => {
                stage.pass(1)?;
                let call = json!({ "numberId": "num_meta", "from": "+5511988887777" });
                let call = stage.simulate("call", call)?;
                stage.made(*number, &call);
                Ok(())
            }
            Step::Act(number, what) => {
                let sdp = (*what == "accept").then_some(SDP);
                let arguments = json!({ "callId": stage.id(*number), "sdp": sdp });
                let answer = stage.call(&format!("call_{what}"), META_KEY, arguments)?;
                if self.refused {
                    return refused(&answer, 409, "CALL_NOT_ACTIVE");
                }
                let expected = json!({
                    "success": true,
                    "id": stage.id(*number),
                    "status": self.call(*number).map(|call| call.status),
                });
                shows("the answer", &accepted(answer)?, &expected)
            }
            Step::Happen(number, what) => {
                let event = json!({ "callId": stage.id(*number), "event": what });
                stage.simulate("call-event", event).map(drop)
            }
            Step::Pass => stage.pass(HOUR),
            Step::Read(number) => self.read(*number, stage),
            Step::List { limit, before } => self.list(*limit, *before, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        self.calls.keys().try_for_each(|number| self.read(*number, stage))?;
        self.list(100, None, stage)
    }
}

impl Calls {
    fn read(&self, number: usize, stage: &Stage<'_>) -> Checked {
        let Some(call) = self.call(number) else { return Ok(()) };
        let read = accepted(stage.call("call_get", META_KEY, json!({ "callId": stage.id(number) }))?)?;
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
        let before = before.and_then(|number| self.calls.get(&number)).map(|(at, _)| *at);
        let arguments = json!({ "limit": limit, "before": before.map(|at| stage.instant(at)) });
        let answer = accepted(stage.call("calls_list", META_KEY, arguments)?)?;
        let listed: Vec<&str> = answer
            .get("calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|call| text(call, "id"))
            .collect();
        let made = self.calls.iter().map(|(number, (at, _))| (*at, *number));
        let mut made: Vec<_> = made.filter(|(at, _)| before.is_none_or(|before| *at < before)).collect();
        made.sort_unstable();
        let made = made.iter().rev().map(|(_, number)| stage.id(*number));
        let expected: Vec<&str> = made.chain(WORLD).take(limit).collect();
        equal("the list has other calls", &expected.into(), &listed.into())?;
        if answer.to_string().contains("\"sdpOffer\"") {
            return Err(Finding::new("the list shows SDPs").with(Value::Null, answer));
        }
        Ok(())
    }
}
