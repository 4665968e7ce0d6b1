//! `list`: what there is to be checked.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use conformance::{Family, Rule};
use fixtures::{Area, Contract};
use serde_json::{Value, json};

use super::{complain, print};

/// Lists what there is to be checked: families with their rules and levels, and the subjects that they are checked on.
///
/// A check is called SUBJECT/RULE/TARGET, such as messages_send/missing-key/mcp; the target is rest or mcp. A * in a rule stands for what differs from
/// subject to subject, such as an argument.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Writes JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    let contract = match Contract::load() {
        Ok(contract) => contract,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    print(&if arguments.json { format!("{:#}", as_json(&contract)) } else { as_text(&contract) });
    ExitCode::SUCCESS
}

fn tools(contract: &Contract, area: Area) -> Vec<&str> {
    let of = contract.tools().filter(|(_, operation)| operation.area == area);
    of.map(|(tool, _)| tool.name.as_str()).collect()
}

/// What a family checks.
fn subjects(family: Family) -> Vec<&'static str> {
    family.is_of_tools().then_some("each tool").into_iter().chain(family.subjects()).collect()
}

fn as_text(contract: &Contract) -> String {
    let mut text = String::new();
    for family in Family::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{family}: {}", family.about());
        let subjects = subjects(family);
        let on = if subjects.is_empty() { "nothing yet".to_owned() } else { subjects.join(", ") };
        let _ = writeln!(text, "  on {on}");
        for Rule { name, level, about, .. } in family.rules() {
            let _ = writeln!(text, "  {name:<26} {level:<6} {about}");
        }
        text.push('\n');
    }
    text.push_str("tools:\n");
    for area in Area::ALL {
        let _ = writeln!(text, "  {:<11} {}", area.name(), tools(contract, area).join(" "));
    }
    text.trim_end().to_owned()
}

fn as_json(contract: &Contract) -> Value {
    let rule = |rule: &Rule| json!({ "name": rule.name, "level": rule.level, "about": rule.about, "facts": rule.facts });
    let family = |family: Family| {
        json!({
            "name": family.name(),
            "about": family.about(),
            "ofEachTool": family.is_of_tools(),
            "subjects": family.subjects().collect::<Vec<_>>(),
            "rules": family.rules().iter().map(rule).collect::<Vec<_>>(),
        })
    };
    let areas: serde_json::Map<String, Value> =
        Area::ALL.into_iter().map(|area| (area.name().to_owned(), json!(tools(contract, area)))).collect();
    json!({ "families": Family::ALL.map(family), "tools": areas })
}
