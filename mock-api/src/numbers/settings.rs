//! The settings of a number: which there are, their defaults, how they are read.

use fixtures::world::Engine;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Number;
use crate::fields::Fields;

/// Switches that every number stores, with their defaults; the last one works on Meta numbers alone.
const SWITCHES: [(&str, bool); 4] = [
    ("historyImportEnabled", true),
    ("webhookHistoricalMessages", false),
    ("ignoreNewsletters", false),
    ("markReadOnSend", true),
];

/// Switches of Evolution GO; `null` leaves them to the provider.
const GO_SWITCHES: [&str; 5] = ["alwaysOnline", "rejectCall", "readMessages", "ignoreGroups", "ignoreStatus"];
const REJECT_TEXT: &str = "msgRejectCall";
const REJECT_TEXT_MAX: usize = 1000;

/// The settings that a body names; unknown ones are left out.
pub(super) fn read(fields: &Fields<'_>) -> Map<String, Value> {
    let mut settings = Map::new();
    for (key, _) in SWITCHES {
        if let Some(on) = fields.boolean(key) {
            settings.insert(key.to_owned(), on.into());
        }
    }
    for key in GO_SWITCHES {
        if let Some(on) = fields.nullable(key, |fields| fields.boolean(key)) {
            settings.insert(key.to_owned(), on.into());
        }
    }
    if let Some(text) = fields.nullable(REJECT_TEXT, |fields| fields.at_most(REJECT_TEXT, REJECT_TEXT_MAX)) {
        settings.insert(REJECT_TEXT.to_owned(), text.into());
    }
    settings
}

/// Changes the settings that are named and no others.
pub(super) fn apply(number: &mut Number, settings: Map<String, Value>) {
    number.settings.extend(settings);
}

impl Number {
    /// Whether a switch is on; one that was never set stands at its default, and one that is left to the provider is off.
    pub(crate) fn switched_on(&self, key: &str) -> bool {
        let default = || SWITCHES.iter().any(|(switch, on)| *switch == key && *on);
        self.settings.get(key).and_then(Value::as_bool).unwrap_or_else(default)
    }
}

/// All settings with their present values.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettingsView {
    #[serde(flatten)]
    values: Map<String, Value>,
    applies_to: AppliesTo,
}

/// On which numbers a group of settings has an effect.
#[derive(Debug, Serialize)]
struct AppliesTo {
    history: &'static str,
    advanced: &'static str,
    sending: &'static str,
}

impl SettingsView {
    pub(super) fn new(number: &Number) -> Self {
        let defaults = SWITCHES.map(|(key, on)| (key, Value::from(on)));
        let unset = GO_SWITCHES.into_iter().chain([REJECT_TEXT]).map(|key| (key, Value::Null));
        let value = |key: &str, default| number.settings.get(key).cloned().unwrap_or(default);
        let values =
            defaults.into_iter().chain(unset).map(|(key, default)| (key.to_owned(), value(key, default)));
        Self {
            values: values.collect(),
            applies_to: AppliesTo {
                history: "all",
                advanced: if number.engine == Engine::EvoGo { "evolution-go" } else { "none" },
                sending: if number.is_meta() { "meta" } else { "none" },
            },
        }
    }
}

/// What came of pushing Evolution GO settings to the number's links.
#[derive(Debug, Serialize)]
pub(super) struct SettingsSync {
    applied: usize,
    failed: usize,
    skipped: usize,
}

impl SettingsSync {
    /// None where nothing was pushed: a link that is not connected is skipped, and one whose provider does not answer fails.
    pub(super) fn of(number: &Number, settings: &Map<String, Value>) -> Option<Self> {
        let is_go = |key: &String| key == REJECT_TEXT || GO_SWITCHES.contains(&key.as_str());
        if number.engine != Engine::EvoGo || !settings.keys().any(is_go) {
            return None;
        }
        let links = [Some(number.state), number.secondary];
        let open = links.iter().flatten().filter(|state| **state == super::ConnectionState::Open).count();
        let skipped = links.iter().flatten().count() - open;
        let (applied, failed) = if number.upstream.works() { (open, 0) } else { (0, open) };
        Some(Self { applied, failed, skipped })
    }
}
