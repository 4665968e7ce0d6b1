//! The names of the demo world, in which all checks speak, and what stands for them on a target that has other ones.

use std::convert::Infallible;
use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::targets::{CallError, Raw};

/// The account-wide key.
pub(crate) const TENANT_KEY: &str = "ps_demo_tenant";
/// The key of a Meta number without groups.
pub(crate) const META_KEY: &str = "ps_demo_meta";
/// The key of a Meta number that is an approved Official Business Account.
pub(crate) const META_OBA_KEY: &str = "ps_demo_meta_oba";
/// The key of a web number that is connected.
pub(crate) const WEB_KEY: &str = "ps_demo_web";
/// The key of a web number that is not.
pub(crate) const WEB_CLOSED_KEY: &str = "ps_demo_web_closed";
/// The account-wide key of another tenant.
pub(crate) const OTHER_TENANT_KEY: &str = "ps_other_tenant";
/// The key of its only number, a web number.
pub(crate) const OTHER_KEY: &str = "ps_other_web";
/// A number of another tenant.
pub(crate) const FOREIGN_NUMBER: &str = "num_other";

/// The roles in which keys and numbers appear: name, key and number in the demo world.
pub const ROLES: [(&str, &str, Option<&str>); 6] = [
    ("tenant", TENANT_KEY, None),
    ("meta", META_KEY, Some("num_meta")),
    ("meta_oba", META_OBA_KEY, Some("num_meta_oba")),
    ("web", WEB_KEY, Some("num_web")),
    ("web_closed", WEB_CLOSED_KEY, Some("num_web_closed")),
    ("other_tenant", "ps_other_tenant", Some(FOREIGN_NUMBER)),
];

/// Things that only the demo world has, beside keys and numbers.
const THINGS: [&str; 13] = [
    "wh_demo",
    "boas_vindas",
    "promo_cupom",
    "tpl_boas_vindas",
    "tpl_promo_cupom",
    "tpl_web_boas_vindas",
    "call_ana_in",
    "call_ana_done",
    "120363000000000001@g.us",
    "120363000000000002@g.us",
    "120363000000000001@newsletter",
    "1234567890123456",
    "100000000000001",
];

/// The number that a key belongs to.
pub(crate) fn number_of(key: &str) -> Option<&'static str> {
    // The other tenant's key is for all of its account.
    ROLES
        .iter()
        .find(|(role, own, _)| *own == key && *role != "other_tenant")
        .and_then(|(.., number)| *number)
}

/// Whether only the demo world has something of that name.
pub(crate) fn is_thing(name: &str) -> bool {
    THINGS.contains(&name)
}

/// A key of a target, and the number that it is for.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The raw API key.
    pub key: String,
    /// The id of the number; an account-wide key has none, but for `other_tenant`, where it is one of that tenant's.
    #[serde(default)]
    pub number: Option<String>,
}

/// Shows no key.
impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Role").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What stands for the keys and numbers of the demo world on a target.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    /// By the name of the role; `None` where the target has the demo world itself.
    given: Option<IndexMap<String, Role>>,
}

impl Roles {
    /// Roles by their names, which are those of [`ROLES`].
    ///
    /// # Errors
    /// The first name that is none of them.
    pub fn given(roles: IndexMap<String, Role>) -> Result<Self, String> {
        match roles.keys().find(|name| ROLES.iter().all(|(role, ..)| role != name)) {
            None => Ok(Self { given: Some(roles) }),
            Some(unknown) => Err(unknown.clone()),
        }
    }

    /// What goes to the target for a key.
    ///
    /// # Errors
    /// When the key is that of a role which was not given.
    pub(crate) fn key<'a>(&'a self, key: &'a str) -> Result<&'a str, CallError> {
        let Some(given) = &self.given else { return Ok(key) };
        match ROLES.iter().find(|(_, demo, _)| *demo == key) {
            Some((role, ..)) => given.get(*role).map(|role| role.key.as_str()).ok_or_else(|| missing(role)),
            None if key.starts_with("ps_demo_") || key.starts_with("ps_other_") => Err(missing(key)),
            None => Ok(key),
        }
    }

    /// The same, or any key where that one was not given.
    pub(crate) fn key_or_any<'a>(&'a self, key: &'a str) -> &'a str {
        let any =
            || self.given.as_ref().and_then(|given| given.values().next()).map(|role| role.key.as_str());
        self.key(key).ok().or_else(any).unwrap_or(key)
    }

