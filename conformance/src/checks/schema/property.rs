//! What holds for all arguments, tried on generated ones: valid arguments are never refused as invalid, invalid ones always are, a refusal changes
//! nothing, and both sides say the same. A failure is shrunk to the smallest arguments that show it.

use fixtures::Evidence;
use fixtures::contract::{Argument, Place};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use serde_json::{Map, Value};

use super::over_mcp;
use crate::checks::{Arguments, Session, found};
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::strategy::{Source, runs};
use crate::subject::{compile, holds};
use crate::targets::{Answer, Target};

const INVALID: &str = "VALIDATION_ERROR";
/// Refusals that come before the body is looked at (U-03), also where the body says what is asked of the number.
const BEFORE_BODY: [&str; 4] = [
    "FEATURE_NOT_SUPPORTED",
    "NOT_SUPPORTED_FOR_META",
    "META_GROUPS_NOT_ELIGIBLE",
    "IDEMPOTENCY_KEY_INVALID",
];
/// Steps towards the smallest arguments that fail.
const MAX_SHRINKS: u32 = 1024;
/// The same on a target that is not ours to keep busy.
const MAX_SHRINKS_ELSEWHERE: u32 = 32;

const VALID: &str = "valid-arguments";
const INVALID_ARGUMENTS: &str = "invalid-arguments";

pub(in crate::checks) fn run(session: &mut Session<'_>) {
    if ![VALID, INVALID_ARGUMENTS].iter().any(|rule| session.recorder.wants(Family::Schema, rule)) {
        return;
    }
    let source = match source(session) {
        Ok(source) => source,
        Err(finding) => {
            let evidence = Evidence::Inferred;
            return session.recorder.record(Family::Schema, VALID, Target::Rest, evidence, Err(finding));
        }
    };
    let evidence = session.subject.operation.evidence;
    let valid = source.valid();
    for target in Target::ALL {
        let checked = hold(session, VALID, target, &valid, valid_arguments);
        session.recorder.record(Family::Schema, VALID, target, evidence, checked);
    }
    for target in Target::ALL {
        let refusable = session.subject.operation.arguments.iter().any(|it| refusable(it, target));
        if refusable && session.recorder.wants(Family::Schema, INVALID_ARGUMENTS) {
            let checked = hold(session, INVALID_ARGUMENTS, target, &source.invalid(target), invalid);
            session.recorder.record(Family::Schema, INVALID_ARGUMENTS, target, Evidence::Inferred, checked);
        }
    }
}

