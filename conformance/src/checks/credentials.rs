//! Keys and scopes (U-02, U-03, U-23), for every tool alike.

use fixtures::Scope;
use fixtures::contract::Place;

use super::Ready;
use super::case::Case;
use crate::demo::{FOREIGN_NUMBER, META_KEY, TENANT_KEY, number_of};
use crate::family::Family;
use crate::rule::Rule;
use crate::subject::Subject;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "missing-key",
        "A call without a key is refused with 401 UNAUTHORIZED; over MCP by HTTP, which says how to authenticate.",
    ),
    Rule::must("wrong-key", "A call with a key that nobody has is refused with 401 UNAUTHORIZED."),
    Rule::must(
        "wrong-scope",
        "A key of the wrong scope is refused with 403: NUMBER_SCOPE_NOT_ALLOWED for the key of a number, TENANT_SCOPE_NOT_ALLOWED for an account-wide one that names no number.",
    ),
    Rule::must(
        "foreign-number",
        "An account-wide key that names a number of another tenant is refused with 404 NUMBER_NOT_FOUND.",
    ),
    Rule::must(
        "tenant-key-names-number",
        "An account-wide key that names a number of its own acts as that number.",
    ),
    Rule::must(
        "number-key-ignores-header",
        "The key of a number acts as its number, whatever number the header names.",
    ),
    Rule::must(
        "number-key-names-another",
        "The key of a number that names another in the body is refused with 400 NUMBER_MISMATCH.",
    ),
    Rule::must(
        "tenant-key-names-none",
        "An account-wide key that names no number where one is needed is refused with 400 NUMBER_REQUIRED.",
    ),
];

const FAMILY: Family = Family::Credentials;
/// Any number key will do where none is accepted.
const NUMBER_KEY: &str = META_KEY;

pub(super) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let mut cases = vec![
        Case::refused(FAMILY, ready, "missing-key", 401, "UNAUTHORIZED").without_key(),
        Case::refused(FAMILY, ready, "wrong-key", 401, "UNAUTHORIZED").key("ps_nobody"),
    ];
    match subject.operation.scope {
        Scope::Tenant => cases.push(
            Case::refused(FAMILY, ready, "wrong-scope", 403, "NUMBER_SCOPE_NOT_ALLOWED").key(NUMBER_KEY),
        ),
        Scope::Number => {
            let case = Case::refused(FAMILY, ready, "wrong-scope", 403, "TENANT_SCOPE_NOT_ALLOWED");
            cases.push(case.key(TENANT_KEY).unset("whatsappNumberId"));
            cases.extend(named_number(subject, ready));
        }
        Scope::Either => cases.extend(named_number(subject, ready)),
        Scope::Public => {}
    }
    cases
}

/// A tenant's key names a number, one of its own or another's; a number's own key ignores the header.
fn named_number(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let foreign = Case::refused(FAMILY, ready, "foreign-number", 404, "NUMBER_NOT_FOUND");
    let mut cases = vec![foreign.key(TENANT_KEY).set("whatsappNumberId", FOREIGN_NUMBER)];
    let in_body = subject.operation.argument("whatsappNumberId").is_some_and(|it| it.place == Place::Body);
    if let Some(number) = number_of(&ready.key) {
        let case = Case::accepted(FAMILY, ready, "tenant-key-names-number");
        cases.push(case.key(TENANT_KEY).set("whatsappNumberId", number));
        if in_body {
            let case = Case::refused(FAMILY, ready, "number-key-names-another", 400, "NUMBER_MISMATCH");
            cases.push(case.set("whatsappNumberId", FOREIGN_NUMBER));
        } else {
            let case = Case::accepted(FAMILY, ready, "number-key-ignores-header");
            cases.push(case.set("whatsappNumberId", FOREIGN_NUMBER));
        }
    }
    if in_body {
        let case = Case::refused(FAMILY, ready, "tenant-key-names-none", 400, "NUMBER_REQUIRED");
        cases.push(case.key(TENANT_KEY).unset("whatsappNumberId"));
    }
    cases
}
