//! How payments end.

use serde::Serialize;

use super::payment::{Checkout, PaymentError, PaymentResult};
use crate::call::{Call, Reply, Route, Scope};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::state::State;

pub(crate) const SIMULATIONS: &[Route] = &[Route::new("POST", "/simulate/payment", Scope::Public, payment)];

const RESULTS: [(&str, PaymentResult); 5] = [
    ("paid", PaymentResult::Paid),
    ("declined", PaymentResult::Refused(PaymentError::Declined)),
    ("insufficient_funds", PaymentResult::Refused(PaymentError::InsufficientFunds)),
    ("in_progress", PaymentResult::Refused(PaymentError::InProgress)),
    ("provider_error", PaymentResult::Refused(PaymentError::ProviderError)),
];

#[derive(Debug, Serialize)]
struct Decided {
    ok: bool,
    /// What the page that was completed is for; none when it is the next payment that ends so.
    completed: Option<&'static str>,
}

/// The next payment of a tenant ends so. A page that waits is completed when it is `paid`; new money settles at once what is owed for numbers, and new slots are taken by those that need
/// one.
fn payment(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (tenant, result) = call.read(read)?;
    let unknown = || ApiError::new(Code::NotFound, "No such tenant");
    let page = state.account.tenant_mut(&tenant).ok_or_else(unknown)?.decide(result);
    let completed = page.map(|page| match page {
        Checkout::TopUp(_) => "wallet_topup",
        Checkout::AddCard => "add_card",
        Checkout::ExtraNumbers { .. } => "extra_numbers",
    });
    match completed {
        Some("wallet_topup" | "add_card") => crate::numbers::retry_tenant(state, &tenant, call.now),
        Some(_) => crate::numbers::fill_slots(state, &tenant, call.now),
        None => {}
    }
    Reply::ok(&Decided { ok: true, completed })
}

fn read(fields: &Fields<'_>) -> Option<(String, PaymentResult)> {
    let tenant = fields.required("tenantId");
    fields.require("result");
    let name = fields.one_of("result", &RESULTS.map(|(name, _)| name));
    let result = RESULTS.iter().find(|(result, _)| Some(*result) == name).map(|(_, result)| *result);
    Some((tenant?.to_owned(), result?))
}
