//! What happens as the clock moves on, and the webhooks that tell of it, which are received for real.

mod delivery;
mod failure;
mod inbox;
mod lifecycle;
mod payload;
mod provoke;
mod receiver;
mod retries;
mod review;
mod schema;
mod signature;

use fixtures::{Area, Evidence};

use crate::family::Family;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::{Scenario, Scene};
use crate::targets::Target;
use inbox::Inbox;

pub(super) const RULES: &[Rule] = &[
    delivery::DELIVERED,
    signature::SIGNED,
    delivery::IN_ORDER,
    delivery::ONCE,
    delivery::FILTERED,
    delivery::PAUSED,
    delivery::OWN_NUMBER,
    delivery::DELETED,
    retries::RETRIED,
    retries::ENDS,
    retries::STATUS,
    retries::UNANSWERED,
    retries::LOGGED,
    payload::RULE,
    lifecycle::TO_READ,
    lifecycle::UNREAD,
    lifecycle::SCHEDULED,
    lifecycle::CANCELLED,
    failure::EXPIRED,
    lifecycle::RECONNECTED,
    lifecycle::WINDOW,
    failure::FAILURES,
    review::RULE,
];

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "webhooks", family: Family::Events, area: Some(Area::Webhooks), run: webhooks },
    Scenario { name: "lifecycle", family: Family::Events, area: Some(Area::Messaging), run: lifecycle },
    Scenario { name: "review", family: Family::Events, area: Some(Area::Templates), run: reviews },
];

type Check = fn(&Inbox<'_>) -> Checked;

fn webhooks(scene: &mut Scene<'_>) {
    each(scene, delivery::CHECKS);
    each(scene, signature::CHECKS);
    each(scene, retries::CHECKS);
    payload::run(scene);
}

fn lifecycle(scene: &mut Scene<'_>) {
    each(scene, lifecycle::CHECKS);
    each(scene, failure::CHECKS);
}

fn reviews(scene: &mut Scene<'_>) {
    each(scene, review::CHECKS);
}

fn each(scene: &mut Scene<'_>, checks: &[(Rule, Evidence, Check)]) {
    for (rule, evidence, check) in checks {
        for target in Target::ALL {
            scene.check(rule.name, target, *evidence, |scene| check(&Inbox::open(scene, target)?));
        }
    }
}
