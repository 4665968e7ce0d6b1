//! Verdicts out of turn.

use fixtures::world::MetaStatus;

use super::ops::not_found;
use super::view::View;
use crate::call::{Call, Reply, Route, Scope};
use crate::error::ApiError;
use crate::fields::Fields;
use crate::state::State;

pub(crate) const SIMULATIONS: &[Route] =
    &[Route::new("POST", "/simulate/template-verdict", Scope::Public, verdict)];

const VERDICTS: [(&str, MetaStatus); 4] = [
    ("APPROVED", MetaStatus::Approved),
    ("PENDING", MetaStatus::Pending),
    ("REJECTED", MetaStatus::Rejected),
    ("DISABLED", MetaStatus::Disabled),
];

/// Meta's verdict on the latest version of a template, at once. A review that is under way does not change it any more, unless it is `PENDING`.
fn verdict(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (number, template, verdict) = call.read(read)?;
    let number = state.numbers.present(&number)?;
    if !number.is_meta() {
        return Err(ApiError::invalid("/numberId", "must be a Meta Cloud API number: others have no review"));
    }
    let template = state.templates.find_mut(number, &template).ok_or_else(not_found)?;
    template.decide(verdict);
    Reply::ok(&View::new(template))
}

fn read(fields: &Fields<'_>) -> Option<(String, String, MetaStatus)> {
    let (number, template) = (fields.required("numberId"), fields.required("template"));
    fields.require("status");
    let name = fields.one_of("status", &VERDICTS.map(|(name, _)| name));
    let verdict = VERDICTS.iter().find(|(verdict, _)| Some(*verdict) == name).map(|(_, verdict)| *verdict);
    Some((number?.to_owned(), template?.to_owned(), verdict?))
}
