//! Remote pairing links: a token that stands for a number until it is connected, for a day at most.

use std::cell::RefCell;
use std::collections::BTreeSet;

use fixtures::world::{ConnectionState, Engine, TemplateCategory};
use http::HeaderMap;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::create::{self, MIN_DIGITS, NewNumber};
use super::views::Instance;
use super::{Number, Numbers};
use crate::account::BrandingPatch;
use crate::call::{Call, Caller, RawBody, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::schedule::Due;
use crate::state::State;
use crate::tenants::Leaving;

/// How long a link lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// The most Meta links of a tenant that live at once; beyond it the oldest ends. Other links are as many as there are numbers.
const MAX_META_LINKS: usize = 1_000;
/// The template that a link is sent with.
const TEMPLATE: &str = "pilot_status_remote_pairing";

/// A link that was given out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pairing {
    /// The number it connects; none for a Meta link, whose number is chosen on Meta's page.
    pub(super) number: Option<String>,
    /// Whose it is.
    tenant: String,
    /// It has connected its number: there is nothing more to do with it but to look at the number's state.
    used: bool,
}

impl Numbers {
    /// Ends a link; the token is unknown from now on.
    pub(crate) fn end_pairing(&mut self, token: &str) {
        let ended = self.pairings.swap_remove(token);
        if let Some(links) = ended.and_then(|pairing| self.meta_links.get_mut(&pairing.tenant)) {
            links.retain(|link| link != token);
        }
    }

    /// A Meta link was given out: the oldest ends where there are too many.
    fn bound_meta_links(&mut self, tenant: &str, token: &str) {
        let links = self.meta_links.entry(tenant.to_owned()).or_default();
        links.push_back(token.to_owned());
        if links.len() > MAX_META_LINKS
            && let Some(oldest) = links.pop_front()
        {
            self.pairings.swap_remove(&oldest);
        }
    }

    /// The tokens of a tenant's links.
    pub(crate) fn pairings_of(&self, tenant: &str) -> BTreeSet<String> {
        let of_tenant = self.pairings.iter().filter(|(_, pairing)| pairing.tenant == tenant);
        of_tenant.map(|(token, _)| token.clone()).collect()
    }

    /// Ends the links of a tenant.
    pub(crate) fn remove_pairings(&mut self, leaving: &Leaving) {
        self.pairings.retain(|token, _| !leaving.pairings.contains(token));
        self.meta_links.swap_remove(&leaving.tenant);
    }

    /// The link has connected its number; it works no second time.
    pub(super) fn use_up(&mut self, token: &str) {
        if let Some(pairing) = self.pairings.get_mut(token) {
            pairing.used = true;
        }
    }

    /// The link as long as it can still be used.
    pub(super) fn unused_pairing(&self, token: &str) -> Result<Option<&Number>, ApiError> {
        if self.pairings.get(token).is_some_and(|pairing| pairing.used) {
            return Err(ApiError::new(Code::NotFound, "The link has been used"));
        }
        self.pairing(token)
    }

    /// The link, and its number when it has one. Links of deleted numbers do not work.
    pub(super) fn pairing(&self, token: &str) -> Result<Option<&Number>, ApiError> {
        let unknown = || ApiError::new(Code::NotFound, "The link is unknown or has expired");
        let Some(id) = &self.pairings.get(token).ok_or_else(unknown)?.number else { return Ok(None) };
        let number = self.get(id).filter(|number| number.deleted_at.is_none());
        number.map(Some).ok_or_else(unknown)
    }
}

/// What a link is asked for.
#[derive(Debug)]
struct Ask {
    /// Name and phone of the number it is for; none for a Meta link.
    number: Option<(String, String)>,
    /// Whether it is sent to the phone.
    send: bool,
}

/// The union of the documented answers (U-37).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Link<'a> {
    provider: &'static str,
    // Null for a Meta link: its number is chosen on Meta's page.
    instance: Option<Instance<'a>>,
    remote_pairing_token: &'a str,
    remote_pairing_url: String,
    number_id: Option<&'a str>,
    masked_number: Option<String>,
    message_sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_error: Option<&'static str>,
    linked_api_key_id: Option<&'static str>,
}

/// `POST /v1/numbers/remote-pairing`.
pub(super) fn create_link(state: &mut State, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ask = call.read(read)?;
    let send = ask.send;
    let (token, id) = make(state, call, ask)?;
    let url = format!("https://pilotstatus.com.br/connect/{token}");
    let sent = if send { send_link(state, call, id.as_deref(), &url) } else { Ok(false) };
    let number = state.numbers.pairing(&token)?;
    Reply::created(&Link {
        provider: number.map_or("META", Number::provider),
        instance: number.map(Instance::new),
        remote_pairing_token: &token,
        remote_pairing_url: url,
        number_id: number.map(|number| number.id.as_str()),
        masked_number: number.map(|number| crate::phone::masked(&number.digits)),
        message_sent: sent == Ok(true),
        message_error: sent.err(),
        linked_api_key_id: None,
    })
}

