//! A number and what it is made from.

use std::collections::VecDeque;

use fixtures::World;
use fixtures::world::{ConnectionState, Engine, MetaNumber, PiiMode};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::upstream::{Links, Upstream};
use crate::error::{ApiError, Code};
use crate::time::Time;

/// A WhatsApp number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) engine: Engine,
    pub(crate) digits: String,
    pub(crate) name: String,
    pub(crate) state: ConnectionState,
    /// Since when it is connected, while it is.
    pub(crate) connected_at: Option<Time>,
    /// When its connection was lost, until that is reported.
    pub(crate) dropped_at: Option<Time>,
    /// State of the second link, on numbers that have one.
    pub(crate) secondary: Option<ConnectionState>,
    /// Since when the second link is connected, while it is.
    pub(crate) secondary_connected_at: Option<Time>,
    pub(crate) meta: Option<MetaNumber>,
    pub(crate) pii_mode: PiiMode,
    pub(crate) pii_retention_days: Option<u16>,
    /// Only the settings that differ from the defaults.
    pub(crate) settings: Map<String, Value>,
    pub(crate) extra_charge_unpaid_since: Option<Time>,
    /// Whether it holds one of the slots that the tenant pays for: since it first connected, unless it is blocked because that is unpaid.
    pub(super) has_slot: bool,
    /// How its provider answers.
    pub(super) upstream: Upstream,
    /// The remote pairing link it was made for.
    pub(super) pairing: Option<String>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    /// Since when it is soft-deleted (U-05).
    pub(crate) deleted_at: Option<Time>,
}

impl Number {
    pub(crate) fn is_meta(&self) -> bool {
        self.engine == Engine::Meta
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == ConnectionState::Open
    }

    /// Whether its provider still has an instance of it.
    pub(crate) fn has_instance(&self) -> bool {
        self.upstream != Upstream::NoInstance
    }

    /// It is disconnected, with all its links, and not by accident.
    pub(super) fn close(&mut self) {
        self.dropped_at = None;
        self.state = ConnectionState::Close;
        self.connected_at = None;
        self.secondary = self.secondary.map(|_| ConnectionState::Close);
        self.secondary_connected_at = None;
    }

    /// Whether it may not send, because it is beyond what the tenant pays for.
    pub(super) fn is_blocked(&self) -> bool {
        self.extra_charge_unpaid_since.is_some()
    }

    /// Whether every link that it has is connected.
    pub(crate) fn is_fully_connected(&self) -> bool {
        Links::of(self).all_open()
    }

    /// Meta number that is an approved Official Business Account with groups (U-09).
    pub(crate) fn has_meta_groups(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| meta.official_business_account)
    }

    /// The WABA that owns it.
    pub(crate) fn waba(&self) -> Option<&str> {
        self.meta.as_ref().map(|meta| meta.waba_id.as_str())
    }

    /// `provider` of a number in answers (U-34).
    pub(crate) fn provider(&self) -> &'static str {
        if self.is_meta() { "META" } else { "PILOT_STATUS" }
    }

    /// `provider` of a media descriptor (U-34).
    pub(crate) fn media_provider(&self) -> &'static str {
        match self.engine {
            Engine::Meta => "META",
            Engine::EvoGo => "EVO_GO",
            Engine::EvoV2 => "EVO",
        }
    }
}

/// All numbers, soft-deleted ones included.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(super) by_id: IndexMap<String, Number>,
    pub(super) by_tenant: IndexMap<String, Vec<String>>,
    /// By tenant and digits.
    #[serde(with = "indexmap::map::serde_seq")]
    by_phone: IndexMap<(String, String), String>,
    pub(super) pairings: IndexMap<String, super::pairing::Pairing>,
    /// Tokens of Meta links by tenant, oldest first.
    pub(super) meta_links: IndexMap<String, VecDeque<String>>,
    pub(super) directory: super::check::Directory,
}

impl Numbers {
    pub(crate) fn load(world: &World, start: Time) -> Self {
        let mut numbers =
            Self { directory: super::check::Directory::load(&world.directory), ..Self::default() };
        for number in &world.numbers {
            let created_at = Time::new(number.created_at.resolve(start.timestamp()));
            numbers.insert(Number {
                id: number.id.clone(),
                tenant: number.tenant.clone(),
                engine: number.engine,
                digits: number.digits.clone(),
                name: number.name.clone(),
                state: number.state,
                connected_at: (number.state == ConnectionState::Open).then_some(created_at),
                dropped_at: None,
                secondary: None,
                secondary_connected_at: None,
                meta: number.meta.clone(),
                pii_mode: number.pii_mode,
                pii_retention_days: number.pii_retention_days,
                settings: number.settings.clone(),
                extra_charge_unpaid_since: number
                    .extra_charge_unpaid_since
                    .map(|moment| Time::new(moment.resolve(start.timestamp()))),
                // It is taken for one that has connected before; what it owes, the world says.
                has_slot: number.extra_charge_unpaid_since.is_none(),
                upstream: Upstream::default(),
                pairing: None,
                created_at,
                updated_at: created_at,
                deleted_at: None,
            });
        }
        numbers
    }

