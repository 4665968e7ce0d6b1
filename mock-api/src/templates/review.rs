//! Meta's review: a version that was submitted gets its verdict some minutes later (U-12).

use fixtures::world::MetaStatus;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::model::Template;
use super::store::Owner;
use crate::magic;
use crate::numbers::Number;
use crate::schedule::{self, Schedule};
use crate::state::State;
use crate::tenants::Leaving;
use crate::time::Time;

/// How long a review takes.
const REVIEW: SignedDuration = SignedDuration::from_mins(3);
/// How long a template that is to be switched off stays approved.
const APPROVED_FOR: SignedDuration = SignedDuration::from_mins(3);

/// What falls due in this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A version has been reviewed.
    Reviewed {
        /// Whose template it is.
        owner: Owner,
        /// Its id.
        template: String,
        /// The version that was submitted.
        version: u32,
    },
    /// A version that had been approved is switched off.
    SwitchedOff {
        /// Whose template it is.
        owner: Owner,
        /// Its id.
        template: String,
        /// The version.
        version: u32,
    },
}

impl Due {
    /// Whether it is about something that goes with a tenant.
    pub(crate) fn goes_with(&self, leaving: &Leaving) -> bool {
        let (Self::Reviewed { owner, .. } | Self::SwitchedOff { owner, .. }) = self;
        owner.goes_with(leaving)
    }
}

/// Submits the latest version, if it is one that Meta reviews. Those that a world declares pending stay so until they are decided by simulation.
pub(super) fn submit(schedule: &mut Schedule, number: &Number, template: &Template, now: Time) {
    if template.latest.meta_status == Some(MetaStatus::Pending) {
        let due = Due::Reviewed {
            owner: Owner::of(number),
            template: template.id.clone(),
            version: template.latest.number,
        };
        schedule.at(now.plus(REVIEW), schedule::Due::Templates(due));
    }
}

/// A template that was deleted, revised or decided meanwhile has nothing to do with what falls due.
pub(crate) fn fall_due(state: &mut State, due: Due, at: Time) {
    let (Due::Reviewed { owner, template, version } | Due::SwitchedOff { owner, template, version }) = &due;
    let Some(template) = state.templates.of_owner_mut(owner, template) else { return };
    let stands = |status| template.latest.number == *version && template.latest.meta_status == Some(status);
    match due {
        Due::Reviewed { owner, template: id, version } if stands(MetaStatus::Pending) => {
            // The name may ask for another end (U-19).
            let verdict = magic::review(&template.name).unwrap_or(MetaStatus::Approved);
            if verdict == MetaStatus::Disabled {
                // Nothing is switched off that was not on.
                template.decide(MetaStatus::Approved);
                let due = Due::SwitchedOff { owner, template: id, version };
                state.schedule.at(at.plus(APPROVED_FOR), schedule::Due::Templates(due));
            } else {
                template.decide(verdict);
            }
        }
        Due::SwitchedOff { .. } if stands(MetaStatus::Approved) => template.decide(MetaStatus::Disabled),
        _ => {}
    }
}
