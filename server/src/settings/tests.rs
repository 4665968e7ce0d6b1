use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::{LogFormat, OAuth, Secret};

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

fn mistake(text: &str) -> String {
    file::parse(Path::new("s.toml"), text).unwrap_err().to_string()
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_place_and_what_is_allowed() {
    for (text, place, parts) in [
        (
            "\nupsteam = 'http://a'",
            "s.toml:2:1: ",
            &["unknown setting `upsteam`; did you mean `upstream`?"][..],
        ),
        ("[log]\n  format = 'xml'", "s.toml:2:12: ", &["`log.format` cannot be `xml`; known are text, json"]),
        ("é = 1", "s.toml:1:1: ", &[]),
        ("listen = 'here'", "s.toml:1:10: ", &["address"]),
        ("upstream = 'ftp://a'", "s.toml:1:12: ", &["http://"]),
        ("drain_seconds = 0", "s.toml:1:17: ", &["more than 0"]),
        ("drain_seconds = -1", "s.toml:1:17: ", &["more than 0"]),
        ("drain_seconds = 1e300", "s.toml:1:17: ", &["86400"]),
        ("drain_seconds = nan", "s.toml:1:17: ", &["86400"]),
        (
            "max_response_bytes = 'many'",
            "s.toml:1:22: ",
            &["`max_response_bytes` must be a whole number of bytes from 0"],
        ),
        ("[log\n", "s.toml:1:5: ", &[]),
        ("listen = '127.0.0.1:1'\nlisten = '127.0.0.1:2'", "s.toml:2:1: ", &["duplicate"]),
        ("log = 1", "s.toml:1:7: ", &["`log` must be a table of settings"]),
    ] {
        let told = mistake(text);
        assert!(told.starts_with(place), "{text}: {told}");
        assert!(!told.contains('\n'), "{told}");
        for part in parts {
            assert!(told.contains(part), "{text}: {told}");
        }
    }
}

/// A wrong value of every kind for every setting: what is said is about the setting, and nothing of the program shows.
#[test]
fn no_mistake_is_told_in_words_of_the_program() {
    let bad = [
        "-1",
        "1.5",
        "nan",
        "99999999999999999999",
        "'x'",
        "''",
        "[[]]",
        "[1]",
        "{}",
        "{ x = 1 }",
        "2020-01-01",
        "true",
    ];
    let mut config = toml::Table::try_from(Config::default()).unwrap();
    let mut oauth = toml::Table::try_from(OAuth::default()).unwrap();
    oauth.extend(["jwks_uri", "api_audience"].map(|name| (name.to_owned(), Value::from("unset"))));
    for (path, value) in [("oauth", oauth.into()), ("tls.cert", "".into()), ("limits.retry_seed", 1.into())] {
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        let table = if section.is_empty() { &mut config } else { config[section].as_table_mut().unwrap() };
        table.insert(name.to_owned(), value);
    }
    config.insert("metrics".to_owned(), toml::Table::from_iter([("listen".to_owned(), "".into())]).into());
    let sections = config.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.clone());
    let mut paths: Vec<String> = sections.collect();
    paths.extend(["limits.unknown".into(), "limits.tool_timeout_seconds.media_get".into(), "unknown".into()]);
    let mut found = Vec::new();
    collect("", config, &mut found);
    paths.extend(found.into_iter().map(|(path, _)| path));
    let mut told = 0;
    for (path, value) in paths.iter().flat_map(|path| bad.map(|value| (path, value))) {
        let Err(mistake) = file::parse(Path::new("s.toml"), &format!("{path} = {value}")) else { continue };
        told += 1;
        let words = [
            "invalid", "expected", "field", "variant", "wanted", "struct", "usize", "i128", "u32", "u64",
            "f64", "map", "sequence",
        ];
        for word in words {
            let is_word = mistake.reason.split(|letter: char| !letter.is_alphanumeric()).any(|it| it == word);
            assert!(!is_word, "{path} = {value}: {mistake}");
        }
    }
    assert!(told > 500, "{told}");
}

#[test]
fn a_mistake_in_a_list_or_a_number_is_told_with_what_is_allowed() {
    for (text, expected) in [
        ("allow_hosts = 'a'", "s.toml:1:15: `allow_hosts` must be a list"),
        ("allow_hosts = ['a', 1]", "s.toml:1:21: each item of `allow_hosts` must be text"),
        ("oauth.algorithms = ['ES25']", "`oauth.algorithms` cannot be `ES25`; did you mean `ES256`?"),
        (
            "[limits]\nretries = 5000000000",
            "s.toml:2:11: `limits.retries` must be a whole number from 0 to 4294967295",
        ),
        ("[limits]\nbody_bytes = -1", "`limits.body_bytes` must be a whole number of bytes from 0 to "),
        ("[oauth]\nmax_cached_tokens = 0", "`oauth.max_cached_tokens` must be a whole number from 1 to "),
        (
            "[limits]\nzzz = 1",
            "unknown setting `zzz` under `limits`; known are connections, head_timeout_seconds, ",
        ),
        ("[oauth]\nvalidation = 1", "`oauth.validation` must be text"),
        (
            "metrics.listen = '9090'",
            "`metrics.listen` must be an address with a port, such as 127.0.0.1:8080",
        ),
        ("listen = 8080", "`listen` must be an address with a port"),
        ("[selection]\nread_only = 'on'", "s.toml:2:13: give true or false"),
        ("[limits.tool_timeout_seconds]\nmedia_get = 'x'", "s.toml:2:13: give seconds"),
        ("tls.cert = 1", "`tls.cert` must be text"),
    ] {
        let told = mistake(text);
        assert!(told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn a_mistake_in_the_environment_is_told_with_the_name_of_the_variable() {
    for (name, value, part) in [
        ("PILOT_STATUS_MCP_LISTEM", "127.0.0.1:1", "did you mean `listen`?"),
        ("PILOT_STATUS_MCP_LOG__FORMAT", "xml", "`log.format` cannot be `xml`; known are text, json"),
        ("PILOT_STATUS_MCP_DRAIN_SECONDS", "soon", "give seconds, more than 0"),
        ("PILOT_STATUS_MCP_DRAIN_SECONDS", "-1", "more than 0"),
        ("PILOT_STATUS_READ_ONLY", "on", "give true or false"),
        (
            "PILOT_STATUS_MCP_LIMITS__CALS",
            "1",
            "unknown setting `cals` under `limits`; did you mean `calls`?",
        ),
        ("PILOT_STATUS_MCP_LIMITS__CALLS", "x", "`limits.calls` must be a whole number from 0 to "),
        ("PILOT_STATUS_MCP_LIMITS", "x", "`limits` must be a table of settings"),
        ("PILOT_STATUS_MCP_A B", "1", "names no setting"),
        ("PILOT_STATUS_BASE_URL", "pilotstatus.com.br", "cannot be used"),
    ] {
        let told = by_environment(&[(name, value)]).unwrap_err().to_string();
        assert!(told.starts_with(&format!("{name}: ")) && told.contains(part), "{told}");
    }
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
