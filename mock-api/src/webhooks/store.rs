//! Webhooks by tenant and number.

use std::collections::BTreeMap;

use fixtures::World;
use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use super::model::Webhook;
use super::outbox::Outbox;
use crate::auth;
use crate::call::{Caller, Credential};
use crate::error::ApiError;
use crate::ids::Ids;
use crate::link;
use crate::tenants::Leaving;
use crate::time::Time;

/// All webhooks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    pub(crate) outbox: Outbox,
    by_id: IndexMap<String, Webhook>,
    by_tenant: IndexMap<String, IndexSet<String>>,
    by_number: IndexMap<String, IndexSet<String>>,
}

/// Which webhooks a caller sees: those of the number in context, or without one all of the tenant.
#[derive(Debug, Clone, Copy)]
pub(super) enum View<'a> {
    Tenant(&'a str),
    Number(&'a str),
}

impl<'a> View<'a> {
    pub(super) fn of(caller: &'a Caller) -> Result<Self, ApiError> {
        match &caller.number {
            Some(number) => Ok(Self::Number(number)),
            // A number's key without its number sees nothing rather than everything (U-29).
            None if caller.number_scoped => Err(ApiError::number_not_found().with_status(400)),
            None if matches!(caller.credential, Credential::Numbers(_)) => Err(auth::number_required()),
            None => Ok(Self::Tenant(&caller.tenant)),
        }
    }

    fn shows(self, webhook: &Webhook) -> bool {
        match self {
            Self::Tenant(tenant) => webhook.tenant == tenant,
            Self::Number(number) => webhook.number == number,
        }
    }
}

impl Webhooks {
    pub(crate) fn load(world: &World, start: Time, ids: &mut Ids) -> Self {
        let tenants: BTreeMap<_, _> =
            world.numbers.iter().map(|number| (&number.id, &number.tenant)).collect();
        let mut webhooks = Self::default();
        for webhook in &world.webhooks {
            let Some(tenant) = tenants.get(&webhook.number) else { continue };
            webhooks.insert(from_world(webhook, tenant, start, ids));
        }
        webhooks
    }

    /// The webhooks in view, oldest first.
    pub(super) fn all(&self, view: View<'_>) -> impl Iterator<Item = &Webhook> {
        let ids = match view {
            View::Tenant(tenant) => self.by_tenant.get(tenant),
            View::Number(number) => self.by_number.get(number),
        };
        ids.into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    pub(super) fn get(&self, view: View<'_>, id: &str) -> Option<&Webhook> {
        self.by_id.get(id).filter(|webhook| view.shows(webhook))
    }

    pub(super) fn get_mut(&mut self, view: View<'_>, id: &str) -> Option<&mut Webhook> {
        self.by_id.get_mut(id).filter(|webhook| view.shows(webhook))
    }

    /// The webhooks of a number, oldest first.
    pub(super) fn of_number(&self, number: &str) -> impl Iterator<Item = &Webhook> {
        self.all(View::Number(number))
    }

    /// The webhooks of a tenant, oldest first.
    pub(super) fn of_tenant(&self, tenant: &str) -> impl Iterator<Item = &Webhook> {
        self.all(View::Tenant(tenant))
    }

    /// Every webhook of every tenant.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = &Webhook> {
        self.by_id.values()
    }

    /// A webhook whoever asks.
    pub(super) fn by_id(&self, id: &str) -> Option<&Webhook> {
        self.by_id.get(id)
    }

    pub(super) fn by_id_mut(&mut self, id: &str) -> Option<&mut Webhook> {
        self.by_id.get_mut(id)
    }

    pub(super) fn insert(&mut self, webhook: Webhook) {
        self.by_tenant.entry(webhook.tenant.clone()).or_default().insert(webhook.id.clone());
        self.by_number.entry(webhook.number.clone()).or_default().insert(webhook.id.clone());
        self.by_id.insert(webhook.id.clone(), webhook);
    }

    /// Deletes a webhook in view, and its log with it.
    pub(super) fn remove(&mut self, view: View<'_>, id: &str) -> Option<Webhook> {
        self.get(view, id)?;
        self.outbox.drop_webhook(id);
        self.unregister(id)
    }

    fn unregister(&mut self, id: &str) -> Option<Webhook> {
        let webhook = self.by_id.shift_remove(id)?;
        unlist(&mut self.by_tenant, &webhook.tenant, id);
        unlist(&mut self.by_number, &webhook.number, id);
        Some(webhook)
    }

    pub(crate) fn ids_of_tenant(&self, tenant: &str) -> impl Iterator<Item = String> {
        self.of_tenant(tenant).map(|webhook| webhook.id.clone())
    }

    /// Drops what is to be delivered to webhooks that go.
    pub(crate) fn remove_deliveries(&mut self, leaving: &Leaving) {
        for webhook in &leaving.webhooks {
            self.outbox.drop_webhook(webhook);
        }
    }

    /// Takes the webhooks of another store, to which nothing is to be delivered yet.
    pub(crate) fn absorb(&mut self, other: Self) {
        for webhook in other.by_id.into_values() {
            self.insert(webhook);
        }
    }

    /// Drops the webhooks of a number that is gone for good. What is to be delivered still is, unless it was paused: that the number is gone is among it.
    pub(crate) fn remove_number(&mut self, number: &str) {
        for id in self.by_number.get(number).cloned().unwrap_or_default() {
            match self.unregister(&id) {
                Some(webhook) if webhook.active => self.outbox.leave_over(&id, &webhook.tenant),
                _ => self.outbox.drop_webhook(&id),
            }
        }
    }
}

/// Takes an id from a list, and the list away when it was the last.
fn unlist(lists: &mut IndexMap<String, IndexSet<String>>, key: &str, id: &str) {
    if let Some(list) = lists.get_mut(key) {
        list.shift_remove(id);
        if list.is_empty() {
            lists.shift_remove(key);
        }
    }
}

/// A new signing secret.
pub(super) fn secret(ids: &mut Ids) -> String {
    format!("whsec_{}", ids.hex(32))
}

fn from_world(webhook: &fixtures::world::Webhook, tenant: &str, start: Time, ids: &mut Ids) -> Webhook {
    let created_at = Time::new(webhook.created_at.resolve(start.timestamp()));
    Webhook {
        id: webhook.id.clone(),
        tenant: tenant.to_owned(),
        number: webhook.number.clone(),
        name: webhook.name.clone().unwrap_or_else(|| link::host(&webhook.url).unwrap_or_default().to_owned()),
        url: webhook.url.clone(),
        active: webhook.active,
        events: webhook.events.clone(),
        secret: webhook.secret.clone().unwrap_or_else(|| secret(ids)),
        last_triggered: None,
        created_at,
        updated_at: created_at,
        log: std::collections::VecDeque::new(),
    }
}
