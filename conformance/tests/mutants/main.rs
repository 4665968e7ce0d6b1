//! A check that cannot fail is a defect: targets that are wrong on purpose, each of which must be caught by the check that it is there for.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod agreement;
mod catalogue;
mod credentials;
mod errors;
mod events;
mod layer;
mod machines;
mod protocol;
mod providers;
mod relay;
mod resilience;
mod schema;
mod wire;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use conformance::{
    Control, Family, Options, Outcome, Report, Revision, Rig, Selection, Suite, Target, Verdict, start_mock,
};
use layer::{Ask, Distortion, Layer, Reply};
use mock_api::MockApi;
use relay::Parcel;
use serde_json::{Value, json};
use server::{Clock, Limits, OAuth, Server};
use wire::{Line, over_relay};

/// One way to be wrong.
struct Mutant {
    what: &'static str,
    /// The check that must notice, and so the tool that is tried.
    caught_by: &'static str,
    ask: fn(&mut Ask),
    reply: fn(&Ask, &mut Reply),
    /// What is changed in the webhooks that are delivered.
    delivery: Option<fn(&mut Parcel)>,
    /// What is changed in the lines over stdio.
    line: Option<fn(&mut Line)>,
}

impl Mutant {
    const fn distortion(&self) -> Distortion {
        Distortion { ask: self.ask, reply: self.reply, delivery: self.delivery, line: self.line }
    }
}

const SAME_ASK: fn(&mut Ask) = |_| {};
const SAME_REPLY: fn(&Ask, &mut Reply) = |_, _| {};

const HEAD: &str = "\
# Targets that are wrong on purpose

Each is the mock or the server behind a layer that distorts one behaviour, and each must be caught by the check beside it, in every run of the tests
(`cargo test -p conformance --test mutants`). Made from the tables in `tests/mutants/`.

| family | a target that … | is caught by |
|---|---|---|
";

/// One table for each family.
fn mutants() -> impl Iterator<Item = (Family, &'static Mutant)> {
    let of = |family| {
        let mutants = match family {
            Family::Catalogue => catalogue::MUTANTS,
            Family::Schema => schema::MUTANTS,
            Family::Agreement => agreement::MUTANTS,
            Family::Credentials => credentials::MUTANTS,
            Family::Providers => providers::MUTANTS,
            Family::Errors => errors::MUTANTS,
            Family::Machines => machines::MUTANTS,
            Family::Events => events::MUTANTS,
            Family::Protocol => protocol::MUTANTS,
            Family::Resilience => resilience::MUTANTS,
        };
        mutants.iter().map(move |mutant| (family, mutant))
    };
    Family::ALL.into_iter().flat_map(of)
}

const fn reply(what: &'static str, caught_by: &'static str, reply: fn(&Ask, &mut Reply)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply, delivery: None, line: None }
}

const fn ask(what: &'static str, caught_by: &'static str, ask: fn(&mut Ask)) -> Mutant {
    Mutant { what, caught_by, ask, reply: SAME_REPLY, delivery: None, line: None }
}

const fn delivery(what: &'static str, caught_by: &'static str, delivery: fn(&mut Parcel)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply: SAME_REPLY, delivery: Some(delivery), line: None }
}

const fn line(what: &'static str, caught_by: &'static str, line: fn(&mut Line)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply: SAME_REPLY, delivery: None, line: Some(line) }
}

fn remove(value: &mut Value, key: &str) {
    if let Some(map) = value.as_object_mut() {
        map.shift_remove(key);
    }
}

fn replace(reply: &mut Reply, key: &str, from: &str, to: &str) {
    if reply.body[key] == json!(from) {
        reply.body[key] = json!(to);
    }
}

fn each_tool(reply: &mut Reply, change: fn(&mut Value)) {
    if let Some(Value::Array(tools)) = reply.body.pointer_mut("/result/tools") {
        tools.iter_mut().for_each(change);
    }
}

/// A server in front of the mock. It takes access tokens, as the resource that clients see: the layer.
fn builder(mock: &Arc<MockApi>, layer: &str) -> server::Builder {
    let oauth = OAuth {
        resource: format!("{layer}/mcp").parse().unwrap(),
        issuer: format!("{}/oauth", mock.url()).parse().unwrap(),
        client_id: "mcp-server".into(),
        client_secret: "mcp-server-secret".into(),
        scopes: vec!["api".into()],
        api_audience: Some(mock.url()),
        ..OAuth::default()
    };
    let clock = Arc::clone(mock);
    let clock = Clock::of(move || u64::try_from(clock.clock().now.timestamp().as_second()).unwrap());
    let limits = Limits { calls_per_minute: 0, ..Limits::default() };
    Server::builder().upstream(mock.url()).output_schemas(true).limits(limits).oauth(oauth).clock(clock)
}

