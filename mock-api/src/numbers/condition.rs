//! How a number stands with its provider and with billing.

use jiff::SignedDuration;
use serde::Serialize;

use super::Number;
use crate::time::Time;

/// How long a web number with an unpaid charge stays connected.
pub(super) const UNPAID_GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether the number's phone app shares it with the Cloud API.
#[derive(Debug, Serialize)]
pub(super) struct Coexistence {
    status: &'static str,
    evidence: Option<&'static str>,
}

impl Coexistence {
    /// The mock's Meta numbers live on the Cloud API alone.
    pub(super) fn of(number: &Number) -> Option<Self> {
        number.is_meta().then_some(Self { status: "NO", evidence: Some("meta_is_on_biz_app") })
    }
}

/// What is owed for it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Charge {
    extra_charge_unpaid_since: Option<Time>,
    extra_charge_disconnect_at: Option<Time>,
}

impl Charge {
    /// Meta numbers are blocked, but never disconnected.
    pub(super) fn of(number: &Number) -> Self {
        let since = number.extra_charge_unpaid_since;
        Self {
            extra_charge_unpaid_since: since,
            extra_charge_disconnect_at: since
                .filter(|_| !number.is_meta())
                .map(|since| since.plus(UNPAID_GRACE)),
        }
    }
}

/// How the provider rates it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Health {
    quality_rating: Option<&'static str>,
    messaging_limit_tier: Option<&'static str>,
    portfolio_messaging_limit_tier: Option<&'static str>,
    meta_status: Option<&'static str>,
    code: Option<&'static str>,
    reason: Option<&'static str>,
    sendable: bool,
}

impl Health {
    pub(super) fn of(number: &Number) -> Self {
        let tier = number.meta.as_ref().map(|meta| tier(meta.daily_limit));
        Self {
            quality_rating: number.is_meta().then_some("GREEN"),
            messaging_limit_tier: tier,
            portfolio_messaging_limit_tier: tier,
            meta_status: number.is_meta().then_some("CONNECTED"),
            code: None,
            reason: None,
            sendable: number.is_open(),
        }
    }
}

/// Meta's name for so many messages a day.
fn tier(daily_limit: u32) -> &'static str {
    match daily_limit {
        ..1_000 => "TIER_250",
        1_000..2_000 => "TIER_1K",
        2_000..10_000 => "TIER_2K",
        10_000..100_000 => "TIER_10K",
        100_000..1_000_000 => "TIER_100K",
        1_000_000.. => "TIER_UNLIMITED",
    }
}

/// What Meta says of it.
#[derive(Debug, Serialize)]
pub(super) struct MetaView<'a> {
    phone: MetaPhone<'a>,
    profile: MetaProfile,
    waba: Waba<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaPhone<'a> {
    id: &'a str,
    display_phone_number: String,
    verified_name: &'a str,
    quality_rating: &'static str,
    platform_type: &'static str,
    is_official_business_account: bool,
}

#[derive(Debug, Serialize)]
struct MetaProfile {
    about: Option<&'static str>,
    description: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Waba<'a> {
    id: &'a str,
}

impl<'a> MetaView<'a> {
    pub(super) fn of(number: &'a Number) -> Option<Self> {
        let meta = number.meta.as_ref()?;
        Some(Self {
            phone: MetaPhone {
                id: &meta.phone_id,
                display_phone_number: crate::phone::e164(&number.digits),
                verified_name: &number.name,
                quality_rating: "GREEN",
                platform_type: "CLOUD_API",
                is_official_business_account: meta.official_business_account,
            },
            profile: MetaProfile { about: None, description: None },
            waba: Waba { id: &meta.waba_id },
        })
    }
}
