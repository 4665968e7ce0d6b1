//! What the answers show of a number.

use fixtures::world::{ConnectionState, PiiMode};
use serde::Serialize;

use super::Number;
use super::condition::{Charge, Coexistence, Health, MetaView};
use super::settings::{SettingsSync, SettingsView};
use crate::account::Key;
use crate::time::Time;

/// The number as its provider knows it; shown when one is created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Instance<'a> {
    id: &'a str,
    tenant_id: &'a str,
    instance_name: String,
    number: &'a str,
    name: &'a str,
    display_name: &'a str,
    state: ConnectionState,
    quality: &'static str,
    primary_link: Link,
    secondary_link: Option<Link>,
    is_fully_connected: bool,
    created_at: Time,
    updated_at: Time,
}

impl<'a> Instance<'a> {
    pub(super) fn new(number: &'a Number) -> Self {
        Self {
            id: &number.id,
            tenant_id: &number.tenant,
            instance_name: instance_name(number),
            number: &number.digits,
            name: &number.name,
            display_name: &number.name,
            state: number.state,
            quality: if number.is_meta() { "GOOD" } else { "UNKNOWN" },
            primary_link: Link::primary(number),
            secondary_link: Link::secondary(number),
            is_fully_connected: number.is_fully_connected(),
            created_at: number.created_at,
            updated_at: number.updated_at,
        }
    }
}

fn instance_name(number: &Number) -> String {
    format!("{}-{}", number.tenant, number.digits)
}

/// One of a number's connections.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    state: ConnectionState,
    connected_at: Option<Time>,
}

impl Link {
    pub(super) fn primary(number: &Number) -> Self {
        Self { state: number.state, connected_at: number.connected_at }
    }

    /// Of a number that is not known yet.
    pub(super) fn closed() -> Self {
        Self { state: ConnectionState::Close, connected_at: None }
    }

    pub(super) fn secondary(number: &Number) -> Option<Self> {
        number.secondary.map(|state| Self { state, connected_at: number.secondary_connected_at })
    }
}

/// A row of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListItem<'a> {
    id: &'a str,
    instance_name: String,
    number: &'a str,
    name: &'a str,
    provider: &'static str,
    api_keys: Vec<KeyHint<'a>>,
    state: ConnectionState,
    primary_link: Link,
    secondary_link: Option<Link>,
    is_fully_connected: bool,
    // Absent, not null, on numbers without it; the detail does it the other way.
    #[serde(skip_serializing_if = "Option::is_none")]
    coexistence: Option<Coexistence>,
    #[serde(flatten)]
    charge: Charge,
    created_at: Time,
    updated_at: Time,
}

/// What the list shows of a key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyHint<'a> {
    name: &'a str,
    key_prefix: &'a str,
    key_last4: &'a str,
}

impl<'a> ListItem<'a> {
    pub(super) fn new(number: &'a Number, key: Option<&'a Key>) -> Self {
        let hint =
            |key: &'a Key| KeyHint { name: &key.name, key_prefix: key.prefix(), key_last4: key.last4() };
        Self {
            id: &number.id,
            instance_name: instance_name(number),
            number: &number.digits,
            name: &number.name,
            provider: number.provider(),
            api_keys: key.into_iter().map(hint).collect(),
            state: number.state,
            primary_link: Link::primary(number),
            secondary_link: Link::secondary(number),
            is_fully_connected: number.is_fully_connected(),
            coexistence: Coexistence::of(number),
            charge: Charge::of(number),
            created_at: number.created_at,
            updated_at: number.updated_at,
        }
    }
}

/// Everything about a number; no credential of it is ever shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail<'a> {
    id: &'a str,
    number: &'a str,
    name: &'a str,
    provider: &'static str,
    state: ConnectionState,
    is_fully_connected: bool,
    pii_mode: PiiMode,
    pii_retention_days: Option<u16>,
    settings: SettingsView,
    health: Health,
    meta: Option<MetaView<'a>>,
    coexistence: Option<Coexistence>,
    #[serde(flatten)]
    charge: Charge,
    created_at: Time,
    updated_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings_sync: Option<SettingsSync>,
}

impl<'a> Detail<'a> {
    pub(super) fn new(number: &'a Number, settings_sync: Option<SettingsSync>) -> Self {
        Self {
            id: &number.id,
            number: &number.digits,
            name: &number.name,
            provider: number.provider(),
            state: number.state,
            is_fully_connected: number.is_fully_connected(),
            pii_mode: number.pii_mode,
            pii_retention_days: number.pii_retention_days,
            settings: SettingsView::new(number),
            health: Health::of(number),
            meta: MetaView::of(number),
            coexistence: Coexistence::of(number),
            charge: Charge::of(number),
            created_at: number.created_at,
            updated_at: number.updated_at,
            settings_sync,
        }
    }
}
