//! Scenario files: what is taken, and how what is wrong is told.

use std::time::Duration;

use benches::scenario::{BUNDLED, CredentialSource, Scenario, Source, Think, Transport};
use fixtures::Contract;

use crate::fake::HEAD;

fn parse(text: &str) -> Result<Scenario, String> {
    Scenario::parse("mine.yaml", text, &Contract::load().unwrap()).map_err(|error| error.to_string())
}

fn refused(rest: &str) -> String {
    parse(&format!("{HEAD}{rest}")).unwrap_err()
}

#[test]
fn bundled_scenarios_can_be_used() {
    let contract = Contract::load().unwrap();
    for bundled in BUNDLED {
        let source = Source::load(bundled.name, &contract).unwrap();
        assert!(!source.scenario.description.is_empty() && source.digest().len() == 64, "{}", bundled.name);
    }
}

#[test]
fn all_that_can_be_said_is_read() {
    let scenario = parse(
        "
version: 1
description: d
transport: stdio
credentials:
  a: { env: A_KEY, demo: ps_demo_meta }
  b: { env: B_TOKEN, header: authorization }
setup: [{ tool: messages_send, as: m, times: 3, arguments: { text: Oi, destinationNumber: '${phone}' } }]
mix:
  - name: n
    share: 0.5
    think: 100ms..2s
    calls: [{ tool: message_get, credential: b, arguments: { id: '${m.id}' }, expect: MESSAGE_NOT_FOUND }]
",
    )
    .unwrap();
    assert_eq!((scenario.transport, scenario.setup[0].times), (Transport::Stdio, 3));
    let think = Think { least: Duration::from_millis(100), most: Duration::from_secs(2) };
    assert_eq!(scenario.mix[0].think, think);
    let mut random = fastrand::Rng::with_seed(7);
    let pauses: Vec<Duration> = (0..100).map(|_| think.pause(&mut random)).collect();
    assert!(pauses.iter().all(|pause| (think.least..=think.most).contains(pause)));
    assert!(
        pauses.iter().max().unwrap().saturating_sub(*pauses.iter().min().unwrap()) > Duration::from_secs(1)
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (rest, told) in [
        ("mix: []", "mine.yaml: mix is empty"),
        ("mix: [{ share: 1, calls: [] }]", "mix[0]: calls is empty"),
        ("mix: [{ share: 0, calls: [{ tool: templates_list }] }]", "mix[0]: share must be a number above 0"),
        ("mix: [{ share: .nan, calls: [{ tool: templates_list }] }]", "share must be a number above 0"),
        (
            "mix: [{ name: odd, share: 1, calls: [{ tool: message_gett }] }]",
            "mix[0] (odd): calls[0]: no tool is called message_gett; did you mean message_get?",
        ),
        (
            "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { ids: m } }] }]",
            "message_get has no argument ids; did you mean id?",
        ),
        ("mix: [{ share: 1, calls: [{ tool: templates_list, credential: metta }] }]", "did you mean meta?"),
        (
            "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: '${sent.id}' } }] }]",
            "${sent.id}: no call before this one has `as: sent`",
        ),
        (
            "mix: [{ share: 1, calls: [{ tool: message_get, as: me, arguments: { id: '${me.id}' } }] }]",
            "no call before this one has `as: me`",
        ),
        (
            "mix: [{ share: 1, calls: [{ tool: templates_list, times: 0 }] }]",
            "times must be from 1 to 100000",
        ),
        ("setup: [{ tool: nothing }]\nmix: []", "mix is empty"),
        (
            "setup: [{ tool: xyz }]\nmix: [{ share: 1, calls: [{ tool: templates_list }] }]",
            "setup[0]: no tool is called xyz",
        ),
    ] {
        let reason = refused(rest);
        assert!(reason.contains(told), "{rest}: {reason}");
    }
}

#[test]
fn what_is_no_scenario_is_told_with_line_and_column() {
    for (rest, told) in [
        ("mix: [{ share: 1, calls: [{ toll: templates_list }] }]", "toll"),
        ("mix: [{ share: one, calls: [{ tool: templates_list }] }]", "line 3"),
        ("mix: [{ share: 1, think: soon, calls: [{ tool: templates_list }] }]", "write 250ms, 30s, 2m or 1h"),
        (
            "mix: [{ share: 1, think: 2s..1s, calls: [{ tool: templates_list }] }]",
            "the shortest pause comes first",
        ),
        (
            "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: '${nobody}' } }] }]",
            "${nobody} is no variable",
        ),
        (
            "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { id: '${m.id' } }] }]",
            "a } is missing",
        ),
        ("transport: carrier-pigeon\nmix: []", "carrier-pigeon"),
        ("mix: [", "mine.yaml"),
    ] {
        let reason = refused(rest);
        assert!(reason.contains(told), "{rest}: {reason}");
    }
    assert!(parse("version: 2\nmix: []").unwrap_err().contains("version 2 is not known"));
    assert!(parse("").is_err() && parse("[]").is_err());
}

#[test]
fn arguments_that_are_to_be_refused_may_be_unknown() {
    let rest = "mix: [{ share: 1, calls: [{ tool: message_get, arguments: { ids: m }, expect: VALIDATION_ERROR }] }]";
    parse(&format!("{HEAD}{rest}")).unwrap();
}

#[test]
fn a_name_that_is_neither_bundled_nor_a_file_is_told_with_those_that_are() {
    let contract = Contract::load().unwrap();
    let told = Source::load("raeds", &contract).unwrap_err().to_string();
    assert!(
        told.starts_with("raeds: ") && told.contains("bundled are reads, mixed, sends, refused"),
        "{told}"
    );
    assert!(!Source::load("./no/such.yaml", &contract).unwrap_err().to_string().contains("bundled"));
}

#[test]
fn credentials_come_from_the_environment_and_are_never_shown() {
    let source: CredentialSource =
        serde_json::from_str(r#"{"env": "A_KEY", "demo": "ps_demo_meta"}"#).unwrap();
    let given = |value: &'static str| move |name: &str| (name == "A_KEY").then(|| value.to_owned());
    let found = source.find(given("ps_mine"), true).unwrap();
    assert_eq!(found.header(), ("x-api-key", "ps_mine".to_owned()));
    assert!(!format!("{found:?}").contains("ps_mine"));
    // A key of the demo world is for loopback only.
    assert_eq!(source.find(|_| None, true).unwrap().header().1, "ps_demo_meta");
    for refused in
        [source.find(|_| None, false), source.find(given(""), false), source.find(given("a b\n"), true)]
    {
        let told = refused.unwrap_err();
        assert!(told.contains("A_KEY") && !told.contains("a b"), "{told}");
    }
    let token: CredentialSource =
        serde_json::from_str(r#"{"env": "A_KEY", "header": "authorization"}"#).unwrap();
    let found = token.find(given("ey.token"), true).unwrap();
    assert_eq!(found.header(), ("authorization", "Bearer ey.token".to_owned()));
    assert_eq!(found.variable(), ("PILOT_STATUS_ACCESS_TOKEN", "ey.token"));
}
