//! Keys of one's own, from a file and from the environment.

use std::path::Path;
use std::{env, fs};

use conformance::{ROLES, Role, Roles};
use indexmap::IndexMap;

/// How the variables with keys begin: PILOT_STATUS_CONFORMANCE_META_KEY, …_META_NUMBER.
pub(crate) const VARIABLE: &str = "PILOT_STATUS_CONFORMANCE";

/// The roles of the file, over which those of the environment win; `None` where there are none.
pub(crate) fn roles(file: Option<&Path>) -> Result<Option<Roles>, String> {
    let mut given = file.map(read).transpose()?.unwrap_or_default();
    for (role, ..) in ROLES {
        let of = |what: &str| variable(&format!("{VARIABLE}_{}_{what}", role.to_uppercase()));
        if let Some(key) = of("KEY") {
            let number = of("NUMBER").or_else(|| given.get(role).and_then(|role| role.number.clone()));
            given.insert(role.to_owned(), Role { key, number });
        }
    }
    if let Some((role, _)) = given.iter().find(|(_, role)| !sendable(&role.key)) {
        return Err(format!("the key of the role {role} is empty, or cannot be sent in a header"));
    }
    if given.is_empty() {
        return if file.is_some() {
            Err("there are no keys in the file of --keys".to_owned())
        } else {
            Ok(None)
        };
    }
    let names: Vec<&str> = ROLES.iter().map(|(role, ..)| *role).collect();
    let unknown = |role: String| format!("{role} is no role; there are {}", names.join(", "));
    Roles::given(given).map(Some).map_err(unknown)
}

fn read(file: &Path) -> Result<IndexMap<String, Role>, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("failed to read {name}: {error}"))?;
    // What the parser says could repeat a key, so that only the place is told.
    serde_saphyr::from_str(&text).map_err(|error| {
        let place = error.location().map(|place| format!(":{}:{}", place.line(), place.column()));
        format!("{name}{}: not a map of roles to {{key: …, number: …}}", place.unwrap_or_default())
    })
}

fn sendable(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A variable of the environment that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
