//! Links to the payment provider's pages. Nothing is charged until one is completed, which a simulation does.

use serde::Serialize;
use serde_json::{Number, Value};

use super::payment::Checkout;
use super::tenant;
use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::state::State;

/// A page of the payment provider, unlike any other.
pub(super) fn checkout_url(state: &mut State) -> String {
    format!("https://checkout.stripe.com/c/pay/cs_test_{}", state.ids.hex(32))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    url: String,
    purpose: &'static str,
    #[serde(flatten)]
    order: Option<Order>,
}

/// What only a top-up has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    amount: Number,
    currency: &'static str,
}

/// `POST /v1/billing/checkout`.
pub(super) fn checkout(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (purpose, amount) = call.read(read)?;
    let url = checkout_url(state);
    tenant(state, call)?.offer(match amount.as_ref().and_then(Number::as_f64) {
        Some(amount) => Checkout::TopUp(amount),
        None => Checkout::AddCard,
    });
    let order =
        amount.map(|amount| Order { order_id: state.ids.id("cto", call.now), amount, currency: "BRL" });
    Reply::ok(&Link { url, purpose, order })
}

/// The purpose, and the amount of a top-up.
fn read(fields: &Fields<'_>) -> Option<(&'static str, Option<Number>)> {
    fields.require("purpose");
    let purpose = fields.one_of("purpose", &["wallet_topup", "add_card"]);
    let amount = fields.value("amount").and_then(|value| {
        let amount = amount(value);
        if amount.is_none() {
            fields.issue("amount", "must be a number above 0");
        }
        amount
    });
    fields.text("successUrl");
    fields.text("cancelUrl");
    let purpose = purpose?;
    if purpose == "add_card" {
        return Some((purpose, None));
    }
    fields.require("amount");
    Some((purpose, Some(amount?)))
}

/// A positive number; one written as a string is taken too, since the rendered documentation says string.
fn amount(value: &Value) -> Option<Number> {
    let amount = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    amount.as_f64().is_some_and(|amount| amount > 0.0).then_some(amount)
}