    /// What goes to the target for arguments: its own numbers for those of the demo world.
    ///
    /// # Errors
    /// When a number is that of a role which was not given.
    pub(crate) fn arguments(&self, arguments: &Map<String, Value>) -> Result<Map<String, Value>, CallError> {
        let number = |value: &Value| {
            let Some(given) = self.given.as_ref() else { return Ok(None) };
            let role = ROLES.iter().find(|(.., number)| number.is_some_and(|number| *value == number));
            let Some((role, ..)) = role else { return Ok(None) };
            let number = given.get(*role).and_then(|role| role.number.clone());
            number.map(|number| Some(Value::from(number))).ok_or_else(|| missing(role))
        };
        let one = |(name, value): (&String, &Value)| {
            Ok((name.clone(), number(value)?.unwrap_or_else(|| value.clone())))
        };
        arguments.iter().map(one).collect()
    }

    /// What is printed in place of a key: the name of a variable, where it is one that was given.
    pub(crate) fn shown(&self, key: &str) -> String {
        let role = self.given.as_ref().and_then(|_| ROLES.iter().find(|(_, demo, _)| *demo == key));
        role.map_or_else(|| key.to_owned(), |(role, ..)| variable(role))
    }

    /// A request as it is printed.
    pub(crate) fn shown_in(&self, raw: &Raw) -> Raw {
        let Ok(raw) = raw.keyed(|key| Ok::<_, Infallible>(self.shown(key)));
        raw
    }

    /// Takes every given key out of a value, names of members included.
    pub(crate) fn hide_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(map) => {
                for (mut name, mut value) in std::mem::take(map) {
                    self.hide(&mut name);
                    self.hide_in(&mut value);
                    map.insert(name, value);
                }
            }
            _ => {}
        }
    }

    /// Takes every given key out of a text.
    pub(crate) fn hide(&self, text: &mut String) {
        for (role, Role { key, .. }) in self.given.iter().flatten() {
            if !key.is_empty() && text.contains(key.as_str()) {
                *text = text.replace(key.as_str(), &variable(role));
            }
        }
    }
}

/// The shell variable that stands for the key of a role: `$META_KEY`.
fn variable(role: &str) -> String {
    format!("${}_KEY", role.to_uppercase())
}

fn missing(role: &str) -> CallError {
    CallError::Unsupported(format!("no key or number was given for the role {role}: add it to --keys"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles() -> Roles {
        let role =
            |key: &str, number: Option<&str>| Role { key: key.into(), number: number.map(str::to_owned) };
        let given = [("meta", role("k1", Some("n1"))), ("tenant", role("k2", None))];
        Roles::given(given.map(|(name, role)| (name.to_owned(), role)).into_iter().collect()).unwrap()
    }

    #[test]
    fn given_roles_stand_for_those_of_the_demo_world() {
        let roles = roles();
        assert_eq!((roles.key(META_KEY), roles.key("ps_nobody")), (Ok("k1"), Ok("ps_nobody")));
        assert!(roles.key(WEB_KEY).is_err() && roles.key("ps_other_web").is_err());
        assert_eq!(roles.key_or_any(WEB_KEY), "k1");
        let arguments = |value: Value| value.as_object().cloned().unwrap();
        let asked = arguments(json!({ "id": "num_meta", "text": "num" }));
        assert_eq!(roles.arguments(&asked), Ok(arguments(json!({ "id": "n1", "text": "num" }))));
        assert!(roles.arguments(&arguments(json!({ "id": "num_web" }))).is_err());
        assert_eq!(Roles::default().arguments(&asked), Ok(asked));
        assert!(Roles::given([("nobody".to_owned(), roles.given.unwrap()["meta"].clone())].into()).is_err());
    }

    #[test]
    fn given_keys_are_never_shown() {
        let roles = roles();
        let mut text = "a k1, k2".to_owned();
        roles.hide(&mut text);
        assert_eq!(text, "a $META_KEY, $TENANT_KEY");
        let mut value = json!({ "k1": ["a k2", 1] });
        roles.hide_in(&mut value);
        assert_eq!(value, json!({ "$META_KEY": ["a $TENANT_KEY", 1] }));
        assert_eq!(
            (roles.shown(META_KEY), roles.shown("ps_nobody")),
            ("$META_KEY".into(), "ps_nobody".into())
        );
        assert_eq!(Roles::default().shown(META_KEY), META_KEY);
        assert!(!format!("{roles:?}").contains("k1"));
    }

    #[test]
    fn the_names_are_those_of_the_demo_world() {
        let world = include_str!("../../fixtures/worlds/demo.yaml");
        let names = ROLES.iter().flat_map(|(_, key, number)| std::iter::once(*key).chain(*number));
        for name in names.chain(THINGS) {
            assert!(world.contains(name), "{name}");
        }
    }
}
