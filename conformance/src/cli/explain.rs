//! `explain`: what a check is there for.

use std::process::ExitCode;

use clap::Args;
use conformance::{Family, Level, Rule, nearest};
use fixtures::facts::{self, Fact};
use fixtures::{Contract, Operation};

use super::{complain, print, usage};

/// Explains a check: what it holds a target to, how well that is attested, how to run it alone, and where to look when it fails.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A check by its id, whole (message_get/missing-key/mcp) or without its target, or a rule (missing-key, unknown-*).
    #[arg(value_name = "CHECK")]
    check: String,
}

/// What a check is called, as far as it is known.
struct Named<'a> {
    subject: Option<&'a str>,
    rule: &'a str,
    target: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts = text.splitn(3, '/');
        match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
            (rule, None, _) => Self { subject: None, rule, target: None },
            (subject, Some(rule), target) => Self { subject: Some(subject), rule, target },
        }
    }

    /// The rules that it may mean: of its subject's families only, where it has one.
    fn rules(&self, tool: bool) -> Vec<(Family, &'static Rule)> {
        let has = |family: &Family| match self.subject {
            None => true,
            Some(subject) => (tool && family.is_of_tools()) || family.subjects().any(|name| name == subject),
        };
        let rule = |family: Family| {
            let exact = family.rules().iter().find(|rule| rule.name == self.rule);
            Some((family, exact.or_else(|| family.rule(self.rule))?))
        };
        Family::ALL.into_iter().filter(has).filter_map(rule).collect()
    }
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let (contract, facts) = match (Contract::load(), facts::load()) {
        (Ok(contract), Ok(facts)) => (contract, facts),
        (Err(error), _) => return failed(&error.to_string()),
        (_, Err(error)) => return failed(&error.to_string()),
    };
    let named = Named::read(&arguments.check);
    let operation = named.subject.and_then(|subject| contract.tool(subject));
    let rules = named.rules(operation.is_some());
    if rules.is_empty() || named.target.is_some_and(|target| !matches!(target, "rest" | "mcp")) {
        let near = meant(&contract, &named);
        return usage(&format!(
            "{:?} is no check and no rule{near}; `list` shows what there is",
            arguments.check
        ));
    }
    let told: Vec<String> =
        rules.into_iter().map(|(family, rule)| explained(&named, family, rule, operation, &facts)).collect();
    print(&told.join("\n\n"));
    ExitCode::SUCCESS
}

fn failed(error: &str) -> ExitCode {
    complain(error);
    ExitCode::FAILURE
}

/// What was probably meant, if that can be said: checks of a subject that is named alone, a subject where there is none of that name, or else a rule.
fn meant(contract: &Contract, named: &Named<'_>) -> String {
    let mut subjects: Vec<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
    for family in Family::ALL {
        subjects.extend(family.subjects().map(|name| -> &str { name }));
    }
    if named.subject.is_none() && subjects.contains(&named.rule) {
        let subject = named.rule;
        let rule = if contract.tool(subject).is_some() { "example" } else { "RULE" };
        return format!(", but a subject; ask for one of its checks, such as {subject}/{rule}");
    }
    let rules: Vec<&str> = Family::ALL.into_iter().flat_map(Family::rules).map(|rule| rule.name).collect();
    let near = match named.subject {
        Some(subject) if !subjects.contains(&subject) => nearest(subject, subjects),
        Some(_) => nearest(named.rule, rules),
        None => nearest(named.rule, rules.into_iter().chain(subjects)),
    };
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// How binding it is, and for whom.
fn level(rule: &Rule) -> String {
    match rule.level {
        Level::Must => "MUST: a target that fails it is no implementation of the contract".to_owned(),
        Level::Should => {
            "SHOULD: a target with a reason of its own may fail it; keep it in the --baseline, or leave it out with --skip".to_owned()
        }
    }
}

fn explained(
    named: &Named<'_>,
    family: Family,
    rule: &Rule,
    operation: Option<&Operation>,
    facts: &[Fact],
) -> String {
    let subject = named.subject.unwrap_or("SUBJECT");
    let id =
        format!("{subject}/{}{}", named.rule, named.target.map(|it| format!("/{it}")).unwrap_or_default());
    let mut lines = vec![id.clone(), format!("  {}", rule.about)];
    let mut line = |name: &str, text: &str| lines.push(format!("  {name:<9} {text}"));
    line("family", &format!("{family}: {}", family.about()));
    line("level", &level(rule));
    match operation {
        Some(operation) => {
            line(
                "tool",
                &format!(
                    "{subject} is {} {}, {}",
                    operation.method,
                    operation.path,
                    operation.evidence.name()
                ),
            );
        }
        None if named.subject.is_some() => line("on", subject),
        None if family.is_of_tools() => line("on", "each tool that it applies to"),
        None => line("on", &family.subjects().collect::<Vec<_>>().join(", ")),
    }
    if let Some(operation) = operation {
        line(
            "evidence",
            &format!(
                "{}, as the operation is, unless it holds to an example or a code: its outcome says which",
                operation.evidence.name()
            ),
        );
    }
    for id in rule.facts {
        if let Some(fact) = facts.iter().find(|fact| fact.id == *id) {
            line("fact", &format!("{id}: {} ({}, {})", fact.fact, fact.evidence.name(), fact.source));
        }
    }
    let only = if named.subject.is_some() { id } else { family.name().to_owned() };
    line("run", &format!("pilot-status-conformance --only {only}"));
    line("fails", family.advice());
    if let Some(operation) = operation {
        let area = operation.area.name();
        line(
            "read",
            &format!(
                "fixtures/contract/{area}.yaml, fixtures/examples/{area}.yaml, fixtures/facts/{area}.yaml"
            ),
        );
    }
    lines.join("\n")
}
