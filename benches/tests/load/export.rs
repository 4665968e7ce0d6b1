//! A scenario as a locustfile. Locust itself carries it out in `benches/locust/run`.

use benches::export::locustfile;
use benches::scenario::{BUNDLED, Scenario, Source, Transport};
use fixtures::Contract;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::program::Place;

fn source(text: &str, contract: &Contract) -> Source {
    let scenario = Scenario::parse("mine.yaml", text, contract).unwrap();
    Source { name: "mine.yaml".to_owned(), text: text.to_owned(), scenario }
}

/// The data of a locustfile, which is JSON; all around it is the same for every scenario.
fn data(file: &str) -> Value {
    let (before, rest) = file.split_once("\nSCENARIO = ").unwrap();
    let (data, after) = rest.split_once("\n\nHOST = ").unwrap();
    let runtime = include_str!("../../templates/locustfile.py");
    assert!(runtime.starts_with(before) && !file.contains("@scenario@") && !file.contains("@version@"));
    let (_, code) = runtime.split_once("\nREVISION = ").unwrap();
    let (_, written) = after.split_once("\nREVISION = ").unwrap();
    assert_eq!(written, code.replace("@version@", env!("CARGO_PKG_VERSION")));
    serde_json::from_str(data).unwrap()
}

#[test]
fn every_bundled_scenario_is_written_whole() {
    let contract = Contract::load().unwrap();
    for bundled in BUNDLED {
        for transport in [Transport::Rest, Transport::Mcp] {
            let source = Source::load(bundled.name, &contract).unwrap();
            let file = locustfile(&source, &contract, transport).unwrap();
            assert_eq!(file, locustfile(&source, &contract, transport).unwrap());
            let data = data(&file);
            assert_eq!(data["transport"], transport.name());
            assert_eq!(data["digest"], source.digest());
            let shares: Vec<_> =
                data["mix"].as_array().unwrap().iter().map(|flow| flow["share"].as_f64()).collect();
            assert_eq!(shares, source.scenario.mix.iter().map(|flow| Some(flow.share)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn calls_say_where_everything_goes() {
    let contract = Contract::load().unwrap();
    let text = "version: 1
credentials: { a: { env: A_KEY }, b: { env: B_TOKEN, header: authorization } }
mix:
  - share: 2
    think: 500ms..2s
    calls:
      - { tool: groups_list, as: groups }
      - { tool: group_pin, credential: b, arguments: { groupId: '${groups.0.id}', messageId: 'costs $$5', durationSeconds: 86400 }, expect: GROUP_NOT_FOUND, times: 3 }
";
    let data = data(&locustfile(&source(text, &contract), &contract, Transport::Rest).unwrap());
    assert_eq!(
        data["credentials"][1],
        json!({ "name": "b", "header": "authorization", "env": "B_TOKEN", "demo": null })
    );
    assert_eq!((&data["mix"][0]["think"], &data["setup"]), (&json!([0.5, 2.0]), &json!([])));
    let call = &data["mix"][0]["calls"][1];
    assert_eq!(
        *call,
        json!({
            "tool": "group_pin", "caller": 1, "method": "POST", "path": "/v1/groups/{groupId}/pin",
            "arguments": { "groupId": "${groups.0.id}", "messageId": "costs $$5", "durationSeconds": 86400 },
            "places": { "groupId": ["path", "groupId"], "messageId": ["body", "messageId"], "durationSeconds": ["body", "durationSeconds"] },
            "body": true, "list": false, "expect": "GROUP_NOT_FOUND", "as": null, "times": 3
        })
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Texts stay texts, whatever they hold: a line of the data ends where JSON ends it.
    #[test]
    fn no_text_breaks_out(texts in proptest::collection::vec("\\PC{0,12}|[\"'\\\\\n\r\t{}$#@\u{0}\u{2028}]{0,12}|\"\"\"|@host@|'''", 3)) {
        let contract = Contract::load().unwrap();
        let arguments = json!({ "id": texts[0].replace('$', "$$"), "more": [{ "deep": texts[1].replace('$', "$$") }] });
        let scenario = json!({
            "version": 1,
            "description": texts[2],
            "mix": [{ "name": texts[0], "share": 1, "calls": [{ "tool": "message_get", "arguments": arguments, "expect": texts[1] }] }],
        });
        let file = locustfile(&source(&scenario.to_string(), &contract), &contract, Transport::Mcp).unwrap();
        let data = data(&file);
        prop_assert_eq!(&data["description"], &texts[2]);
        let call = &data["mix"][0]["calls"][0];
        prop_assert_eq!((&call["arguments"], &call["expect"]), (&arguments, &json!(texts[1])));
    }
}

#[tokio::test]
async fn the_program_writes_it() {
    let place = Place::new();
    let (code, file, error) =
        place.run(&["export", "locust", "--scenario", "mixed", "--transport", "mcp"]).await;
    assert_eq!((code, data(&file)["transport"].as_str()), (0, Some("mcp")), "{error}");
    let (code, out, _) = place
        .run(&["export", "locust", "--scenario", "mixed", "--transport", "mcp", "--out", "locustfile.py"])
        .await;
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(place.path().join("locustfile.py")).unwrap(), file);
    for (arguments, reason) in [
        (&["--transport", "stdio"][..], "Locust speaks HTTP"),
        (&["--scenario", "mixd"], "bundled are"),
        (&["--out", "no/such/directory/a.py"], "failed to write"),
    ] {
        let (code, out, error) = place.run(&[&["export", "locust"], arguments].concat()).await;
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
}
