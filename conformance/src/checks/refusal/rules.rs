//! Keys and scopes (U-02, U-03, U-23), for every tool alike.

use fixtures::Scope;

use super::Case;
use crate::checks::Ready;
use crate::subject::Subject;

/// Keys and numbers of the demo world.
pub(super) const TENANT_KEY: &str = "ps_demo_tenant";
pub(super) const META_KEY: &str = "ps_demo_meta";
pub(super) const META_OBA_KEY: &str = "ps_demo_meta_oba";
pub(super) const WEB_KEY: &str = "ps_demo_web";
pub(super) const WEB_CLOSED_KEY: &str = "ps_demo_web_closed";
/// A number of another tenant.
pub(super) const FOREIGN_NUMBER: &str = "num_other";
/// Any number key will do where none is accepted.
const NUMBER_KEY: &str = META_KEY;

/// The number that a key of the demo world belongs to.
fn number_of(key: &str) -> Option<&'static str> {
    match key {
        META_KEY => Some("num_meta"),
        META_OBA_KEY => Some("num_meta_oba"),
        WEB_KEY => Some("num_web"),
        WEB_CLOSED_KEY => Some("num_web_closed"),
        _ => None,
    }
}

pub(super) fn credentials(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let mut cases = vec![
        Case::refused(ready, "missing-key", 401, "UNAUTHORIZED").without_key(),
        Case::refused(ready, "wrong-key", 401, "UNAUTHORIZED").key("ps_nobody"),
    ];
    match subject.operation.scope {
        Scope::Tenant => {
            cases.push(Case::refused(ready, "wrong-scope", 403, "NUMBER_SCOPE_NOT_ALLOWED").key(NUMBER_KEY))
        }
        Scope::Number => {
            let case = Case::refused(ready, "wrong-scope", 403, "TENANT_SCOPE_NOT_ALLOWED");
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
    let foreign = Case::refused(ready, "foreign-number", 404, "NUMBER_NOT_FOUND");
    let mut cases = vec![foreign.key(TENANT_KEY).set("whatsappNumberId", FOREIGN_NUMBER)];
    let in_body = subject
        .operation
        .argument("whatsappNumberId")
        .is_some_and(|it| it.place == fixtures::contract::Place::Body);
    if let Some(number) = number_of(&ready.key) {
        let case = Case::accepted(ready, "tenant-key-names-number");
        cases.push(case.key(TENANT_KEY).set("whatsappNumberId", number));
        if in_body {
            let case = Case::refused(ready, "number-key-names-another", 400, "NUMBER_MISMATCH");
            cases.push(case.set("whatsappNumberId", FOREIGN_NUMBER));
        } else {
            let case = Case::accepted(ready, "number-key-ignores-header");
            cases.push(case.set("whatsappNumberId", FOREIGN_NUMBER));
        }
    }
    if in_body {
        let case = Case::refused(ready, "tenant-key-names-none", 400, "NUMBER_REQUIRED");
        cases.push(case.key(TENANT_KEY).unset("whatsappNumberId"));
    }
    cases
}
