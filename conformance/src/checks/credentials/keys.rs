//! Keys of the account and of its numbers, on what the account has.

use fixtures::Scope;
use fixtures::contract::Place;

use super::FAMILY;
use crate::checks::Ready;
use crate::checks::case::{Case, Expect, NUMBER};
use crate::demo::{FOREIGN_NUMBER, META_KEY, TENANT_KEY, number_of};
use crate::subject::Subject;
use crate::targets::{NUMBER_HEADER, Target};

/// Any number key will do where none is accepted.
const NUMBER_KEY: &str = META_KEY;

pub(super) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let mut cases = vec![
        Case::refused(FAMILY, ready, "missing-key", 401, "UNAUTHORIZED").without_key(),
        Case::refused(FAMILY, ready, "wrong-key", 401, "UNAUTHORIZED").key("ps_nobody"),
        // The examples come with the key that they need, and name no number.
        Case::accepted(FAMILY, ready, "right-scope"),
    ];
    match subject.operation.scope {
        Scope::Tenant => {
            cases.push(
                Case::refused(FAMILY, ready, "wrong-scope", 403, "NUMBER_SCOPE_NOT_ALLOWED").key(NUMBER_KEY),
            );
            // Over MCP the tool has no such argument.
            let case = Case::accepted(FAMILY, ready, "account-ignores-header").only(Target::Rest);
            cases.extend(number_of(NUMBER_KEY).map(|number| case.set(NUMBER_HEADER, number)));
        }
        Scope::Number => {
            let case = Case::refused(FAMILY, ready, "wrong-scope", 403, "TENANT_SCOPE_NOT_ALLOWED");
            cases.push(case.key(TENANT_KEY).unset(NUMBER));
            cases.extend(named_number(subject, ready));
        }
        Scope::Either => {
            cases.extend(named_number(subject, ready));
            cases.push(no_number(subject, ready));
        }
        Scope::Public => {}
    }
    cases
}

/// A tenant's key names a number, one of its own or another's; a number's own key ignores the header.
fn named_number(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let foreign = Case::refused(FAMILY, ready, "foreign-number", 404, "NUMBER_NOT_FOUND");
    let mut cases = vec![foreign.key(TENANT_KEY).set(NUMBER, FOREIGN_NUMBER)];
    if let Some(number) = number_of(&ready.key) {
        let case = Case::expecting(FAMILY, ready, "tenant-key-names-number", Expect::AsExample);
        cases.push(case.key(TENANT_KEY).set(NUMBER, number));
        if names_in_body(subject) {
            let case = Case::refused(FAMILY, ready, "number-key-names-another", 400, "NUMBER_MISMATCH");
            cases.push(case.set(NUMBER, FOREIGN_NUMBER));
        } else {
            let case = Case::expecting(FAMILY, ready, "number-key-ignores-header", Expect::AsExample);
            cases.push(case.set(NUMBER, FOREIGN_NUMBER));
        }
    }
    cases
}

fn no_number(subject: &Subject<'_>, ready: &Ready) -> Case {
    let rule = "tenant-key-names-none";
    let case = if names_in_body(subject) {
        Case::refused(FAMILY, ready, rule, 400, "NUMBER_REQUIRED")
    } else {
        Case::accepted(FAMILY, ready, rule)
    };
    case.key(TENANT_KEY).unset(NUMBER)
}

/// Whether the number belongs to what is made, and not only to the caller.
pub(super) fn names_in_body(subject: &Subject<'_>) -> bool {
    subject.operation.argument(NUMBER).is_some_and(|it| it.place == Place::Body)
}
