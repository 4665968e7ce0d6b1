//! Settings by variables of the environment.

use std::ffi::OsString;

use toml::Value;
use toml::de::DeTable;

use super::{Layer, Origin, Origins, SettingsError, file};
use crate::Config;

/// What the variables begin with. The path of the setting follows in capitals, with two underscores where the file has a dot, such as
/// `PILOT_STATUS_MCP_LOG__FORMAT` for `log.format`.
pub const PREFIX: &str = "PILOT_STATUS_MCP_";

/// Variables with a name of their own, and what they set. Those with the prefix win over them.
const OTHERS: [(&str, &str); 8] = [
    ("PILOT_STATUS_AREAS", "selection.areas"),
    ("PILOT_STATUS_BASE_URL", "upstream"),
    ("PILOT_STATUS_META_TOOLS", "selection.meta_tools"),
    ("PILOT_STATUS_OAUTH_CLIENT_SECRET", "oauth.client_secret"),
    ("PILOT_STATUS_OUTPUT_SCHEMAS", "output_schemas"),
    ("PILOT_STATUS_READ_ONLY", "selection.read_only"),
    ("PILOT_STATUS_TOOLS", "selection.tools"),
    ("RUST_LOG", "log.level"),
];

/// The variable that names the file.
const FILE: &str = "PILOT_STATUS_MCP_CONFIG";

/// One layer for each variable that sets something. An empty variable sets nothing.
pub(super) fn read(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<Layer>, SettingsError> {
    let mut variables: Vec<(bool, String, String, OsString)> = environment
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let path = path(&name)?;
            Some((name.starts_with(PREFIX), name, path, value))
        })
        .collect();
    variables.sort();
    variables.into_iter().map(|(_, name, path, value)| layer(name, &path, value)).collect()
}

fn path(name: &str) -> Option<String> {
    let other = OTHERS.iter().find(|(other, _)| *other == name).map(|(_, path)| (*path).to_owned());
    let rest = name.strip_prefix(PREFIX).filter(|_| name != FILE);
    other.or_else(|| rest.map(|rest| rest.to_ascii_lowercase().replace("__", ".")))
}

/// A value is read as text where the setting is one, whatever it looks like; else as TOML, else as a list of texts with commas between them.
fn layer(name: String, path: &str, value: OsString) -> Result<Layer, SettingsError> {
    let value = value.into_string().map_err(|_| SettingsError::new(&name, "the value is not UTF-8"))?;
    let list = value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect();
    let candidates = [Value::from(value.as_str()).to_string(), value, Value::Array(list).to_string()];
    let mut mistakes = Vec::new();
    for candidate in &candidates {
        let text = format!("{path} = {candidate}");
        let Ok(document) = DeTable::parse(&text) else { continue };
        match toml::from_str::<Config>(&text) {
            Ok(_) => {
                let mut origins = Origins::new();
                let origin = |_| Origin::Variable(name.clone());
                file::locate("", document.get_ref(), &origin, &mut origins);
                return Ok(Layer { values: text.parse().unwrap_or_default(), origins });
            }
            Err(error) => mistakes.push(SettingsError::of(&name, document.get_ref(), &error)),
        }
    }
    // What is no TOML is told of as text.
    let told = mistakes.get(usize::from(mistakes.len() == candidates.len()));
    Err(told.cloned().unwrap_or_else(|| SettingsError::new(name, "it names no setting")))
}
