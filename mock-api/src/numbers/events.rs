//! What webhooks learn of numbers.

use serde::Serialize;

use crate::phone::e164;
use crate::state::State;
use crate::time::Time;
use crate::webhooks::{Event, emit, emit_to_tenant};

/// What becomes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Becomes {
    Created,
    Connected,
    Disconnected,
    Removed,
    Restored,
}

impl Becomes {
    fn name(self) -> &'static str {
        match self {
            Self::Created => "number.created",
            Self::Connected => "number.connected",
            Self::Disconnected => "number.disconnected",
            Self::Removed => "number.removed",
            Self::Restored => "number.restored",
        }
    }
}

/// The `data` of the events; nothing is known of its optional fields in the mock, so they are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    number_id: &'a str,
    phone: String,
    display_name: &'a str,
    created_at: Time,
}

/// Says so to the number's webhooks. A number that was just created has none yet: that is said to the tenant's (inferred).
pub(super) fn emit_becoming(state: &mut State, id: &str, becomes: Becomes, now: Time) {
    let Some(number) = state.numbers.get(id) else { return };
    let payload = Payload {
        number_id: &number.id,
        phone: e164(&number.digits),
        display_name: &number.name,
        created_at: now,
    };
    let event = Event::new(becomes.name(), id, &payload);
    if becomes == Becomes::Created {
        let tenant = number.tenant.clone();
        emit_to_tenant(state, &tenant, &event, now);
    } else {
        emit(state, id, &event, now);
    }
}
