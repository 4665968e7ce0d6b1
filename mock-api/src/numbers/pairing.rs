//! Remote pairing links: a token that stands for a number until it is connected, for a day at most.

use fixtures::world::{ConnectionState, Engine};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Map;

use super::create::{self, MIN_DIGITS, NewNumber};
use super::views::Instance;
use super::{Number, Numbers};
use crate::account::BrandingPatch;
use crate::call::{Call, Reply};
use crate::error::{ApiError, Code};
use crate::fields::Fields;
use crate::schedule::Due;
use crate::state::State;

/// How long a link lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// A link that was given out.
#[derive(Debug, Clone)]
pub(crate) struct Pairing {
    /// The number it connects; none for a Meta link, whose number is chosen on Meta's page.
    pub(super) number: Option<String>,
}

impl Numbers {
    /// Ends a link; the token is unknown from now on.
    pub(crate) fn end_pairing(&mut self, token: &str) {
        self.pairings.shift_remove(token);
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
enum Ask {
    Web { name: String, digits: String, send: bool },
    Meta,
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
    let (id, send) = match call.read(read)? {
        Ask::Meta => (None, false),
        Ask::Web { name, digits, send } => {
            let (engine, connection) = (Engine::EvoGo, ConnectionState::Close);
            let new = NewNumber { name, digits, engine, state: connection, settings: Map::new(), meta: None };
            (Some(create::add(state, call, new)?), send)
        }
    };
    let token = state.ids.id("rp", call.now);
    state.schedule.at(call.now.plus(LIFETIME), Due::PairingExpires { token: token.clone() });
    state.numbers.pairings.insert(token.clone(), Pairing { number: id });
    let number = state.numbers.pairing(&token)?;
    Reply::created(&Link {
        provider: number.map_or("META", Number::provider),
        instance: number.map(Instance::new),
        remote_pairing_token: &token,
        remote_pairing_url: format!("https://pilotstatus.com.br/connect/{token}"),
        number_id: number.map(|number| number.id.as_str()),
        masked_number: number.map(|number| crate::phone::masked(&number.digits)),
        message_sent: false,
        // The mock does not send links. A send that fails leaves the link as it is, so this is an answer a client has to expect anyway.
        message_error: send.then_some("The template pilot_status_remote_pairing is not available"),
        linked_api_key_id: None,
    })
}

fn read(fields: &Fields<'_>) -> Option<Ask> {
    let provider = fields.one_of("provider", &["PILOT_STATUS", "META"]);
    let flow = fields.one_of("metaFlow", &["embedded", "credentials"]);
    fields.boolean("linkToApiKey");
    let send = fields.boolean("sendViaWhatsApp").unwrap_or_default();
    fields.text("redirectUrl");
    fields.text("externalRef");
    // One field under its two documented names (U-37); it changes the hosted page alone.
    for key in ["branding", "brandingOverride"] {
        if let Some(branding) = fields.object(key) {
            BrandingPatch::read(&branding);
        }
    }
    if provider == Some("META") || (provider.is_none() && flow.is_some()) {
        // Ignored there, but well-formed all the same.
        fields.filled("name");
        if fields.has("number") {
            create::read_digits(fields, MIN_DIGITS);
        }
        return Some(Ask::Meta);
    }
    let name = fields.required("name");
    let digits = create::read_digits(fields, MIN_DIGITS);
    Some(Ask::Web { name: name?.to_owned(), digits: digits?, send })
}
