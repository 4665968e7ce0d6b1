//! Tokens instead of keys (U-25): what the user allowed the client, and nothing else.

use fixtures::Scope;

use super::FAMILY;
use super::keys::names_in_body;
use crate::checks::Ready;
use crate::checks::case::{Case, Expect, NUMBER};
use crate::demo::number_of;
use crate::granted::Grant;
use crate::subject::Subject;

/// Of the same tenant, and in no grant but that for all of it.
const NOT_GRANTED: &str = "num_meta_oba";

pub(super) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    if subject.operation.scope == Scope::Tenant {
        return of_account(ready);
    }
    let Some((number, one)) = number_of(&ready.key).zip(grant_of(&ready.key)) else { return Vec::new() };
    let as_number = |rule| Case::expecting(FAMILY, ready, rule, Expect::AsExample).unset(NUMBER);
    let refused = |rule, status, code| Case::refused(FAMILY, ready, rule, status, code).unset(NUMBER);
    let required = refused("granted-several-names-none", 400, "NUMBER_REQUIRED");
    let outside = |rule| refused(rule, 403, "NUMBER_NOT_IN_GRANT").set(NUMBER, NOT_GRANTED);
    vec![
        as_number("granted-number").granted(one),
        required.granted(Grant::Both),
        as_number("granted-number-named").set(NUMBER, number).granted(Grant::Both),
        outside("not-granted-number").granted(one),
        outside("granted-several-not-this").granted(Grant::Both),
        whole_tenant(subject, ready).unset(NUMBER).granted(Grant::Tenant),
        as_number("granted-tenant-names-number").set(NUMBER, number).granted(Grant::Tenant),
    ]
}

fn of_account(ready: &Ready) -> Vec<Case> {
    let refused = Case::refused(FAMILY, ready, "granted-number-only", 403, "NUMBER_SCOPE_NOT_ALLOWED");
    vec![refused.granted(Grant::Both), Case::accepted(FAMILY, ready, "granted-tenant").granted(Grant::Tenant)]
}

fn whole_tenant(subject: &Subject<'_>, ready: &Ready) -> Case {
    let rule = "granted-tenant";
    match subject.operation.scope {
        Scope::Number => Case::refused(FAMILY, ready, rule, 403, "TENANT_SCOPE_NOT_ALLOWED"),
        _ if names_in_body(subject) => Case::refused(FAMILY, ready, rule, 400, "NUMBER_REQUIRED"),
        _ => Case::accepted(FAMILY, ready, rule),
    }
}

/// The grant of one number that covers the number of a key.
fn grant_of(key: &str) -> Option<Grant> {
    [Grant::Meta, Grant::Web]
        .into_iter()
        .find(|grant| number_of(key).is_some_and(|it| grant.numbers() == [it]))
}
