use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::{LogFormat, Secret};

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn by_environment(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load(None, variables(pairs))
}

fn flags(settings: Settings, change: impl FnOnce(&mut Config)) -> Settings {
    let change = |config: &mut Config| {
        change(config);
        Ok::<(), SettingsError>(())
    };
    settings.with_flags(change).unwrap()
}

#[test]
fn variables_are_read_as_the_setting_takes_them() {
    let settings = by_environment(&[
        ("PILOT_STATUS_MCP_UPSTREAM", "http://127.0.0.1:1"),
        ("PILOT_STATUS_BASE_URL", "http://127.0.0.1:2"),
        ("PILOT_STATUS_MCP_ALLOW_HOSTS", "a.example, b.example"),
        ("PILOT_STATUS_MCP_ALLOW_ORIGINS", r#"["https://a.example"]"#),
        ("PILOT_STATUS_MCP_DRAIN_SECONDS", "1.5"),
        ("PILOT_STATUS_MCP_OUTPUT_SCHEMAS", "0"),
        ("PILOT_STATUS_READ_ONLY", "1"),
        ("PILOT_STATUS_META_TOOLS", "yes"),
        ("PILOT_STATUS_MCP_LISTEN", ""),
        ("PILOT_STATUS_MCP_CONFIG", "read by the command line"),
        ("RUST_LOG", "off"),
        ("HOME", "/"),
    ]);
    let settings = settings.unwrap();
    let config = &settings.config;
    assert_eq!(config.upstream.as_str(), "http://127.0.0.1:1");
    assert_eq!(config.allow_hosts, ["a.example", "b.example"]);
    assert_eq!(config.allow_origins, ["https://a.example"]);
    assert_eq!(config.drain.as_millis(), 1500);
    assert!(!config.output_schemas && config.selection.read_only && config.selection.meta_tools);
    assert_eq!(config.listen, Config::default().listen);
    assert_eq!(config.log.level, "off");
    assert_eq!(settings.origin("log.level"), Some(&Origin::Variable("RUST_LOG".into())));
    assert_eq!(settings.origin("listen"), None);
}

#[test]
fn text_is_taken_as_it_is() {
    for text in [r#""abc""#, "'a' # b", "a # b", "4711", "true", "[a]", "\"a", "a\\n"] {
        let settings = by_environment(&[
            ("PILOT_STATUS_OAUTH_CLIENT_SECRET", text),
            ("PILOT_STATUS_MCP_OAUTH__CLIENT_ID", text),
            ("PILOT_STATUS_MCP_OAUTH__API_SCOPE", text),
        ]);
        let oauth = settings.unwrap().config.oauth.unwrap();
        assert_eq!(oauth.client_secret, Secret::from(text), "{text}");
        assert_eq!((oauth.client_id.as_str(), oauth.api_scope.as_deref()), (text, Some(text)));
    }
}

#[test]
fn later_layers_win_setting_by_setting() {
    let file = Path::new("s.toml");
    let mut all =
        file::parse(file, "listen = '127.0.0.1:1'\n[log]\nformat = 'json'\nlevel = 'info'").unwrap();
    for layer in environment::read(variables(&[("PILOT_STATUS_MCP_LOG__LEVEL", "debug")])).unwrap() {
        merge(&mut all.values, layer.values);
        all.origins.extend(layer.origins);
    }
    let config: Config = Value::Table(all.values).try_into().unwrap();
    let settings = Settings { config, origins: all.origins };
    let settings = flags(settings, |config| config.log.level = "trace".to_owned());
    let (config, line) = (&settings.config, |line| Origin::File { path: file.to_owned(), line, column: 1 });
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Json, "trace"));
    assert_eq!(config.listen.port(), 1);
    assert_eq!(settings.origin("listen"), Some(&line(1)));
    assert_eq!(settings.origin("log.format"), Some(&line(3)));
    assert_eq!(settings.origin("log.level"), Some(&Origin::CommandLine));
}

#[test]
fn a_setting_that_is_missing_is_looked_for_where_anything_beside_it_is() {
    let text = "[oauth]\nscopes = []\nclient_id = 'a'\n[tls]\ncheck_seconds = 9";
    let layer = file::parse(Path::new("s.toml"), text).unwrap();
    let settings = Settings { config: Config::default(), origins: layer.origins };
    let place = |path| settings.blame(path).map(ToString::to_string);
    assert_eq!(place("oauth.issuer").as_deref(), Some("s.toml:2:1"));
    assert_eq!(place("oauth.client_id").as_deref(), Some("s.toml:3:1"));
    assert_eq!(place("tls.cert").as_deref(), Some("s.toml:5:1"));
    assert_eq!(place("limits.calls"), None);
    assert_eq!(place("listen"), None);
}

#[test]
fn what_is_printed_can_be_read_and_is_the_same() {
    let settings = by_environment(&[("PILOT_STATUS_MCP_LOG__FORMAT", "json")]).unwrap();
    let settings = flags(settings, |config| config.allow_hosts.push("quote\"\n".to_owned()));
    let printed = settings.to_toml().unwrap();
    assert!(printed.contains("\n[log]\nformat = \"json\"  # PILOT_STATUS_MCP_LOG__FORMAT\n"), "{printed}");
    assert!(printed.contains("]  # command line\n"), "{printed}");
    assert!(printed.contains("\nupstream = \"https://pilotstatus.com.br\"\n"), "{printed}");
    let again: Config = toml::from_str(&printed).unwrap();
    assert_eq!(leaves(&again), leaves(&settings.config));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let told = Settings::load(Some(Path::new("/nowhere/s.toml")), []).unwrap_err().to_string();
    assert!(told.starts_with("/nowhere/s.toml: "), "{told}");
}

#[test]
fn a_number_that_no_file_can_hold_is_told_and_hides_nothing() {
    let settings = by_environment(&[("PILOT_STATUS_MCP_LISTEN", "127.0.0.1:1")]).unwrap();
    let change = |config: &mut Config| {
        config.limits.calls = usize::MAX;
        Ok::<(), SettingsError>(())
    };
    let told = settings.clone().with_flags(change).unwrap_err().to_string();
    assert_eq!(told, "command line: a number is too large: it can be at most 9223372036854775807");
    let mut settings = settings;
    settings.config.limits.calls = usize::MAX;
    assert!(settings.to_toml().is_err());
}
