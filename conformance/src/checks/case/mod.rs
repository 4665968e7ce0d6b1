//! Calls that must be refused, with the exact status, code and body, alike on both sides, and without any change; and calls that only look like it.

mod judge;

use fixtures::Evidence;
use serde_json::Value;

use super::{Arguments, Ready, Session, credentials, errors, found, providers, schema};
use crate::family::Family;
use crate::finding::Finding;
use crate::granted::Grant;
use crate::targets::{Answer, Target};

/// The check that all refusals together make.
const UNTOUCHED: &str = "refusals-change-nothing";
/// The argument that names a number.
pub(super) const NUMBER: &str = "whatsappNumberId";

/// What a case must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// What the contract documents for a success.
    Accepted,
    /// The answer that the example's own key gets: the caller acts as the same number.
    AsExample,
    /// The same, with nothing in this list: what the call is about is none of the caller's.
    Without(&'static str),
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
    /// In place of the key, a token that was granted this.
    pub(super) grant: Option<Grant>,
    /// Whether the caller is another tenant, to whom nothing of the first may be shown.
    pub(super) hides: bool,
}

impl Case {
    /// What the caller shows, for a reader who wants to make the call again.
    fn shown_key(&self) -> Option<String> {
        self.grant.map(Grant::shown).or_else(|| self.key.clone())
    }

    fn is_on(&self, target: Target) -> bool {
        self.only.is_none_or(|only| only == target)
    }

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
            grant: None,
            hides: false,
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

    pub(super) fn granted(self, grant: Grant) -> Self {
        Self { key: None, grant: Some(grant), ..self }
    }

    pub(super) fn hiding(self) -> Self {
        Self { hides: true, ..self }
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
        Ok(cases) => {
            cases.iter().for_each(|case| run_case(session, case));
            untouched(session, None);
        }
        Err(finding) => {
            unready(session, &finding);
            untouched(session, Some("no refusal could be tried"));
        }
    }
}

/// Nothing can be tried where the example cannot be prepared: that is how every case ends.
fn unready(session: &mut Session<'_>, finding: &Finding) {
    let cases = session.documented().map(|ready| cases(session, &ready)).unwrap_or_default();
    for case in &cases {
        for target in Target::ALL.into_iter().filter(|target| case.is_on(*target)) {
            let checked = Err(Box::new(finding.clone()));
            session.recorder.record(case.family, &case.rule, target, evidence(session, case), checked);
        }
    }
    if cases.is_empty() {
        let (family, rule) = (Family::Schema, "refusals");
        let checked = Err(Box::new(finding.clone()));
        session.recorder.record(family, rule, Target::Rest, Evidence::Inferred, checked);
    }
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
        if !case.is_on(target) || (target == Target::Rest && !session.expressible(&case.arguments)) {
            continue;
        }
        let answer = answer(session, case, target);
        let checked = answer
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|answer| judge::check(session, case, target, answer, rest.as_ref()));
        let checked = checked.map_err(|finding| shown(session, case, finding));
        session.recorder.record(case.family, &case.rule, target, evidence(session, case), checked);
        if target == Target::Rest {
            rest = answer.ok();
        }
    }
}

fn answer(session: &mut Session<'_>, case: &Case, target: Target) -> Result<Answer, Box<Finding>> {
    if case.family == Family::Providers && !session.rig.is_steered() {
        // The ids that were found there are those of one number.
        return Err(Finding::not_verified("what each number has is known of the demo world only"));
    }
    let unknown = case.rule.strip_prefix("unknown-").filter(|_| case.family == Family::Errors);
    let missing = |unknown| found::missing(session.subject.operation, &case.arguments, unknown);
    if let Some(name) = unknown.and_then(missing) {
        // That one may be looked for first.
        return Err(Finding::not_verified(format!("nothing that {name} may name is known on the target")));
    }
    let (key, arguments) = match case.grant {
        None => session.ready_first().and_then(|ready| {
            if matches!(case.expect, Expect::Accepted | Expect::AsExample) {
                ready.succeeds()?;
            }
            Ok((case.key.clone(), case.arguments.clone()))
        }),
        Some(grant) => session.ready_first_signed_in(grant, target).map(|ready| {
            // Ids are others where clients have signed in before; what a grant is about is the number.
            let number =
                case.arguments.get_key_value(NUMBER).map(|(name, value)| (name.clone(), value.clone()));
            let others = ready.arguments.into_iter().filter(|(name, _)| name != NUMBER);
            (Some(ready.key), others.chain(number).collect())
        }),
    }?;
    let before = session.rig.digest();
    let answer = session.call(target, key.as_deref(), &arguments)?;
    if matches!(case.expect, Expect::Refused(..)) && session.rig.digest() != before {
        let finding = Finding::new(format!("the call of {} changed the state", case.rule));
        let finding = finding.with(Value::Null, answer.body.clone());
        session.changed.push((target, shown(session, case, finding)));
    }
    Ok(answer)
}

fn shown(session: &Session<'_>, case: &Case, finding: Box<Finding>) -> Box<Finding> {
    session.shown(finding, case.shown_key().as_deref(), &case.arguments)
}

fn evidence(session: &Session<'_>, case: &Case) -> Evidence {
    match case.expect {
        Expect::Refused(_, Some(code)) => {
            session.subject.contract.errors().get(code).map_or(Evidence::Inferred, |entry| entry.evidence)
        }
        _ => session.subject.operation.evidence,
    }
}

/// No refusal so far has changed anything; of none nothing can be said.
fn untouched(session: &mut Session<'_>, none: Option<&str>) {
    for target in Target::ALL {
        let tried = none.map_or(Ok(()), |reason| Err(Finding::not_verified(reason)));
        let digest = tried.and_then(|()| Ok(session.rig.digest()?));
        let checked = digest.and_then(|_| {
            let found = session.changed.iter().find(|(changed, _)| *changed == target);
            found.map_or(Ok(()), |(_, finding)| Err(finding.clone()))
        });
        session.recorder.record(Family::Schema, UNTOUCHED, target, Evidence::Inferred, checked);
    }
}
