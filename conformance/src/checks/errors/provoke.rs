//! Plays the table: sets the stage, makes the call, and holds the refusal against the catalogue.

use fixtures::Evidence;
use fixtures::contract::Operation;
use fixtures::examples::fill;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::catalogue::CATALOGUE;
use super::provoked::{Ask, Header, Provoked, Stage};
use crate::demo::META_KEY;
use crate::finding::{Finding, Step};
use crate::recorder::Checked;
use crate::scene::Scene;
use crate::subject::refusal;
use crate::targets::{Answer, Call, Target, Wire};

/// One byte more than a body may have, together with what is around the text.
const TOO_LONG: usize = 8 * 1024 * 1024;

type Answers = IndexMap<String, Value>;

pub(super) fn run(scene: &mut Scene<'_>) {
    for (index, row) in CATALOGUE.iter().enumerate() {
        let earlier = CATALOGUE.iter().take(index).filter(|other| other.code == row.code).count();
        let rule = match earlier {
            0 => format!("code-{}", row.code),
            earlier => format!("code-{}-{}", row.code, earlier + 1),
        };
        let evidence = scene.contract.errors().get(row.code).map_or(Evidence::Inferred, |it| it.evidence);
        let both = matches!(row.ask, Ask::Tool(..) | Ask::Granted(..) | Ask::Faulty(..));
        for target in Target::ALL.into_iter().filter(|target| both || *target == Target::Rest) {
            scene.check(&rule, target, evidence, |scene| provoked(scene, row, target));
        }
    }
}

fn provoked(scene: &Scene<'_>, row: &Provoked, target: Target) -> Checked {
    match row.ask {
        Ask::Faulty(.., reason) if target == Target::Rest => return Err(Finding::not_verified(reason)),
        Ask::Never(reason) => return Err(Finding::not_verified(reason)),
        _ => {}
    }
    let (answer, operation) = if let Ask::Granted(tool, grant, arguments) = row.ask {
        let key = scene.rig.signed_in(scene.contract, grant, target)?;
        let arguments = read(arguments, &Answers::new())?;
        let operation = tool_of(scene, tool)?;
        let shown =
            Step::Call { tool: tool.to_owned(), key: Some(grant.shown()), arguments: arguments.clone() };
        scene.did(shown);
        (
            scene.rig.call(target, &Call { operation, key: Some(&key), arguments: &arguments })?,
            Some(operation),
        )
    } else {
        let answers = set(scene, row.stage)?;
        ask(scene, row, target, &answers)?
    };
    judge(scene, row, target, &answer, operation)
}

/// Goes through the stage; tools are called over REST whatever the target is, so that both meet the same state.
fn set(scene: &Scene<'_>, stage: &[Stage]) -> Result<Answers, Box<Finding>> {
    let mut answers = Answers::new();
    for step in stage {
        match step {
            Stage::Steer(path, body) => drop(scene.steer(path, read(body, &answers)?.into())?),
            Stage::Fault(fault) => {
                drop(scene.control("PUT", "/faults/code", read(fault, &answers)?.into())?)
            }
            Stage::Call(tool, key, arguments) => {
                let answer = scene.call(Target::Rest, tool, key, &read(arguments, &answers)?)?;
                if !answer.ok {
                    return Err(Finding::new(format!("{tool}, which comes before, was refused"))
                        .with(Value::Null, answer.body));
                }
                answers.insert((*tool).to_owned(), answer.body);
            }
        }
    }
    Ok(answers)
}

type Asked<'a> = (Answer, Option<&'a Operation>);

fn ask<'a>(
    scene: &Scene<'a>,
    row: &Provoked,
    target: Target,
    answers: &Answers,
) -> Result<Asked<'a>, Box<Finding>> {
    match row.ask {
        Ask::Tool(tool, key, arguments) | Ask::Faulty(tool, key, arguments, _) => {
            let answer = scene.call(target, tool, key, &read(arguments, answers)?)?;
            Ok((answer, Some(tool_of(scene, tool)?)))
        }
        Ask::Operation(name, key, arguments) => {
            let (wire, operation) = wire(scene, name, key, &read(arguments, answers)?)?;
            Ok((send(scene, &wire)?, Some(operation)))
        }
        Ask::Strict(name, key, arguments) => {
            let (wire, operation) = wire(scene, name, key, &read(arguments, answers)?)?;
            Ok((scene.rig.send_strict(&wire)?, Some(operation)))
        }
        Ask::Raw(method, path) => {
            let headers = vec![("x-api-key".to_owned(), META_KEY.to_owned())];
            let wire = Wire { method: method.to_owned(), target: path.to_owned(), headers, body: None };
            Ok((send(scene, &wire)?, None))
        }
        Ask::TooLarge => {
            let text = json!({ "destinationNumber": "+5511988887777", "text": "x".repeat(TOO_LONG) });
            let arguments = text.as_object().cloned().unwrap_or_default();
            let (wire, operation) = wire(scene, "POST /v1/messages/send", META_KEY, &arguments)?;
            scene
                .did(Step::Command(format!("# POST /v1/messages/send with a text of {TOO_LONG} characters")));
            Ok((scene.rig.send(&wire)?, Some(operation)))
        }
        Ask::Granted(..) | Ask::Never(_) => Err(Finding::new("there is nothing to ask")),
    }
}