type Property = fn(&Session<'_>, Target, &Arguments) -> Checked;

fn source(session: &Session<'_>) -> Result<Source, Box<Finding>> {
    let first = session.first()?.arguments.clone();
    let literal = |arguments: &&Map<String, Value>| {
        !Value::Object((*arguments).clone()).to_string().contains("\"$from\"")
    };
    let others = session.subject.examples.iter().map(|example| &example.arguments).filter(literal).cloned();
    let known: Vec<_> = std::iter::once(first).chain(others).collect();
    let validator = compile(&session.subject.schema).map_err(Finding::new)?;
    let operation = session.subject.operation;
    if session.rig.is_steered() {
        return Ok(Source::new(operation, validator, known));
    }
    // Whatever else there is on the target is none of our business.
    let names = found::names(operation).map(str::to_owned).collect();
    Ok(Source::new(operation, validator, known.into_iter().take(1).collect()).pinned(names))
}

/// Whether anything that can be said to a target is wrong by the schema of an argument. Over MCP that is every other type. Over REST plain text in a path
/// cannot be wrong, and a header that names a number is ignored with a number's own key.
fn refusable(argument: &Argument, target: Target) -> bool {
    let has = |keyword: &str| argument.schema.get(keyword).is_some();
    let text = argument.schema.get("type").is_some_and(|name| name == "string");
    let limited = !text || ["pattern", "enum", "maxLength"].into_iter().any(has);
    match argument.place {
        _ if target == Target::Mcp => true,
        Place::Body => true,
        Place::Header => false,
        Place::Path => limited,
        Place::Query => limited || has("minLength") || argument.required,
    }
}

/// Tries a property on as many generated arguments as were asked for; to yield too few is a failure too.
fn hold(
    session: &Session<'_>,
    rule: &str,
    target: Target,
    strategy: &BoxedStrategy<Value>,
    property: Property,
) -> Checked {
    let key = session.first()?.key.clone();
    let name = format!("{}/{rule}/{target}", session.subject.tool.name);
    let mut runner = runs::runner(session.options.seed, &name);
    let (mut held, mut rejected) = (0, 0);
    while held < session.options.cases {
        let too_few =
            |reason: &str| Finding::new(format!("only {held} arguments could be generated: {reason}"));
        let mut tree = strategy.new_tree(&mut runner).map_err(|reason| too_few(reason.message()))?;
        let arguments = arguments(&*tree);
        if target == Target::Rest && !session.expressible(&arguments) {
            rejected += 1;
            if rejected > 16 * session.options.cases + 256 {
                return Err(too_few("REST cannot say the others"));
            }
            continue;
        }
        if let Err(finding) = property(session, target, &arguments) {
            if finding.not_verified {
                return Err(finding);
            }
            let (finding, smallest) = shrink(session, target, property, &mut *tree, finding, arguments);
            return Err(session.shown(finding, Some(&key), &smallest));
        }
        held += 1;
    }
    Ok(())
}

/// Simplifies failing arguments as long as they fail, within reason.
fn shrink(
    session: &Session<'_>,
    target: Target,
    property: Property,
    tree: &mut dyn ValueTree<Value = Value>,
    finding: Box<Finding>,
    failing: Arguments,
) -> (Box<Finding>, Arguments) {
    let most = if session.rig.is_steered() { MAX_SHRINKS } else { MAX_SHRINKS_ELSEWHERE };
    runs::smallest(tree, (finding, failing), most, |candidate| {
        let candidate = candidate.as_object().cloned().unwrap_or_default();
        let sayable = target == Target::Mcp || session.expressible(&candidate);
        let failure = if sayable { property(session, target, &candidate).err() } else { None };
        failure.filter(|finding| !finding.not_verified).map(|finding| (finding, candidate))
    })
}

fn arguments(tree: &dyn ValueTree<Value = Value>) -> Arguments {
    tree.current().as_object().cloned().unwrap_or_default()
}

fn answer(session: &Session<'_>, target: Target, arguments: &Arguments) -> Result<Answer, Box<Finding>> {
    let key = session.ready_first()?.key;
    session.call(target, Some(&key), arguments)
}

fn valid_arguments(session: &Session<'_>, target: Target, arguments: &Arguments) -> Checked {
    session.repeatable()?;
    match target {
        Target::Rest => accepted_or_refused(session, arguments),
        Target::Mcp => as_over_rest(session, arguments),
    }
}

/// Accepted, or refused for a reason that the contract lists and that is not the form of the arguments.
fn accepted_or_refused(session: &Session<'_>, arguments: &Arguments) -> Checked {
    let answer = answer(session, Target::Rest, arguments)?;
    if answer.ok {
        return session.accepted(&answer);
    }
    match answer.code() {
        Some(INVALID) => {
            Err(Finding::new("arguments that their schema accepts were refused")
                .with(Value::Null, answer.body))
        }
        Some(code) => session.subject.refusal(Target::Rest, code, answer.status, &answer.body),
        // The one operation whose refusal has no code (U-02).
        None if session.subject.tool.name == "numbers_status" && answer.status == Some(404) => Ok(()),
        None => Err(Finding::new("the refusal has no code").with(Value::Null, answer.body)),
    }
}

/// The server answers what the API answers, and the schema that it lists accepts what the API accepts.
fn as_over_rest(session: &Session<'_>, arguments: &Arguments) -> Checked {
    let mcp = answer(session, Target::Mcp, arguments)?;
    let Some(listed) = &session.listed else {
        return Err(Finding::new("the server lists no inputSchema that arguments can be held against"));
    };
    let input = Value::Object(arguments.clone());
    holds(listed, &input, "valid input, held against the listed inputSchema,")?;
    if !session.expressible(arguments) || over_mcp::refused(&session.subject.tool.name, arguments) {
        // What REST cannot say, the server can only refuse.
        return refused(&mcp);
    }
    let rest = answer(session, Target::Rest, arguments)?;
    session.alike(&rest, &mcp, || answer(session, Target::Rest, arguments))
}

fn invalid(session: &Session<'_>, target: Target, arguments: &Arguments) -> Checked {
    let key = session.ready_first()?.key;
    let before = if session.rig.is_steered() { Some(session.rig.digest()?) } else { None };
    let answer = session.call(target, Some(&key), arguments)?;
    let code = match answer.code() {
        Some(code) if target == Target::Rest && BEFORE_BODY.contains(&code) => code,
        _ => refused(&answer).map(|()| INVALID)?,
    };
    session.subject.refusal(target, code, answer.status, &answer.body)?;
    match before {
        Some(before) if session.rig.digest()? != before => Err(Finding::new("the refusal changed the state")),
        _ => Ok(()),
    }
}

fn refused(answer: &Answer) -> Checked {
    if answer.by_transport || answer.code() != Some(INVALID) || answer.status != Some(400) {
        let message = "arguments that must be refused as invalid were not";
        let actual = serde_json::json!({ "status": answer.status, "body": answer.body });
        return Err(Finding::new(message).with(serde_json::json!({ "status": 400, "code": INVALID }), actual));
    }
    Ok(())
}
