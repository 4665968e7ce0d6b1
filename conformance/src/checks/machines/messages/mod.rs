//! Messages of a web number: sends with and without a schedule, a deadline and an idempotency key; cancelling; receipts; a connection that comes and goes.

mod message;
mod model;

use fixtures::Area;
use serde_json::{Value, json};

use super::{Machine, run};
use crate::checks::expect::{accepted, refused, shows, text};
use crate::checks::stage::Stage;
use crate::compare::equal;
use crate::demo::WEB_KEY;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use message::Cancel;
use model::{Messages, Send, Step, Told};

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

impl Machine for Messages {
    fn take(&self, step: &Step, stage: &mut Stage<'_>) -> Checked {
        match step {
            Step::Send(send) => self.take_send(send, stage),
            Step::Cancel(numbers) => self.take_cancel(numbers, stage),
            Step::Report(number, status) => {
                let code = (*status == "FAILED").then_some("DELIVERY_TIMEOUT");
                let receipt = json!({ "messageId": stage.id(*number), "status": status, "errorCode": code });
                stage.simulate("receipt", receipt).map(drop)
            }
            Step::Disconnect => stage.connection("num_web", false),
            Step::Connect => stage.connection("num_web", true),
            Step::Pass(by) => stage.pass(*by),
            Step::Read(number) => self.read(*number, stage),
        }
    }

    fn look(&self, stage: &Stage<'_>) -> Checked {
        self.messages.keys().try_for_each(|number| self.read(*number, stage))
    }
}

impl Messages {
    fn read(&self, number: usize, stage: &Stage<'_>) -> Checked {
        let read = accepted(stage.call("message_get", WEB_KEY, json!({ "id": stage.id(number) }))?)?;
        let message = self.messages.get(&number).map(|message| message.shown(stage));
        shows("a message", &read, &message.unwrap_or_default())
    }

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
            Told::Again(number) => shows(
                "the answer to what was sent before",
                &accepted(answer)?,
                &json!({ "id": stage.id(number), "status": "QUEUED" }),
            ),
            Told::New => {
                let sent = accepted(answer)?;
                shows(
                    "the answer",
                    &sent,
                    &json!({ "status": "QUEUED", "createdAt": stage.instant(self.now) }),
                )?;
                let known = stage.knows(text(&sent, "id"));
                stage.made(send.number, &sent);
                if known {
                    return Err(Finding::new("a new message has the id of another").with(Value::Null, sent));
                }
                Ok(())
            }
        }
    }

    fn take_cancel(&self, numbers: &[usize], stage: &Stage<'_>) -> Checked {
        let ids: Vec<&str> = numbers.iter().map(|number| stage.id(*number)).collect();
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
        for (number, cancel) in &self.cancelled {
            let told = told(stage.id(*number));
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
