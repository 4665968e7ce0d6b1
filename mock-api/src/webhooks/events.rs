//! Which events a webhook of a number can subscribe to by name.

use fixtures::world::{Engine, Settings};

use crate::numbers::Number;

/// Which numbers emit an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emitters {
    All,
    Meta,
    Web,
    /// Web numbers, and Meta ones that may have groups (U-35).
    WithGroups,
    /// Meta numbers, and `EVO_GO` ones in a world with `webCalling` (U-04).
    WithCalls,
}

/// The catalogue. The `number.health_*` events and `number.recovered` are not in it: they reach `*` only.
const EVENTS: [(&str, Emitters); 20] = [
    ("message.sent", Emitters::All),
    ("message.delivered", Emitters::All),
    ("message.read", Emitters::All),
    ("message.failed", Emitters::All),
    ("message.received", Emitters::All),
    ("message.reply", Emitters::All),
    ("message.group", Emitters::WithGroups),
    ("message.newsletter", Emitters::Web),
    ("number.created", Emitters::All),
    ("number.connected", Emitters::All),
    ("number.disconnected", Emitters::All),
    ("number.removed", Emitters::All),
    ("number.restored", Emitters::All),
    ("call.ringing", Emitters::WithCalls),
    ("call.connected", Emitters::WithCalls),
    ("call.ended", Emitters::WithCalls),
    ("call.missed", Emitters::WithCalls),
    ("call.permission_updated", Emitters::Meta),
    ("calls", Emitters::Meta),
    ("lead.received", Emitters::All),
];

/// The events among `asked` that the number can emit, each once; the others are dropped without a word (U-35).
pub(super) fn subscribable(asked: Vec<String>, number: &Number, settings: Settings) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for event in asked {
        if can_subscribe(&event, number, settings) && !kept.contains(&event) {
            kept.push(event);
        }
    }
    kept
}

fn can_subscribe(event: &str, number: &Number, settings: Settings) -> bool {
    if event == "*" {
        return true;
    }
    let Some((_, emitters)) = EVENTS.iter().find(|(name, _)| *name == event) else { return false };
    match emitters {
        Emitters::All => true,
        Emitters::Meta => number.is_meta(),
        Emitters::Web => !number.is_meta(),
        Emitters::WithGroups => !number.is_meta() || number.has_meta_groups(),
        Emitters::WithCalls => number.is_meta() || (settings.web_calling && number.engine == Engine::EvoGo),
    }
}
