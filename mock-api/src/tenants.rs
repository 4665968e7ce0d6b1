//! One tenant back to its world, so that tests that share a mock do not disturb each other. Every store has a part of it.

use std::collections::BTreeSet;

use fixtures::World;

use crate::schedule::Due;
use crate::state::State;
use crate::time::Time;

/// What goes with a tenant.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) tenant: String,
    pub(crate) numbers: BTreeSet<String>,
    pub(crate) webhooks: BTreeSet<String>,
    /// Tokens of remote-pairing links.
    pub(crate) pairings: BTreeSet<String>,
}

impl State {
    /// Puts a tenant's part of a world in the place of what the tenant has. Nothing else changes, but that ids go on.
    pub(crate) fn reset_tenant(&mut self, world: &World, tenant: &str, now: Time) {
        let leaving = self.leaving(world, tenant);
        for number in &leaving.numbers {
            crate::numbers::forget(self, number);
        }
        self.account.remove_tenant(tenant);
        self.messaging.remove_tenant(tenant);
        self.templates.remove_tenant(tenant);
        self.oauth.remove_tenant(tenant);
        self.numbers.remove_pairings(&leaving);
        self.webhooks.remove_deliveries(&leaving);
        self.schedule.retain(|due| !goes(due, &leaving));
        let fresh = Self::load_with(world, self.ids.clone(), now);
        self.absorb(fresh);
    }

    fn leaving(&self, world: &World, tenant: &str) -> Leaving {
        let of_world = world.numbers.iter().map(|number| &number.id);
        let of_tenant = self.numbers.all_of_tenant(tenant).map(|number| &number.id);
        let hooks = world.webhooks.iter().map(|webhook| webhook.id.clone());
        Leaving {
            tenant: tenant.to_owned(),
            numbers: of_world.chain(of_tenant).cloned().collect(),
            webhooks: hooks
                .chain(self.webhooks.ids_of_tenant(tenant))
                .chain(self.webhooks.outbox.leftovers_of(tenant))
                .collect(),
            pairings: self.numbers.pairings_of(tenant),
        }
    }

    /// Takes what another state has, which is about other things.
    fn absorb(&mut self, other: Self) {
        self.ids = other.ids;
        self.schedule.absorb(other.schedule);
        self.account.absorb(other.account);
        self.numbers.absorb(other.numbers);
        self.messaging.absorb(other.messaging);
        self.templates.absorb(other.templates);
        self.groups.absorb(other.groups);
        self.channels.absorb(other.channels);
        self.media.absorb(other.media);
        self.calls.absorb(other.calls);
        self.webhooks.absorb(other.webhooks);
    }
}

/// Whether something that falls due is about what goes.
fn goes(due: &Due, leaving: &Leaving) -> bool {
    match due {
        Due::Messaging(due) => due.goes_with(leaving),
        Due::Numbers(due) => due.goes_with(leaving),
        Due::Templates(due) => due.goes_with(leaving),
        Due::Calls(due) => due.goes_with(leaving),
        Due::Groups(due) => due.goes_with(leaving),
        Due::Webhooks(due) => due.goes_with(leaving),
    }
}