/// The number, if the link is for one, and the link. Answers the token and the number's id.
fn make(state: &mut State, call: &Call<'_>, ask: Ask) -> Result<(String, Option<String>), ApiError> {
    let id = match ask.number {
        None => None,
        Some((name, digits)) => {
            let (engine, connection) = (Engine::EvoGo, ConnectionState::Close);
            let new = NewNumber { name, digits, engine, state: connection, settings: Map::new(), meta: None };
            Some(create::add(state, call, new)?)
        }
    };
    let token = state.ids.id("rp", call.now);
    let due = super::Due::PairingExpires { token: token.clone() };
    state.schedule.at(call.now.plus(LIFETIME), Due::Numbers(due));
    if let Some(number) = id.as_deref().and_then(|id| state.numbers.get_mut(id)) {
        number.pairing = Some(token.clone());
    }
    let pairing = Pairing { number: id.clone(), tenant: call.caller.tenant.clone(), used: false };
    state.numbers.pairings.insert(token.clone(), pairing);
    if id.is_none() {
        state.numbers.bound_meta_links(&call.caller.tenant, &token);
    }
    Ok((token, id))
}

/// Sends the link to the phone that it is for, from the first of the tenant's numbers that has the template for it. What goes wrong does not undo the link.
fn send_link(state: &mut State, call: &Call<'_>, id: Option<&str>, url: &str) -> Result<bool, &'static str> {
    let to = id.and_then(|id| state.numbers.get(id)).map(|number| crate::phone::e164(&number.digits));
    let sender = state.numbers.of_tenant(&call.caller.tenant).find_map(|number| {
        let template = state.templates.find(number, TEMPLATE)?;
        let fits = template.category == TemplateCategory::Otp && template.is_sendable() && number.is_open();
        fits.then(|| (number.id.clone(), template.placeholders()))
    });
    let Some((sender, variables)) = sender else {
        return Err("No connected number has the template pilot_status_remote_pairing");
    };
    let variables: Map<_, _> = variables.into_iter().map(|name| (name, Value::from(url))).collect();
    let body = json!({ "templateId": TEMPLATE, "variables": variables, "destinationNumber": to });
    let caller = Caller { number: Some(sender), ..call.caller.clone() };
    let send = Call {
        caller,
        now: call.now,
        strict: false,
        headers: &HeaderMap::new(),
        path: &[],
        query: &[],
        body: &RawBody::Json(body),
        key_in_use: false,
        ignored: RefCell::default(),
    };
    crate::messaging::send(state, &send).map(|_| true).map_err(|_| "The message was refused")
}

fn read(fields: &Fields<'_>) -> Option<Ask> {
    let provider = fields.one_of("provider", &["PILOT_STATUS", "META"]);
    let flow = fields.one_of("metaFlow", &["embedded", "credentials"]);
    fields.boolean("linkToApiKey");
    let send = fields.boolean("sendViaWhatsApp").unwrap_or_default();
    // What only the connect page would use, which the mock does not have: checked, and not kept. Branding has two documented names (U-37).
    fields.text("redirectUrl");
    fields.text("externalRef");
    for branding in ["branding", "brandingOverride"].into_iter().filter_map(|key| fields.object(key)) {
        BrandingPatch::read(&branding);
    }
    if provider == Some("META") || (provider.is_none() && flow.is_some()) {
        // Ignored there, but well-formed all the same.
        fields.filled("name");
        if fields.has("number") {
            create::read_digits(fields, MIN_DIGITS);
        }
        return Some(Ask { number: None, send: false });
    }
    let name = fields.required("name");
    let digits = create::read_digits(fields, MIN_DIGITS);
    Some(Ask { number: Some((name?.to_owned(), digits?)), send })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_links_are_bounded_by_tenant() {
        let mut numbers = Numbers::default();
        let mut give = |tenant: &str, token: String| {
            let pairing = Pairing { number: None, tenant: tenant.to_owned(), used: false };
            numbers.pairings.insert(token.clone(), pairing);
            numbers.bound_meta_links(tenant, &token);
        };
        give("other", "rp_other".to_owned());
        for index in 0..=MAX_META_LINKS {
            give("tenant", format!("rp_{index}"));
        }
        assert_eq!(numbers.pairings.len(), MAX_META_LINKS + 1);
        assert!(numbers.pairing("rp_0").is_err());
        assert!(numbers.pairing("rp_1").is_ok() && numbers.pairing("rp_other").is_ok());
        numbers.end_pairing("rp_1");
        assert_eq!(numbers.meta_links["tenant"].len(), MAX_META_LINKS - 1);
    }
}
