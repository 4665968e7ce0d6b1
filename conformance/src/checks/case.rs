//! Calls that must be refused, with the exact status, code and body, alike on both sides, and without any change; and calls that only look like it.

use fixtures::Evidence;
use serde_json::Value;

use super::{Arguments, Ready, Session, credentials, errors, providers, schema};
use crate::compare::equal;
use crate::family::Family;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::targets::{Answer, Target};

/// The check that all refusals together make.
const UNTOUCHED: &str = "refusals-change-nothing";

/// What a case must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The same answer as the example's.
    Accepted,
    /// This status and code; no code where the API sends none.
    Refused(u16, Option<&'static str>),
}

/// One call that is made where the example of the tool could be made.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) family: Family,
    pub(super) rule: String,
    pub(super) key: Option<String>,
    pub(super) arguments: Arguments,
    pub(super) expect: Expect,
    /// On this side only; on both, as far as REST has a way to say it, where there is none.
    pub(super) only: Option<Target>,
    /// The argument that an issue of the refusal must name.
    pub(super) about: Option<String>,
}

impl Case {
    /// The example's own call, to be refused under the given rule.
    pub(super) fn refused(
        family: Family,
        ready: &Ready,
        rule: impl Into<String>,
        status: u16,
        code: &'static str,
    ) -> Self {
        Self::expecting(family, ready, rule, Expect::Refused(status, Some(code)))
    }

    /// The example's own call, to bring this under the given rule.
    pub(super) fn expecting(family: Family, ready: &Ready, rule: impl Into<String>, expect: Expect) -> Self {
        Self {
            family,
            rule: rule.into(),
            key: Some(ready.key.clone()),
            arguments: ready.arguments.clone(),
            expect,
            only: None,
            about: None,
        }
    }

    /// The example's own call, to be accepted under the given rule.
    pub(super) fn accepted(family: Family, ready: &Ready, rule: &str) -> Self {
        Self::expecting(family, ready, rule, Expect::Accepted)
    }

    pub(super) fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    pub(super) fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    pub(super) fn only(mut self, target: Target) -> Self {
        self.only = Some(target);
        self
    }

    pub(super) fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn unset(mut self, name: &str) -> Self {
        // Keeps the order of the others, so that calls read alike.
        self.arguments.shift_remove(name);
        self
    }
}

pub(super) fn run(session: &mut Session<'_>) {
    let cases = session.first().map(|ready| cases(session, ready));
    match cases {
        Ok(cases) => cases.iter().for_each(|case| run_case(session, case)),
        Err(finding) => {
            let (family, rule) = (Family::Schema, "refusals");
            session.recorder.record(family, rule, Target::Rest, Evidence::Inferred, Err(finding));
        }
    }
    untouched(session);
}

fn cases(session: &Session<'_>, ready: &Ready) -> Vec<Case> {
    let tool = &session.subject.tool.name;
    let mut cases = credentials::cases(session.subject, ready);
    cases.extend(providers::cases(tool, ready));
    cases.extend(errors::cases(tool, ready));
    cases.extend(schema::input::cases(session.subject, ready));
    cases.retain(|case| {
        session.recorder.wants(case.family, &case.rule) || session.recorder.wants(Family::Schema, UNTOUCHED)
    });
    cases
}

fn run_case(session: &mut Session<'_>, case: &Case) {
    let mut rest = None;
    for target in Target::ALL {
        let applies = case.only.is_none_or(|only| only == target);
        if !applies || (target == Target::Rest && !session.expressible(&case.arguments)) {
            continue;
        }
        let answer = answer(session, case, target);
        let checked = answer
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|answer| check(session, case, target, answer, rest.as_ref()));
        let checked = checked.map_err(|finding| session.shown(finding, case.key.as_deref(), &case.arguments));
        session.recorder.record(case.family, &case.rule, target, evidence(session, case), checked);
        if target == Target::Rest {
            rest = answer.ok();
        }
    }
}

fn answer(session: &mut Session<'_>, case: &Case, target: Target) -> Result<Answer, Box<Finding>> {
    session.ready_first()?;
    let before = session.rig.digest();
    let answer = session.call(target, case.key.as_deref(), &case.arguments)?;
    if case.expect != Expect::Accepted && session.rig.digest() != before {
        let finding = Finding::new(format!("the refusal {} changed the state", case.rule));
        let finding = finding.with(Value::Null, answer.body.clone());
        session.changed.push((target, session.shown(finding, case.key.as_deref(), &case.arguments)));
    }
    Ok(answer)
}

