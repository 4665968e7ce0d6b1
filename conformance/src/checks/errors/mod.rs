//! Every refusal for its own reason (U-02): ids that name nothing, tool by tool, and each code of the catalogue, provoked at least once.

mod catalogue;
mod ids;
mod provoke;
mod provoked;

use crate::family::Family;
use crate::rule::Rule;
use crate::scene::Scenario;

pub(super) use ids::cases;

pub(super) const RULES: &[Rule] = &[
    Rule::must("unknown-*", "An id that names nothing is refused with 404 and the code of its kind of thing.")
        .proves(&["COM-SCOPE-010"]),
    Rule::must("already-connected", "Connecting a number that is connected is refused with 409 ALREADY_CONNECTED."),
    Rule::must("other-number", "What belongs to another number of the account is refused as if it were not there."),
    Rule::must("other-tenant", "What belongs to another tenant is refused as if it were not there.")
        .proves(&["COM-SCOPE-010"]),
    Rule::must(
        "code-*",
        "What the catalogue says of a code leads to a refusal with that code, its status, and all of the body that belongs to it.",
    )
    .proves(&["COM-ERR-001", "COM-ERR-002", "COM-ERR-016", "COM-ERR-017"]),
    Rule::must("code-VALIDATION_ERROR", "A call that does not hold against its schema is refused with 400, and every problem has an issue.")
        .proves(&["COM-ERR-003", "COM-ERR-004", "COM-ERR-005"]),
    Rule::must("code-NOT_FOUND", "A path that leads nowhere is refused with 404 NOT_FOUND.").proves(&["COM-ERR-007"]),
    Rule::must("code-METHOD_NOT_ALLOWED", "A method that a path does not take is refused with 405, and Allow names those that it does.")
        .proves(&["COM-ERR-008"]),
    Rule::must("code-UNKNOWN_FIELDS", "A strict mock refuses body fields that nobody knows with 400, and names them.")
        .proves(&["COM-ERR-011"]),
    Rule::must("code-RATE_LIMITED", "Too many requests are refused with 429; the body says in how many seconds to try again, and so does Retry-After.")
        .proves(&["COM-ERR-012"]),
    Rule::must("code-NOT_IMPLEMENTED", "What is not modelled is refused with 501, which says where the limits are listed.")
        .proves(&["COM-ERR-014"]),
    Rule::must("code-NUMBER_NOT_FOUND-2", "A key that is bound to no number is refused with 400 NUMBER_NOT_FOUND.")
        .proves(&["COM-SCOPE-011"]),
    Rule::must("code-INVALID_DATE_RANGE", "A date range that starts after its end is refused with 400 INVALID_DATE_RANGE.")
        .proves(&["COM-PAGE-009"]),
    Rule::must("code-IDEMPOTENCY_KEY_INVALID", "A key of more than 255 characters is refused with 400 IDEMPOTENCY_KEY_INVALID.")
        .proves(&["MSG-IDEM-001"]),
    Rule::must("code-PAYMENT_FAILED", "A purchase with a card that is declined is refused with 402 PAYMENT_FAILED.")
        .proves(&["ACC-BUY-010"]),
    Rule::must("code-CONFIRMATION_REQUIRED", "A purchase that leaves the free plan unconfirmed is refused with 409, with the preview in the body.")
        .proves(&["ACC-BUY-003", "ACC-BUY-004"]),
    Rule::must("code-NUMBER_LIMIT_EXCEEDED", "Giving back a slot that is in use is refused with 409 NUMBER_LIMIT_EXCEEDED.")
        .proves(&["ACC-GIVE-002"]),
];

pub(super) const SCENARIOS: &[Scenario] =
    &[Scenario { name: "error-codes", family: Family::Errors, area: None, run: provoke::run }];
