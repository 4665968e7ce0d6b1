//! Providers and the connection of a number (U-04, U-09): every tool on every kind of number.

mod table;

use serde_json::Value;

use super::Ready;
use super::case::Case;
use crate::demo::{META_KEY, META_OBA_KEY, TENANT_KEY, WEB_CLOSED_KEY, WEB_KEY, number_of};
use crate::family::Family;
use crate::rule::Rule;
use table::{By, ROWS, Row};

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "on-meta",
        "On a Meta number that is no Official Business Account the tool works, or is refused with exactly the status and code of the reason.",
    )
    .proves(&["GRP-LIST-007", "CHN-LIST-003", "NUM-CONNECT-004"]),
    Rule::must(
        "on-meta-oba",
        "On a Meta number that is an approved Official Business Account the tool works, or is refused with exactly the status and code of the reason.",
    ),
    Rule::must(
        "on-web",
        "On a web number that is connected the tool works, or is refused with exactly the status and code of the reason.",
    )
    .proves(&["CALL-ALL-002", "MED-GET-010"]),
    Rule::must(
        "on-web-closed",
        "On a web number that is not connected the tool works, or is refused with exactly the status and code of the reason.",
    )
    .proves(&["GRP-LIST-006", "CHN-LIST-002", "NUM-CHECK-010"]),
    Rule::must(
        "groupId-on-*",
        "A send to a group is taken where the provider has groups, connected or not, and refused with 400 META_GROUPS_NOT_ELIGIBLE elsewhere.",
    ),
    Rule::must(
        "newsletterId-on-*",
        "A send to a channel is taken on a web number, connected or not, and refused with 400 NOT_SUPPORTED_FOR_META elsewhere.",
    )
    .proves(&["MSG-SEND-022"]),
];

/// The numbers, in the order of the table's columns: what a check calls them, and their keys.
const NUMBERS: [(&str, &str); 4] =
    [("meta", META_KEY), ("meta-oba", META_OBA_KEY), ("web", WEB_KEY), ("web-closed", WEB_CLOSED_KEY)];

/// A group of a Meta number that has groups; that of the examples is a web number's.
const OBA_GROUP: &str = "120363000000000002@g.us";
const WEB_GROUP: &str = "120363000000000001@g.us";
const CHANNEL: &str = "120363000000000001@newsletter";
const PHONE: &str = "+5511988887777";

pub(super) fn cases(tool: &str, ready: &Ready) -> Vec<Case> {
    let rows = ROWS.iter().filter(|row| row.tool == tool);
    rows.flat_map(|row| {
        NUMBERS.iter().zip(row.on).map(|((name, key), expect)| {
            let case = Case::expecting(Family::Providers, ready, rule(row, name), expect);
            on(case, row.by, key)
        })
    })
    .collect()
}

/// A phone is the destination that goes without saying.
fn rule(row: &Row, number: &str) -> String {
    match row.by {
        By::To(destination) if destination != "destinationNumber" => format!("{destination}-on-{number}"),
        _ => format!("on-{number}"),
    }
}

/// The example's call, on the number that a key belongs to.
fn on(case: Case, by: By, key: &str) -> Case {
    let group = if key == META_OBA_KEY { OBA_GROUP } else { WEB_GROUP };
    match by {
        By::Id(argument) => case.key(TENANT_KEY).set(argument, number_of(key)),
        By::Key if case.arguments.contains_key("groupId") => case.key(key).set("groupId", group),
        By::Key => case.key(key).unset("whatsappNumberId"),
        By::To(destination) => {
            let id = match destination {
                "groupId" => group,
                "newsletterId" => CHANNEL,
                _ => PHONE,
            };
            let mut case = case.key(key);
            case.arguments = [("text".to_owned(), Value::from("Oi"))].into_iter().collect();
            case.set(destination, id)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fixtures::Contract;

    use super::*;

    /// A tool that is left out would be no row that fails.
    #[test]
    fn every_tool_has_a_row() {
        let contract = Contract::load().unwrap();
        let tools: BTreeSet<&str> = contract.tools().map(|(tool, _)| tool.name.as_str()).collect();
        let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.tool).collect();
        assert_eq!(rows, tools);
        assert_eq!(ROWS.len(), tools.len() + 2, "a row more for each other destination of a send");
    }
}
