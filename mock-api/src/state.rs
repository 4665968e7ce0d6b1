//! Everything the mock holds, one store per area. Each area owns its store and its rules; this file only puts them together.

use fixtures::World;
use fixtures::world::Settings;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::calls::Calls;
use crate::channels::Channels;
use crate::groups::Groups;
use crate::ids::Ids;
use crate::media::MediaStore;
use crate::messaging::Messaging;
use crate::numbers::Numbers;
use crate::oauth::Oauth;
use crate::schedule::{Due, Schedule};
use crate::templates::Templates;
use crate::time::Time;
use crate::webhooks::Webhooks;

/// The state behind one lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
    pub(crate) schedule: Schedule,
    pub(crate) account: Account,
    pub(crate) numbers: Numbers,
    pub(crate) messaging: Messaging,
    pub(crate) templates: Templates,
    pub(crate) groups: Groups,
    pub(crate) channels: Channels,
    pub(crate) media: MediaStore,
    pub(crate) calls: Calls,
    pub(crate) webhooks: Webhooks,
    pub(crate) oauth: Oauth,
}

impl State {
    /// The state that a world describes, loaded at `start`.
    pub(crate) fn load(world: &World, seed: u64, start: Time) -> Self {
        Self::load_with(world, Ids::new(seed), start)
    }

    /// The same with ids that go on from where they are.
    pub(crate) fn load_with(world: &World, mut ids: Ids, start: Time) -> Self {
        let mut state = Self {
            settings: world.settings,
            account: Account::load(world, start),
            numbers: Numbers::load(world, start),
            messaging: Messaging::load(world, start, &mut ids),
            templates: Templates::load(world, start),
            groups: Groups::load(world),
            channels: Channels::load(world),
            media: MediaStore::load(world),
            calls: Calls::load(world, start, &mut ids),
            webhooks: Webhooks::load(world, start, &mut ids),
            oauth: Oauth::load(world),
            schedule: Schedule::default(),
            ids,
        };
        crate::numbers::enter_dues(&mut state, start);
        state
    }

    /// Lets everything happen that is due at `now`, in order.
    pub(crate) fn settle(&mut self, now: Time) {
        while let Some((at, due)) = self.schedule.next_due(now) {
            match due {
                Due::Messaging(due) => crate::messaging::fall_due(self, due, at),
                Due::Numbers(due) => crate::numbers::fall_due(self, due, at),
                Due::Templates(due) => crate::templates::fall_due(self, due, at),
                Due::Calls(due) => crate::calls::fall_due(self, due, at),
                Due::Groups(due) => crate::groups::fall_due(self, due, at),
                Due::Webhooks(due) => crate::webhooks::fall_due(self, due),
            }
        }
    }
}
