use std::path::Path;

use toml::{Table, Value};

use crate::settings::{Settings, collect, file};
use crate::{Config, OAuth};

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
    let mut config = Table::try_from(Config::default()).unwrap();
    let mut oauth = Table::try_from(OAuth::default()).unwrap();
    oauth.extend(["jwks_uri", "api_audience"].map(|name| (name.to_owned(), Value::from("unset"))));
    for (path, value) in [("oauth", oauth.into()), ("tls.cert", "".into()), ("limits.retry_seed", 1.into())] {
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        let table = if section.is_empty() { &mut config } else { config[section].as_table_mut().unwrap() };
        table.insert(name.to_owned(), value);
    }
    config.insert("metrics".to_owned(), Table::from_iter([("listen".to_owned(), "".into())]).into());
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
        let told = Settings::load(None, [(name.into(), value.into())]).unwrap_err().to_string();
        assert!(told.starts_with(&format!("{name}: ")) && told.contains(part), "{told}");
    }
}
