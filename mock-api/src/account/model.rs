//! Tenants and keys.

use fixtures::World;
use fixtures::world::Plan;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::branding::Branding;
use super::payment::Purse;
use crate::ids::Ids;
use crate::time::Time;

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) plan: Plan,
    /// How many numbers it may connect without a further charge: those that it pays for, on the free plan the free one among them.
    pub(crate) paid_numbers: u32,
    pub(crate) saved_card: bool,
    /// Of one extra number a month, in BRL.
    pub(crate) unit_price: f64,
    /// Saved branding.
    pub(crate) branding: Branding,
    pub(super) purse: Purse,
}

impl Tenant {
    /// How many numbers are paid for: on the free plan all but one.
    pub(super) fn bought(&self) -> u32 {
        if self.plan == Plan::Free { self.paid_numbers.saturating_sub(1) } else { self.paid_numbers }
    }

    /// `requested` slots were paid for, and `billed` ones where that leaves the free plan: what was free is bought too.
    pub(super) fn add_slots(&mut self, requested: u32, billed: u32) {
        let slots = if self.plan == Plan::Free { billed } else { requested };
        self.paid_numbers = self.bought().saturating_add(slots);
        self.plan = Plan::OnDemand;
    }
}

/// An API key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) raw: String,
    pub(crate) name: String,
    pub(crate) tenant: String,
    pub(crate) scope: KeyScope,
    /// The number of a number-scoped key; none once it was unlinked.
    pub(crate) number: Option<String>,
    pub(crate) created_at: Time,
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyScope {
    /// One number.
    Number,
    /// The whole account.
    Tenant,
}

impl Key {
    /// A new key of a number.
    pub(crate) fn of_number(ids: &mut Ids, tenant: &str, number: &str, now: Time) -> Self {
        Self {
            id: ids.id("key", now),
            raw: ids.api_key(),
            name: "Default".to_owned(),
            tenant: tenant.to_owned(),
            scope: KeyScope::Number,
            number: Some(number.to_owned()),
            created_at: now,
        }
    }

    pub(crate) fn scope_is_number(&self) -> bool {
        self.scope == KeyScope::Number
    }

    /// `ps_abcd`.
    pub(crate) fn prefix(&self) -> &str {
        self.raw.get(..7).unwrap_or(&self.raw)
    }

    pub(crate) fn last4(&self) -> &str {
        self.raw.get(self.raw.len().saturating_sub(4)..).unwrap_or(&self.raw)
    }
}

/// Tenants and keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    tenants: IndexMap<String, Tenant>,
    keys: IndexMap<String, Key>,
    by_raw: IndexMap<String, String>,
    by_number: IndexMap<String, String>,
    /// The account-wide key of each tenant.
    by_tenant: IndexMap<String, String>,
    /// Keys of soft-deleted numbers, by number: they authenticate nobody until the number is restored.
    suspended: IndexMap<String, Key>,
}

impl Account {
    pub(crate) fn load(world: &World, start: Time) -> Self {
        let mut account = Self::default();
        for tenant in &world.tenants {
            account.tenants.insert(
                tenant.id.clone(),
                Tenant {
                    plan: tenant.plan,
                    paid_numbers: slots(world, tenant),
                    saved_card: tenant.saved_card,
                    unit_price: tenant.unit_price,
                    branding: Branding::load(&tenant.branding),
                    purse: Purse::default(),
                },
            );
            account.insert(new_key(&tenant.key, &tenant.id, None, start));
        }
        for number in &world.numbers {
            account.insert(new_key(&number.key, &number.tenant, Some(&number.id), start));
        }
        account
    }

    pub(crate) fn tenant(&self, id: &str) -> Option<&Tenant> {
        self.tenants.get(id)
    }

    pub(crate) fn tenant_mut(&mut self, id: &str) -> Option<&mut Tenant> {
        self.tenants.get_mut(id)
    }