fn send(scene: &Scene<'_>, wire: &Wire) -> Result<Answer, Box<Finding>> {
    scene.did(Step::Command(wire.curl(scene.rig.api_url())));
    Ok(scene.rig.send(wire)?)
}

/// The request that calls an operation by its method and path. An empty key is none.
fn wire<'a>(
    scene: &Scene<'a>,
    name: &str,
    key: &str,
    arguments: &Map<String, Value>,
) -> Result<(Wire, &'a Operation), Box<Finding>> {
    let mut operations = scene.contract.operations().iter();
    let operation = operations.find(|it| format!("{} {}", it.method, it.path) == name);
    let operation = operation.ok_or_else(|| Finding::new(format!("{name} is no operation")))?;
    let key = Some(key).filter(|key| !key.is_empty());
    Ok((Wire::of(&Call { operation, key, arguments })?, operation))
}

fn tool_of<'a>(scene: &Scene<'a>, tool: &str) -> Result<&'a Operation, Box<Finding>> {
    scene.contract.tool(tool).ok_or_else(|| Finding::new(format!("{tool} is no tool")))
}

fn read(text: &str, answers: &Answers) -> Result<Map<String, Value>, Box<Finding>> {
    let value = serde_json::from_str(text).map_err(|error| Finding::new(error.to_string()))?;
    match fill(&value, answers) {
        Some(Value::Object(arguments)) => Ok(arguments),
        _ => {
            Err(Finding::new("refers to something that an earlier call did not answer")
                .with(Value::Null, value))
        }
    }
}

fn judge(
    scene: &Scene<'_>,
    row: &Provoked,
    target: Target,
    answer: &Answer,
    operation: Option<&Operation>,
) -> Checked {
    if answer.ok
        || answer.by_transport
        || answer.status != Some(row.status)
        || answer.code() != Some(row.code)
    {
        let expected = json!({ "status": row.status, "code": row.code });
        let actual = json!({ "status": answer.status, "body": answer.body });
        return Err(Finding::new("is not refused as the catalogue says").with(expected, actual));
    }
    refusal(scene.contract, operation, target, row.code, answer.status, &answer.body)?;
    match row.header.filter(|_| target == Target::Rest) {
        Some(Header::Allow) => allows(scene, row, answer),
        Some(Header::RetryAfter) => waits(answer),
        None => Ok(()),
    }
}

/// Whether Allow names the methods that the contract has for the path. HEAD and OPTIONS go without saying.
fn allows(scene: &Scene<'_>, row: &Provoked, answer: &Answer) -> Checked {
    let Ask::Raw(_, path) = row.ask else { return Err(Finding::new("there is no path to ask for")) };
    let operations = scene.contract.operations().iter();
    let mut expected: Vec<&str> =
        operations.filter(|it| it.path == path).map(|it| it.method.as_str()).collect();
    let mut found: Vec<&str> = header(answer, "allow").split(',').map(str::trim).collect();
    found.retain(|method| !["HEAD", "OPTIONS"].contains(method));
    expected.sort_unstable();
    found.sort_unstable();
    if found == expected {
        return Ok(());
    }
    Err(Finding::new("Allow does not name the methods that the path takes").with(expected, found))
}

/// Whether Retry-After says what the body says.
fn waits(answer: &Answer) -> Checked {
    let seconds = answer.body.get("retryAfterSeconds").map(Value::to_string);
    let found = header(answer, "retry-after");
    if seconds.as_deref() == Some(found) {
        return Ok(());
    }
    Err(Finding::new("Retry-After does not say what the body says").with(seconds, found))
}

/// The value of a header; empty where there is none.
fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
