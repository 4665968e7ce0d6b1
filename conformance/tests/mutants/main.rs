//! A check that cannot fail is a defect: targets that are wrong on purpose, each of which must be caught by the check that it is there for.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod agreement;
mod catalogue;
mod credentials;
mod errors;
mod events;
mod layer;
mod machines;
mod providers;
mod relay;
mod schema;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use conformance::{Control, Family, Options, Outcome, Report, Rig, Selection, Suite, Target, start_mock};
use layer::{Ask, Distortion, Reply};
use relay::Parcel;
use serde_json::{Value, json};
use server::{Limits, Server};

/// One way to be wrong.
struct Mutant {
    what: &'static str,
    /// The check that must notice, and so the tool that is tried.
    caught_by: &'static str,
    ask: fn(&mut Ask),
    reply: fn(&Ask, &mut Reply),
    /// What is changed in the webhooks that are delivered.
    delivery: Option<fn(&mut Parcel)>,
}

impl Mutant {
    const fn distortion(&self) -> Distortion {
        Distortion { ask: self.ask, reply: self.reply, delivery: self.delivery }
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
            Family::Protocol | Family::Resilience => &[],
        };
        mutants.iter().map(move |mutant| (family, mutant))
    };
    Family::ALL.into_iter().flat_map(of)
}

const fn reply(what: &'static str, caught_by: &'static str, reply: fn(&Ask, &mut Reply)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply, delivery: None }
}

const fn ask(what: &'static str, caught_by: &'static str, ask: fn(&mut Ask)) -> Mutant {
    Mutant { what, caught_by, ask, reply: SAME_REPLY, delivery: None }
}

const fn delivery(what: &'static str, caught_by: &'static str, delivery: fn(&mut Parcel)) -> Mutant {
    Mutant { what, caught_by, ask: SAME_ASK, reply: SAME_REPLY, delivery: Some(delivery) }
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

/// Runs some checks with a layer in front of one target.
fn run(only: &str, target: Target, distortion: Distortion) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mock, _server, api, mcp) = runtime.block_on(async {
        let mock = start_mock().await.unwrap();
        let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
        let server = server.start().await.unwrap();
        let (mut api, mut mcp) = (mock.url(), server.url());
        match target {
            Target::Rest => api = layer::start(api, distortion).await,
            Target::Mcp => mcp = layer::start(mcp, distortion).await,
        }
        (Arc::new(mock), server, api, format!("{mcp}/mcp"))
    });
    let options = Options { seed: 1, cases: 48, selection: Selection::only([only]).unwrap(), rigs: 1 };
    let start = || Rig::attach(&api, &mcp, Control::Mock(Arc::clone(&mock)));
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
    for target in Target::ALL {
        let report = run("message_get", target, Distortion::NONE);
        assert!(report.passed(), "{report}");
    }
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
