//! Whom a tool works for (U-02, U-03, U-22, U-23, U-25): every tool with every kind of credential.

mod grants;
mod keys;
mod secrets;
mod strangers;

use super::Ready;
use super::case::Case;
use crate::family::Family;
use crate::rule::Rule;
use crate::subject::Subject;

pub(super) use secrets::hidden;

const FAMILY: Family = Family::Credentials;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "missing-key",
        "A call without a key is refused with 401 UNAUTHORIZED; over MCP by HTTP, which says how to authenticate.",
    )
    .proves(&["COM-AUTH-006", "COM-AUTH-007"]),
    Rule::must("wrong-key", "A call with a key that nobody has is refused with 401 UNAUTHORIZED.")
        .proves(&["COM-AUTH-006", "COM-AUTH-007"]),
    Rule::must(
        "right-scope",
        "A key of the scope that the tool asks for is accepted; the key of a number, where it takes either.",
    )
    .proves(&["COM-AUTH-001", "COM-SCOPE-003", "COM-SCOPE-004", "COM-SCOPE-016"]),
    Rule::must(
        "wrong-scope",
        "A key of the wrong scope is refused with 403: NUMBER_SCOPE_NOT_ALLOWED for the key of a number, TENANT_SCOPE_NOT_ALLOWED for an account-wide one that names no number.",
    )
    .proves(&["COM-SCOPE-001", "COM-SCOPE-002", "COM-SCOPE-006"]),
    Rule::must(
        "foreign-number",
        "An account-wide key that names a number of another tenant is refused with 404 NUMBER_NOT_FOUND.",
    )
    .proves(&["COM-AUTH-010"]),
    Rule::must(
        "tenant-key-names-number",
        "An account-wide key that names a number of its own acts as that number.",
    )
    .proves(&["COM-AUTH-008"]),
    Rule::must(
        "number-key-ignores-header",
        "The key of a number acts as its number, whatever number the header names.",
    )
    .proves(&["COM-AUTH-009"]),
    Rule::must(
        "account-ignores-header",
        "What acts on the account works with an account-wide key whatever number of it the header names: the SDK sends the header with every request.",
    )
    .proves(&["COM-SCOPE-003"]),
    Rule::must(
        "number-key-names-another",
        "The key of a number that names another in the body is refused with 400 NUMBER_MISMATCH.",
    ),
    Rule::must(
        "tenant-key-names-none",
        "An account-wide key that names no number reaches what is of any number of the account, and is refused with 400 NUMBER_REQUIRED where one is needed.",
    ),
    Rule::must(
        "other-number-key",
        "The key of another tenant's number is refused, or works on what is its own; nothing of the first tenant is in the answer, nor changed.",
    )
    .proves(&["COM-SCOPE-010"]),
    Rule::must(
        "other-tenant-key",
        "The account-wide key of another tenant is refused, or works on what is its own; nothing of the first tenant is in the answer, nor changed.",
    )
    .proves(&["COM-SCOPE-010"]),
    Rule::must(
        "other-tenant-names-number",
        "The account-wide key of another tenant that names a number of the first is refused with 404 NUMBER_NOT_FOUND.",
    )
    .proves(&["COM-AUTH-010", "COM-SCOPE-010"]),
    Rule::must("granted-number", "A token that was granted one number acts as it, whether the call names it or not.")
        .proves(&["COM-OAUTH-010"]),
    Rule::must(
        "granted-number-named",
        "A token that was granted one number, or several, acts as the one that the call names.",
    ),
    Rule::must(
        "granted-several-names-none",
        "A token that was granted several numbers is refused with 400 NUMBER_REQUIRED where the call names none.",
    )
    .proves(&["COM-SCOPE-013"]),
    Rule::must(
        "not-granted-number",
        "A token that was granted one number is refused with 403 NUMBER_NOT_IN_GRANT where the call names another of the account.",
    )
    .proves(&["COM-SCOPE-014", "COM-OAUTH-003"]),
    Rule::must(
        "granted-several-not-this",
        "A token that was granted several numbers is refused with 403 NUMBER_NOT_IN_GRANT where the call names another of the account.",
    )
    .proves(&["COM-SCOPE-014", "COM-OAUTH-003"]),
    Rule::must(
        "granted-number-only",
        "A token that was granted single numbers is refused with 403 NUMBER_SCOPE_NOT_ALLOWED by what acts on the account.",
    )
    .proves(&["COM-OAUTH-009", "COM-OAUTH-003"]),
    Rule::must(
        "granted-tenant",
        "A token that was granted the whole tenant does what the account-wide key does: it works, or is refused with 403 TENANT_SCOPE_NOT_ALLOWED or 400 NUMBER_REQUIRED where a number is to be named.",
    )
    .proves(&["COM-OAUTH-008"]),
    Rule::must(
        "granted-tenant-names-number",
        "A token that was granted the whole tenant acts as the number of the account that the call names.",
    )
    .proves(&["COM-OAUTH-007", "COM-OAUTH-008"]),
];

pub(super) fn cases(subject: &Subject<'_>, ready: &Ready) -> Vec<Case> {
    let mut cases = keys::cases(subject, ready);
    cases.extend(strangers::cases(subject, ready));
    cases.extend(grants::cases(subject, ready));
    cases
}
