//! What a scenario must keep to beyond its form.

use std::collections::HashSet;

use fixtures::Contract;

use super::{Call, Scenario, VERSION, Variable};

/// Most calls of a set-up or a flow, repetitions included: their answers are kept.
const MAX_TIMES: u32 = 100_000;
/// What an argument or a tool must have in common with a mistyped one to be named for it.
const NEAR: f64 = 0.8;

pub(super) fn check(scenario: &Scenario, contract: &Contract) -> Result<(), String> {
    if scenario.version != VERSION {
        return Err(format!(
            "version {} is not known: this program reads version {VERSION}",
            scenario.version
        ));
    }
    if scenario.mix.is_empty() {
        return Err("mix is empty: there is nothing to call".to_owned());
    }
    let mut names = HashSet::new();
    for (at, call) in scenario.setup.iter().enumerate() {
        check_call(scenario, contract, call, &mut names)
            .map_err(|reason| format!("setup[{at}]: {reason}"))?;
    }
    for (at, flow) in scenario.mix.iter().enumerate() {
        let place =
            flow.name.as_ref().map_or_else(|| format!("mix[{at}]"), |name| format!("mix[{at}] ({name})"));
        if !(flow.share > 0.0 && flow.share.is_finite()) {
            return Err(format!("{place}: share must be a number above 0"));
        }
        if flow.calls.is_empty() {
            return Err(format!("{place}: calls is empty"));
        }
        let mut names = names.clone();
        for (number, call) in flow.calls.iter().enumerate() {
            check_call(scenario, contract, call, &mut names)
                .map_err(|reason| format!("{place}: calls[{number}]: {reason}"))?;
        }
    }
    Ok(())
}

/// Checks a call, after which its own name is one of `names`.
fn check_call<'a>(
    scenario: &Scenario,
    contract: &Contract,
    call: &'a Call,
    names: &mut HashSet<&'a str>,
) -> Result<(), String> {
    let tools = || contract.tools().map(|(tool, _)| tool.name.as_str());
    let operation = contract
        .tool(&call.tool)
        .ok_or_else(|| format!("no tool is called {}{}", call.tool, near(&call.tool, tools())))?;
    // What is to be refused may well be wrong.
    let unknown = call.arguments.0.keys().find(|name| operation.argument(name).is_none());
    if let (Some(name), None) = (unknown, &call.expect) {
        let known = operation.arguments.iter().map(|argument| argument.name.as_str());
        return Err(format!("{} has no argument {name}{}", call.tool, near(name, known)));
    }
    if let Some(name) = &call.credential
        && !scenario.credentials.contains_key(name)
    {
        let known = scenario.credentials.keys().map(String::as_str);
        return Err(format!("no credential is called {name}{}", near(name, known)));
    }
    for variable in call.arguments.variables() {
        if let Variable::Answer { name, .. } = variable
            && !names.contains(name.as_str())
        {
            return Err(format!("{variable}: no call before this one has `as: {name}`"));
        }
    }
    if !(1..=MAX_TIMES).contains(&call.times) {
        return Err(format!("times must be from 1 to {MAX_TIMES}"));
    }
    names.extend(call.name.as_deref());
    Ok(())
}

fn near<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let likeness = |name: &str| strsim::jaro_winkler(wanted, name);
    known
        .filter(|name| likeness(name) >= NEAR)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .map_or_else(String::new, |name| format!("; did you mean {name}?"))
}
