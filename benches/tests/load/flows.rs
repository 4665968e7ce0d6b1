//! What an arrival does: its calls, the pauses between them, and what they know of each other.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use benches::engine::{Answers, Driver, drive, set_up};
use fixtures::Contract;
use serde_json::{Value, json};

use crate::fake::{Fake, driver, millis, plan, run, scenario};

const SEND_AND_LOOK: &str = "
mix:
  - share: 1
    think: 200ms
    calls:
      - { tool: messages_send, as: sent, arguments: { destinationNumber: '${phone}', text: 'Oi ${counter}, $$5' } }
      - { tool: message_get, arguments: { id: '${sent.id}' } }
";

#[tokio::test(start_paused = true)]
async fn a_flow_thinks_between_its_calls_and_uses_what_it_was_answered() {
    let target = Fake::new(|_| (millis(50), Ok(())));
    let driver = Driver { duration: Duration::from_secs(1), ..driver() };
    let phase = run(&driver, &target, SEND_AND_LOOK, 1.0).await;
    let made = target.made();
    let tools: Vec<&str> = made.iter().map(|made| made.tool.as_str()).collect();
    assert_eq!(tools, ["messages_send", "message_get"]);
    assert_eq!(made[1].at - made[0].at, millis(250));
    assert_eq!(made[0].arguments["text"], "Oi 0, $5");
    assert_eq!(made[1].arguments["id"], "msg_0");
    // The pause is not part of any latency.
    assert_eq!((phase.total.count, phase.total.latency_micros.max / 1000), (2, 50));
    assert_eq!(phase.arrivals.due, 1);
}

#[tokio::test(start_paused = true)]
async fn a_flow_ends_at_its_first_failure() {
    let target = Fake::new(|_| (millis(1), Err("NUMBER_BLOCKED")));
    let phase = run(&driver(), &target, SEND_AND_LOOK, 1.0).await;
    assert_eq!((phase.total.count, phase.total.errors["NUMBER_BLOCKED"]), (10, 10));
    assert_eq!(phase.tools["message_get"].count, 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_wanted_is_no_failure_and_nothing_else_will_do() {
    let mix = "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: m }, expect: MESSAGE_NOT_FOUND }] }]";
    let target = Fake::new(|number| match number % 3 {
        0 => (millis(1), Err("MESSAGE_NOT_FOUND")),
        1 => (millis(1), Err("UNAUTHORIZED")),
        _ => (millis(1), Ok(())),
    });
    let phase = run(&Driver { duration: Duration::from_secs(9), ..driver() }, &target, mix, 1.0).await;
    assert_eq!((phase.total.count, phase.total.failed()), (9, 6));
    assert_eq!((phase.total.errors["UNAUTHORIZED"], phase.total.errors["NOT_REFUSED"]), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn arrivals_keep_to_their_shares() {
    let mix = "
mix:
  - { share: 3, calls: [{ tool: templates_list }] }
  - { share: 1, calls: [{ tool: groups_list, times: 2 }] }
";
    let target = Fake::new(|_| (Duration::ZERO, Ok(())));
    let phase = run(&driver(), &target, mix, 1000.0).await;
    let (templates, groups) = (phase.tools["templates_list"].count, phase.tools["groups_list"].count / 2);
    assert_eq!(templates + groups, 10_000);
    assert!((7_300..7_700).contains(&templates), "{templates}");
}

async fn arguments(seed: u64) -> Vec<(String, String)> {
    let target = Fake::new(|_| (Duration::ZERO, Ok(())));
    let mix = "mix: [{ share: 1, calls: [{ tool: messages_send, arguments: { destinationNumber: '${phone}', text: '${uuid} ${counter}' } }] }]";
    run(&Driver { seed, ..driver() }, &target, mix, 10.0).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made = target.made().into_iter();
    made.map(|made| (text(&made.arguments["destinationNumber"]), text(&made.arguments["text"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn the_seed_decides_what_is_random() {
    let (first, again, other) = (arguments(1).await, arguments(1).await, arguments(2).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    let phones: HashSet<&str> = first.iter().map(|(phone, _)| phone.as_str()).collect();
    assert_eq!(phones.len(), 100);
    assert!(phones.iter().all(|phone| phone.starts_with("+55119") && phone.len() == 14), "{phones:?}");
    for (number, (_, text)) in first.iter().enumerate() {
        let (uuid, counter) = text.split_once(' ').unwrap();
        assert_eq!((counter, uuid.len(), &uuid[14..15]), (number.to_string().as_str(), 36, "4"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_two_arrivals_of_a_run_have_the_same_number() {
    let target = Fake::new(|_| (Duration::ZERO, Ok(())));
    let mix = "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: '${counter}' } }] }]";
    let (driver, plan) = (driver(), plan(mix, Answers::new()));
    for rate in [1.0, 3.0] {
        drive(&driver, (&target, &plan), rate, &mut |_| {}).await;
    }
    let numbers: HashSet<u64> =
        target.made().iter().map(|made| made.arguments["id"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn the_set_up_is_made_once_and_each_arrival_takes_one_of_its_answers() {
    let rest = "
setup:
  - { tool: messages_send, as: message, times: 4, arguments: { destinationNumber: '${phone}', text: 'n ${counter}' } }
mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: '${message.id}' } }] }]
";
    let (target, contract) = (Fake::new(|_| (millis(1), Ok(()))), Contract::load().unwrap());
    let known = set_up(&*target, &scenario(rest), &contract, 7, millis(100)).await.unwrap();
    assert_eq!(target.made()[3].arguments["text"], "n 3");
    drive(&driver(), (&target, &plan(rest, known)), 10.0, &mut |_| {}).await;
    let mut taken: HashMap<Value, usize> = HashMap::new();
    for made in target.made().iter().skip(4) {
        *taken.entry(made.arguments["id"].clone()).or_default() += 1;
    }
    let ids: HashSet<Value> = (0..4).map(|number| json!(format!("msg_{number}"))).collect();
    assert_eq!(taken.keys().cloned().collect::<HashSet<_>>(), ids);
    assert!(taken.values().all(|times| *times > 10), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_set_up_that_fails_says_where() {
    let rest = "
setup:
  - { tool: templates_list }
  - { tool: messages_unread }
mix: [{ share: 1, calls: [{ tool: templates_list }] }]
";
    let target = Fake::new(|number| (millis(1), if number == 1 { Err("UNAUTHORIZED") } else { Ok(()) }));
    let failed = set_up(&*target, &scenario(rest), &Contract::load().unwrap(), 7, millis(100)).await;
    assert_eq!(failed.unwrap_err().to_string(), "setup[1]: messages_unread answered UNAUTHORIZED");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_has_not_what_is_referred_to_is_a_failure() {
    let mix = SEND_AND_LOOK.replace("sent.id", "sent.items.0.id");
    let target = Fake::new(|_| (Duration::ZERO, Ok(())));
    let phase = run(&driver(), &target, &mix, 1.0).await;
    assert_eq!(phase.tools["message_get"].errors["NOTHING_TO_REFER_TO"], 10);
}
