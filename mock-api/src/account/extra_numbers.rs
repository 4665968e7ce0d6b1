//! How many numbers a tenant pays for.

use fixtures::world::Plan;
use serde::Serialize;

use super::payment::Checkout;
use super::{Tenant, tenant};
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::state::State;

/// What a purchase would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Preview {
    requires_conversion: bool,
    from_plan: Plan,
    to_plan: Plan,
    current_numbers: u32,
    requested: u32,
    billed_quantity: u32,
    #[serde(rename = "unitPriceBRL")]
    unit_price: f64,
    #[serde(rename = "monthlyTotalBRL")]
    monthly_total: f64,
    messages_become_unlimited: bool,
    has_saved_card: bool,
    explanation: Explanation,
}

#[derive(Debug, Serialize)]
struct Explanation {
    pt: String,
    en: String,
}

impl Preview {
    /// Leaving the free plan, the numbers that were not paid for before are billed too.
    fn new(tenant: &Tenant, current_numbers: u32, requested: u32) -> Self {
        let converts = tenant.plan == Plan::Free;
        let free = if converts { current_numbers.saturating_sub(tenant.bought()) } else { 0 };
        let billed = requested.saturating_add(free);
        Self {
            requires_conversion: converts,
            from_plan: tenant.plan,
            to_plan: Plan::OnDemand,
            current_numbers,
            requested,
            billed_quantity: billed,
            unit_price: tenant.unit_price,
            monthly_total: monthly_total(tenant, billed),
            messages_become_unlimited: converts,
            has_saved_card: tenant.saved_card,
            explanation: Explanation {
                pt: format!("{requested} a mais: {billed} número(s) cobrado(s) por mês"),
                en: format!("{requested} more: {billed} number(s) billed a month"),
            },
        }
    }
}

/// In BRL, to the cent.
fn monthly_total(tenant: &Tenant, quantity: u32) -> f64 {
    (tenant.unit_price * f64::from(quantity) * 100.0).round() / 100.0
}

/// No limit is documented; one that does not fit is read as the largest that does.
fn clamp(quantity: u64) -> u32 {
    u32::try_from(quantity).unwrap_or(u32::MAX)
}

fn count_numbers(state: &State, call: &Call<'_>) -> u32 {
    clamp(state.numbers.of_tenant(&call.caller.tenant).count() as u64)
}

/// `GET /v1/subscription/extra-numbers`: what buying would cost.
pub(super) fn preview(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let requested = clamp(call.count("quantity", 1)? as u64);
    let current = count_numbers(state, call);
    Reply::ok(&Preview::new(tenant(state, call)?, current, requested))
}

fn quantity(fields: &Fields<'_>) -> Option<u32> {
    if !fields.has("quantity") {
        return Some(1);
    }
    let quantity = u64::try_from(fields.integer("quantity")?).ok().filter(|quantity| *quantity >= 1);
    if quantity.is_none() {
        fields.issue("quantity", "must be at least 1");
    }
    quantity.map(clamp)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bought {
    success: bool,
    charged: bool,
    plan: Plan,
    paid_extra_numbers: u32,
    #[serde(rename = "monthlyTotalBRL")]
    monthly_total: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToCheckout {
    success: bool,
    charged: bool,
    checkout_url: String,
}

/// `POST /v1/subscription/extra-numbers`: charged at once where a card is saved; otherwise the slots come when the page is completed.
pub(super) fn buy(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (requested, confirmed) =
        call.read(|fields| Some((quantity(fields), fields.boolean("confirm").unwrap_or_default())))?;
    let current = count_numbers(state, call);
    let tenant = tenant(state, call)?;
    let preview = Preview::new(tenant, current, requested.unwrap_or(1));
    if preview.requires_conversion && !confirmed {
        let preview = serde_json::to_value(&preview).unwrap_or_default();
        let error = ApiError::new(
            Code::ConfirmationRequired,
            "This leaves the free plan: repeat it with confirm true",
        );
        return Err(error.with("preview", preview));
    }
    if !tenant.saved_card {
        let (requested, billed) = (preview.requested, preview.billed_quantity);
        tenant.offer(Checkout::ExtraNumbers { requested, billed });
        let checkout_url = super::billing::checkout_url(state);
        return Reply::ok(&ToCheckout { success: true, charged: false, checkout_url });
    }
    let total = preview.monthly_total;
    tenant.charge(total).map_err(|error| error.into_api(total))?;
    tenant.add_slots(preview.requested, preview.billed_quantity);
    let reply = Reply::ok(&Bought {
        success: true,
        charged: true,
        plan: tenant.plan,
        paid_extra_numbers: tenant.paid_numbers,
        monthly_total: monthly_total(tenant, tenant.paid_numbers),
    });
    crate::numbers::fill_slots(state, &call.caller.tenant, call.now);
    reply
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GivenBack {
    success: bool,
    // True although nothing is: documented so.
    charged: bool,
    plan: Plan,
    paid_extra_numbers: u32,
    max_numbers: u32,
    // Nothing is refunded for the cycle that is paid.
    prorated_total: u32,
}

/// `DELETE /v1/subscription/extra-numbers`: gives slots back, as far as they are not in use.
pub(super) fn give_back(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let quantity = call.read(quantity)?;
    let taken = clamp(state.numbers.taken_slots(&call.caller.tenant) as u64);
    let tenant = tenant(state, call)?;
    let left = tenant.paid_numbers.checked_sub(quantity).filter(|left| *left >= taken);
    // The slot of the free plan is not paid for, so there is nothing to give back.
    let Some(left) = left.filter(|_| tenant.plan == Plan::OnDemand) else {
        return Err(ApiError::new(
            Code::NumberLimitExceeded,
            "There are more connected numbers than slots would be left",
        ));
    };
    tenant.paid_numbers = left;
    Reply::ok(&GivenBack {
        success: true,
        charged: true,
        plan: tenant.plan,
        paid_extra_numbers: left,
        max_numbers: left,
        prorated_total: 0,
    })
}