/// Runs some checks with a layer in front of one target.
fn run(only: &str, target: Target, distortion: Distortion) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, _running, api, mcp, stdio) = runtime.block_on(async {
        let mock = Arc::new(start_mock().await.unwrap());
        let layer = Layer::bind().await;
        let url = layer.url();
        // Clients sign in to the endpoint that they know.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).unwrap();
        let known = if target == Target::Rest { format!("http://{free}") } else { url.clone() };
        let server = builder(&mock, &known).listen(free).build().unwrap();
        let running = server.clone().start().await.unwrap();
        let (mut api, mut mcp) = (mock.url(), running.url());
        let behind = if target == Target::Rest { &mut api } else { &mut mcp };
        layer.start(std::mem::replace(behind, url), distortion).await;
        let stdio = over_relay(server, distortion.line.unwrap_or(|_| {}));
        (mock, running, api, format!("{mcp}/mcp"), stdio)
    });
    let options = Options {
        seed: 1,
        cases: 48,
        selection: Selection::only([only]).unwrap(),
        rigs: 1,
        ..Options::default()
    };
    let start = || {
        let rig = Rig::attach(&api, &mcp, Control::Mock(Arc::clone(&mock)))?;
        Ok(rig.and_over(stdio.speaking(Revision::Modern)))
    };
    Suite::new(options).unwrap().run_on(start, &mut |_, _| {}).unwrap()
}

fn caught((family, mutant): (Family, &Mutant)) -> Result<(), String> {
    let target = if mutant.caught_by.ends_with("/mcp") { Target::Mcp } else { Target::Rest };
    let report = run(mutant.caught_by, target, mutant.distortion());
    let failed: Vec<&Outcome> = report.failures().map(|(outcome, _)| outcome).collect();
    if failed.iter().any(|outcome| outcome.id.to_string() == mutant.caught_by && outcome.family == family) {
        return Ok(());
    }
    let failed: Vec<String> = failed.iter().map(|outcome| outcome.id.to_string()).collect();
    Err(format!("a target that {} is not caught by {}, but by {failed:?}", mutant.what, mutant.caught_by))
}

#[test]
fn every_mutant_is_caught() {
    let missed: Vec<String> = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                mutants().skip(half).step_by(2).filter_map(|mutant| caught(mutant).err()).collect::<Vec<_>>()
            })
        });
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// For readers: what is tried, and what notices. Run with `INSTA_UPDATE=always` after a change.
#[test]
fn the_table_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("MUTANTS.md");
    let lines = mutants()
        .map(|(family, mutant)| format!("| {family} | {} | `{}` |\n", mutant.what, mutant.caught_by));
    let table = format!("{HEAD}{}", lines.collect::<String>());
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), table);
}

/// The layer itself changes nothing, so that it is the distortion that is caught.
#[test]
fn an_honest_layer_passes() {
    let all = ["message_get", "catalogue/tools-list", "protocol", "resilience"];
    // What the protocol has to say, it says of the server.
    for (target, only) in [(Target::Mcp, &all[..]), (Target::Rest, &["message_get", "resilience"])] {
        for only in only {
            let report = run(only, target, Distortion::NONE);
            let open = |outcome: &Outcome| matches!(outcome.verdict, Verdict::NotVerified { .. });
            assert!(report.passed() && !report.outcomes.iter().any(open), "{report}");
        }
    }
}

/// Where nothing could be refused, nobody says that refusals change nothing.
#[test]
fn refusals_that_were_not_tried_are_not_verified() {
    let sends_nothing = |ask: &Ask, reply: &mut Reply| {
        if ask.path == "/v1/messages/send" {
            reply.status = 500;
        }
    };
    let distortion = Distortion { reply: sends_nothing, ..Distortion::NONE };
    // Its example reads what was sent before.
    let report = run("message_get/refusals-change-nothing", Target::Rest, distortion);
    let open = |outcome: &Outcome| matches!(outcome.verdict, Verdict::NotVerified { .. });
    assert!(!report.outcomes.is_empty() && report.outcomes.iter().all(open), "{report}");
}

/// A server that does not know the newest revision is called in one of those before.
#[test]
fn an_older_server_is_checked_in_its_own_revision() {
    let refuses_the_newest = |ask: &Ask, reply: &mut Reply| {
        if ask.headers.get("mcp-protocol-version").is_some_and(|version| version == "2026-07-28") {
            reply.status = 400;
            reply.body =
                json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32601, "message": "no method" } });
        }
    };
    let distortion = Distortion { reply: refuses_the_newest, ..Distortion::NONE };
    let report = run("message_get", Target::Mcp, distortion);
    assert!(report.passed(), "{report}");
    // The checks of the newest revision notice.
    assert!(!run("revisions/discover", Target::Mcp, distortion).passed());
}

/// A sequence that fails is shrunk to what it takes, and told as commands that anybody can type.
#[test]
fn a_failing_sequence_is_a_short_script() {
    for mutant in machines::MUTANTS {
        let target = if mutant.caught_by.ends_with("/mcp") { Target::Mcp } else { Target::Rest };
        let report = run(mutant.caught_by, target, mutant.distortion());
        let (_, failure) = report.failures().next().unwrap();
        let script: Vec<&String> = failure.before.iter().chain(&failure.curl).collect();
        assert!(script.iter().all(|line| line.starts_with("curl ")), "{script:#?}");
        assert!(script.len() <= 8, "{}: {script:#?}", mutant.what);
    }
}