    pub(crate) fn insert(&mut self, number: Number) {
        self.by_tenant.entry(number.tenant.clone()).or_default().push(number.id.clone());
        self.by_phone.insert((number.tenant.clone(), number.digits.clone()), number.id.clone());
        self.by_id.insert(number.id.clone(), number);
    }

    /// A number of any tenant, soft-deleted or not.
    pub(crate) fn get(&self, id: &str) -> Option<&Number> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Number> {
        self.by_id.get_mut(id)
    }

    /// A number of the tenant that is not soft-deleted.
    pub(crate) fn active(&self, tenant: &str, id: &str) -> Option<&Number> {
        self.get(id).filter(|number| number.tenant == tenant && number.deleted_at.is_none())
    }

    /// A number of any tenant that is not soft-deleted; for what is not called by a tenant.
    pub(crate) fn present(&self, id: &str) -> Result<&Number, ApiError> {
        self.get(id).filter(|number| number.deleted_at.is_none()).ok_or_else(ApiError::number_not_found)
    }

    /// The same, to change it.
    pub(crate) fn active_mut(&mut self, tenant: &str, id: &str) -> Result<&mut Number, ApiError> {
        let number =
            self.by_id.get_mut(id).filter(|number| number.tenant == tenant && number.deleted_at.is_none());
        number.ok_or_else(ApiError::number_not_found)
    }

    /// The number, when it is connected (U-09).
    pub(crate) fn require_open(&self, id: &str) -> Result<&Number, ApiError> {
        let number = self.get(id).ok_or_else(ApiError::number_not_found)?;
        if number.is_open() {
            return Ok(number);
        }
        Err(ApiError::new(Code::WhatsappInstanceNotConnected, "The number is not connected to WhatsApp"))
    }

    /// Takes the numbers of another store; what is known of other phones stays.
    pub(crate) fn absorb(&mut self, other: Self) {
        for number in other.by_id.into_values() {
            self.insert(number);
        }
        self.pairings.extend(other.pairings);
    }

    /// What is known of other phones.
    pub(crate) fn directory(&self) -> &super::Directory {
        &self.directory
    }

    /// Every number of the tenant, soft-deleted ones included, oldest first.
    pub(crate) fn all_of_tenant(&self, tenant: &str) -> impl Iterator<Item = &Number> {
        let ids = self.by_tenant.get(tenant).into_iter().flatten();
        ids.filter_map(|id| self.get(id))
    }

    /// The tenant's number with this phone, soft-deleted or not.
    pub(super) fn with_phone(&self, tenant: &str, digits: &str) -> Option<&Number> {
        self.get(self.by_phone.get(&(tenant.to_owned(), digits.to_owned()))?)
    }

    /// Forgets a number and its links.
    pub(super) fn remove(&mut self, id: &str) -> Option<Number> {
        let number = self.by_id.swap_remove(id)?;
        self.by_phone.swap_remove(&(number.tenant.clone(), number.digits.clone()));
        if let Some(ids) = self.by_tenant.get_mut(&number.tenant) {
            ids.retain(|other| other != id);
        }
        if let Some(token) = &number.pairing {
            self.pairings.swap_remove(token);
        }
        Some(number)
    }

    /// How many of the tenant's slots are taken.
    pub(crate) fn taken_slots(&self, tenant: &str) -> usize {
        self.all_of_tenant(tenant).filter(|number| number.has_slot).count()
    }

    /// The tenant's numbers that are not soft-deleted, oldest first.
    pub(crate) fn of_tenant(&self, tenant: &str) -> impl Iterator<Item = &Number> {
        self.all_of_tenant(tenant).filter(|number| number.deleted_at.is_none())
    }

    /// The ids of a tenant's numbers, or of all, without the soft-deleted ones.
    pub(crate) fn ids(&self, tenant: Option<&str>) -> impl Iterator<Item = &str> {
        let meant = move |number: &&Number| tenant.is_none_or(|tenant| number.tenant == tenant);
        let present = self.by_id.values().filter(|number| number.deleted_at.is_none());
        present.filter(meant).map(|number| number.id.as_str())
    }
}