    /// The ids of all tenants.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = &str> {
        self.tenants.keys().map(String::as_str)
    }

    pub(crate) fn key_by_raw(&self, raw: &str) -> Option<&Key> {
        self.keys.get(self.by_raw.get(raw)?)
    }

    pub(crate) fn key_by_id(&self, id: &str) -> Option<&Key> {
        self.keys.get(id)
    }

    /// The one key of a number.
    pub(crate) fn key_of_number(&self, number: &str) -> Option<&Key> {
        self.keys.get(self.by_number.get(number)?)
    }

    /// The account-wide key of a tenant.
    pub(crate) fn key_of_tenant(&self, tenant: &str) -> Option<&Key> {
        self.keys.get(self.by_tenant.get(tenant)?)
    }

    pub(crate) fn insert(&mut self, key: Key) {
        self.by_raw.insert(key.raw.clone(), key.id.clone());
        if let Some(number) = &key.number {
            self.by_number.insert(number.clone(), key.id.clone());
        }
        if !key.scope_is_number() {
            self.by_tenant.insert(key.tenant.clone(), key.id.clone());
        }
        self.keys.insert(key.id.clone(), key);
    }

    /// Revokes a key at once.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Key> {
        let key = self.keys.swap_remove(id)?;
        self.by_raw.swap_remove(&key.raw);
        if let Some(number) = &key.number {
            self.by_number.swap_remove(number);
        }
        if !key.scope_is_number() {
            self.by_tenant.shift_remove(&key.tenant);
        }
        Some(key)
    }

    /// Puts a new key in the place of another one, which stops working at once.
    pub(crate) fn rotate(&mut self, id: &str, ids: &mut Ids, now: Time) -> Option<&Key> {
        let old = self.remove(id)?;
        let key = Key { id: ids.id("key", now), raw: ids.api_key(), created_at: now, ..old };
        let id = key.id.clone();
        self.insert(key);
        self.keys.get(&id)
    }

    /// Forgets a tenant with its keys.
    pub(crate) fn remove_tenant(&mut self, tenant: &str) {
        self.tenants.swap_remove(tenant);
        self.suspended.retain(|_, key| key.tenant != tenant);
        let keys = self.keys.values().filter(|key| key.tenant == tenant);
        for id in keys.map(|key| key.id.clone()).collect::<Vec<_>>() {
            self.remove(&id);
        }
    }

    /// Takes the tenants and keys of another account.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.tenants.extend(other.tenants);
        for key in other.keys.into_values() {
            self.insert(key);
        }
    }

    /// The number's key is bound to no number from now on.
    pub(crate) fn unlink_number(&mut self, number: &str) {
        let id = self.by_number.swap_remove(number);
        if let Some(key) = id.and_then(|id| self.keys.get_mut(&id)) {
            key.number = None;
        }
    }

    /// The number's key stops working.
    pub(crate) fn suspend_number(&mut self, number: &str) {
        let id = self.by_number.get(number).cloned();
        if let Some(key) = id.and_then(|id| self.remove(&id)) {
            self.suspended.insert(number.to_owned(), key);
        }
    }

    /// The number's key works again.
    pub(crate) fn resume_number(&mut self, number: &str) {
        if let Some(key) = self.suspended.swap_remove(number) {
            self.insert(key);
        }
    }

    /// The number's key is gone for good.
    pub(crate) fn remove_number(&mut self, number: &str) {
        self.suspend_number(number);
        self.suspended.swap_remove(number);
    }
}

/// How many numbers a tenant of the world pays for. Where one of them owes for its slot, none is free.
fn slots(world: &World, tenant: &fixtures::world::Tenant) -> u32 {
    let (mut owes, mut holders) = (false, 0_u32);
    for number in world.numbers.iter().filter(|number| number.tenant == tenant.id) {
        match number.extra_charge_unpaid_since {
            Some(_) => owes = true,
            None => holders += 1,
        }
    }
    if owes { tenant.paid_numbers.min(holders) } else { tenant.paid_numbers }
}

fn new_key(key: &fixtures::world::Key, tenant: &str, number: Option<&str>, start: Time) -> Key {
    Key {
        id: key.id.clone(),
        raw: key.raw.clone(),
        name: key.name.clone(),
        tenant: tenant.to_owned(),
        scope: if number.is_some() { KeyScope::Number } else { KeyScope::Tenant },
        number: number.map(str::to_owned),
        created_at: start,
    }
}
