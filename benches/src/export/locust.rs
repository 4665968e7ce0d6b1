//! A scenario as a locustfile: what it says as data, which the file that goes with it carries out.

use std::time::Duration;

use fixtures::Contract;
use fixtures::contract::Place;
use serde::Serialize;
use serde_json::Value;

use crate::scenario::{Call, CredentialHeader, Flow, Scenario, Source, Transport};

/// What carries the data out.
const RUNTIME: &str = include_str!("../../templates/locustfile.py");

#[derive(Serialize)]
struct Exported<'a> {
    name: &'a str,
    digest: String,
    description: &'a str,
    transport: Transport,
    credentials: Vec<Caller<'a>>,
    setup: Vec<Step<'a>>,
    mix: Vec<Mixed<'a>>,
}

#[derive(Serialize)]
struct Caller<'a> {
    name: &'a str,
    header: &'static str,
    env: &'a str,
    demo: Option<&'a str>,
}

#[derive(Serialize)]
struct Mixed<'a> {
    name: Option<&'a str>,
    share: f64,
    /// Seconds.
    think: [f64; 2],
    calls: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    tool: &'a str,
    caller: Option<usize>,
    method: &'a str,
    path: &'a str,
    arguments: Value,
    /// Where each argument goes, and under which name.
    places: serde_json::Map<String, Value>,
    /// Whether the operation has a body.
    body: bool,
    /// Whether the API answers with a list.
    list: bool,
    expect: Option<&'a str>,
    #[serde(rename = "as")]
    keep: Option<&'a str>,
    times: u32,
}

/// The locustfile of a scenario over REST or MCP; the same scenario gives the same file.
///
/// # Errors
/// None: a scenario that was read can be written.
pub fn locustfile(source: &Source, contract: &Contract, transport: Transport) -> serde_json::Result<String> {
    let Source { name, scenario, .. } = source;
    let exported = Exported {
        name,
        digest: source.digest(),
        description: &scenario.description,
        transport,
        credentials: callers(scenario),
        setup: steps(&scenario.setup, scenario, contract),
        mix: scenario.mix.iter().map(|flow| mixed(flow, scenario, contract)).collect(),
    };
    let host = if transport == Transport::Mcp { "http://127.0.0.1:8080" } else { "http://127.0.0.1:4010" };
    // JSON is Python where true, false and null have names; what is filled in last may hold the other marks.
    let file = RUNTIME.replace("@version@", env!("CARGO_PKG_VERSION")).replace("@host@", host);
    Ok(file.replacen("\"@scenario@\"", &serde_json::to_string_pretty(&exported)?, 1))
}

fn callers(scenario: &Scenario) -> Vec<Caller<'_>> {
    let callers = scenario.credentials.iter().map(|(name, source)| Caller {
        name,
        header: match source.header {
            CredentialHeader::XApiKey => "x-api-key",
            CredentialHeader::Authorization => "authorization",
        },
        env: &source.env,
        demo: source.demo.as_deref(),
    });
    callers.collect()
}

fn mixed<'a>(flow: &'a Flow, scenario: &'a Scenario, contract: &'a Contract) -> Mixed<'a> {
    let seconds = |time: Duration| time.as_secs_f64();
    Mixed {
        name: flow.name.as_deref(),
        share: flow.share,
        think: [seconds(flow.think.least), seconds(flow.think.most)],
        calls: steps(&flow.calls, scenario, contract),
    }
}

fn steps<'a>(calls: &'a [Call], scenario: &Scenario, contract: &'a Contract) -> Vec<Step<'a>> {
    calls.iter().filter_map(|call| step(call, scenario, contract)).collect()
}

/// What is not in the contract is left out; a scenario that was read has none of that.
fn step<'a>(call: &'a Call, scenario: &Scenario, contract: &'a Contract) -> Option<Step<'a>> {
    let operation = contract.tool(&call.tool)?;
    let place = |place: Place| match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    };
    let named = call.arguments.0.keys().filter_map(|name| operation.argument(name));
    Some(Step {
        tool: &call.tool,
        caller: match &call.credential {
            Some(name) => scenario.credentials.get_index_of(name),
            None => (!scenario.credentials.is_empty()).then_some(0),
        },
        method: &operation.method,
        path: &operation.path,
        arguments: call.arguments.written(),
        places: named
            .map(|argument| {
                (argument.name.clone(), [place(argument.place), &argument.wire].as_slice().into())
            })
            .collect(),
        body: operation.has_body(),
        list: operation.success.schema.get("type").is_some_and(|kind| kind == "array"),
        expect: call.expect.as_deref(),
        keep: call.name.as_deref(),
        times: call.times,
    })
}