fn check(
    session: &Session<'_>,
    case: &Case,
    target: Target,
    answer: &Answer,
    rest: Option<&Answer>,
) -> Checked {
    match case.expect {
        Expect::Accepted => session.accepted(answer)?,
        Expect::Refused(..) if target == Target::Mcp && case.key.is_none() => return unauthorized(answer),
        Expect::Refused(status, code) => refused(session, target, answer, status, code)?,
    }
    if let Some(about) = &case.about {
        names(answer, about)?;
    }
    // Both validate, each in its own words; everything else comes from the API.
    let own_words = answer.code() == Some("VALIDATION_ERROR");
    match rest {
        Some(rest) if !own_words && case.expect != Expect::Accepted => same(rest, answer),
        _ => Ok(()),
    }
}

/// The transport refuses, and says how to authenticate.
fn unauthorized(answer: &Answer) -> Checked {
    if !answer.by_transport || answer.status != Some(401) {
        return Err(Finding::new("a missing key is not refused with HTTP 401").with(401, answer.status));
    }
    let challenge = answer.headers.contains_key("www-authenticate");
    if challenge { Ok(()) } else { Err(Finding::new("the 401 has no WWW-Authenticate header")) }
}

fn refused(
    session: &Session<'_>,
    target: Target,
    answer: &Answer,
    status: u16,
    code: Option<&str>,
) -> Checked {
    if answer.ok {
        let message = format!("accepted instead of refused with {status} {}", code.unwrap_or_default());
        return Err(Finding::new(message).with(status, answer.body.clone()));
    }
    if answer.by_transport && target == Target::Mcp {
        return Err(
            Finding::new("refused by the protocol and not by a result").with(status, answer.body.clone())
        );
    }
    // The server makes up for a code that the API does not send.
    let substitute = format!("HTTP_{status}");
    let wanted = if target == Target::Mcp { code.or(Some(&substitute)) } else { code };
    if answer.status != Some(status) || answer.code() != wanted {
        let expected = serde_json::json!({ "status": status, "code": wanted });
        let actual = serde_json::json!({ "status": answer.status, "body": answer.body });
        return Err(Finding::new("refused otherwise than it must be").with(expected, actual));
    }
    code.map_or(Ok(()), |code| session.subject.refusal(target, code, answer.status, &answer.body))
}

/// Whether some issue points to an argument, or speaks of it.
fn names(answer: &Answer, argument: &str) -> Checked {
    let issues = answer.body.pointer("/details/issues").and_then(Value::as_array);
    let text =
        |issue: &Value, key: &str| issue.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let pointer = format!("/{argument}");
    let named = issues
        .into_iter()
        .flatten()
        .any(|issue| text(issue, "path").starts_with(&pointer) || text(issue, "message").contains(argument));
    if named {
        Ok(())
    } else {
        Err(Finding::new("no issue names the argument").with(pointer, answer.body.clone()))
    }
}

fn same(rest: &Answer, mcp: &Answer) -> Checked {
    let mut body = mcp.body.clone();
    if rest.code().is_none() {
        body.as_object_mut().map(|body| body.shift_remove("code"));
    }
    equal("the refusal over MCP is not that of the API", &rest.body, &body)
}

fn evidence(session: &Session<'_>, case: &Case) -> Evidence {
    match case.expect {
        Expect::Refused(_, Some(code)) => {
            session.subject.contract.errors().get(code).map_or(Evidence::Inferred, |entry| entry.evidence)
        }
        _ => session.subject.operation.evidence,
    }
}

/// No refusal so far has changed anything.
fn untouched(session: &mut Session<'_>) {
    for target in Target::ALL {
        let checked = session.rig.digest().map_err(Box::<Finding>::from).and_then(|_| {
            let found = session.changed.iter().find(|(changed, _)| *changed == target);
            found.map_or(Ok(()), |(_, finding)| Err(finding.clone()))
        });
        session.recorder.record(Family::Schema, UNTOUCHED, target, Evidence::Inferred, checked);
    }
}
