//! File, then environment, then options: for every setting and every option.

use std::process::Stdio;

use tokio::process::Command;
use toml::{Table, Value};

use crate::settings::file;

/// A setting: its path, its value in the file and that in the environment, and the option with its value and what that comes to, if it has one.
type Row = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str, &'static str)>);

#[rustfmt::skip]
const SETTINGS: &[Row] = &[
    ("upstream", "'http://f'", "'http://e'", Some(("--upstream", "http://o", "'http://o'"))),
    ("listen", "'127.0.0.1:1'", "'127.0.0.1:2'", Some(("--listen", "127.0.0.1:3", "'127.0.0.1:3'"))),
    ("allow_origins", "['http://f']", "['http://e']", Some(("--allow-origin", "http://o", "['http://o']"))),
    ("allow_hosts", "['f']", "['e']", Some(("--allow-host", "o", "['o']"))),
    ("connect_timeout_seconds", "1", "2", None),
    ("upstream_timeout_seconds", "1", "2", Some(("--upstream-timeout", "3", "3"))),
    ("max_response_bytes", "1", "2", None),
    ("body_timeout_seconds", "1", "2", None),
    ("drain_seconds", "1", "2", Some(("--drain", "3", "3"))),
    ("selection.areas", "['calls']", "['media']", Some(("--areas", "groups, calls", "['groups', 'calls']"))),
    ("selection.tools", "['a']", "['b']", Some(("--tools", "", "[]"))),
    ("limits.connections", "1", "2", Some(("--max-connections", "3", "3"))),
    ("limits.head_timeout_seconds", "1", "2", None),
    ("limits.write_timeout_seconds", "1", "2", None),
    ("limits.body_bytes", "1", "2", None),
    ("limits.answer_bytes", "1", "2", None),
    ("limits.calls", "1", "2", Some(("--max-calls", "3", "3"))),
    ("limits.calls_per_caller", "1", "2", Some(("--max-calls-per-caller", "3", "3"))),
    ("limits.calls_per_minute", "1", "2", Some(("--calls-per-minute", "3", "3"))),
    ("limits.burst", "1", "2", None),
    ("limits.unverified_calls_per_minute", "1", "2", None),
    ("limits.callers", "1", "2", None),
    ("limits.max_result_bytes", "1", "2", Some(("--max-result-bytes", "3", "3"))),
    ("limits.tool_timeout_seconds.media_get", "1", "2", Some(("--tool-timeout", "media_get=3", "3"))),
    ("limits.retries", "3", "4", Some(("--retries", "5", "5"))),
    ("limits.retry_pause_seconds", "1", "2", None),
    ("limits.retry_pause_max_seconds", "1", "2", None),
    ("limits.retry_seed", "1", "2", None),
    ("limits.breaker_failures", "1", "2", None),
    ("limits.breaker_open_seconds", "1", "2", None),
    ("oauth.resource", "'https://f'", "'https://e'", Some(("--oauth-resource", "https://o", "'https://o'"))),
    ("oauth.issuer", "'https://f'", "'https://e'", Some(("--oauth-issuer", "https://o", "'https://o'"))),
    ("oauth.client_id", "'f'", "'e'", Some(("--oauth-client-id", "o", "'o'"))),
    ("oauth.algorithms", "['PS256']", "['PS512']", None),
    ("oauth.scopes", "['f']", "['e']", Some(("--oauth-scope", "o", "['o']"))),
    ("oauth.jwks_uri", "'https://f'", "'https://e'", None),
    ("oauth.introspection_endpoint", "'https://f'", "'https://e'", None),
    ("oauth.token_endpoint", "'https://f'", "'https://e'", None),
    ("oauth.api_audience", "'f'", "'e'", Some(("--oauth-api-audience", "o", "'o'"))),
    ("oauth.api_resource", "'https://f'", "'https://e'", None),
    ("oauth.api_scope", "'f'", "'e'", None),
    ("oauth.clock_skew_seconds", "1", "2", None),
    ("oauth.jwks_max_age_seconds", "1", "2", None),
    ("oauth.jwks_interval_seconds", "1", "2", None),
    ("oauth.introspection_age_seconds", "1", "2", None),
    ("oauth.introspections_at_once", "1", "2", None),
    ("oauth.introspections_per_minute", "1", "2", None),
    ("oauth.timeout_seconds", "1", "2", None),
    ("oauth.max_cached_tokens", "1", "2", None),
    ("log.level", "'info'", "'debug'", Some(("--log-level", "trace", "'trace'"))),
    ("tls.cert", "'f'", "'e'", Some(("--tls-cert", "o", "'o'"))),
    ("tls.key", "'f'", "'e'", Some(("--tls-key", "o", "'o'"))),
    ("tls.check_seconds", "1", "2", None),
    ("metrics.listen", "'127.0.0.1:1'", "'127.0.0.1:2'", Some(("--metrics-listen", "127.0.0.1:3", "'127.0.0.1:3'"))),
    ("telemetry.otlp_endpoint", "'http://f'", "'http://e'", Some(("--otlp-endpoint", "http://o", "'http://o'"))),
];

/// A setting with two values, off and on, and the option with what it is given for each.
type Switch = (&'static str, [&'static str; 2], &'static str, [&'static str; 2]);

const SWITCHES: &[Switch] = &[
    ("output_schemas", ["false", "true"], "--output-schemas", ["=0", "=1"]),
    ("selection.read_only", ["false", "true"], "--read-only", ["=no", "=yes"]),
    ("selection.meta_tools", ["false", "true"], "--meta-tools", ["=false", ""]),
    ("oauth.api_keys", ["true", "false"], "--no-api-keys", ["=false", ""]),
    ("oauth.validation", ["'jwks'", "'introspection'"], "--oauth-introspection", ["=false", ""]),
    ("log.format", ["'text'", "'json'"], "--log-format", ["=text", "=json"]),
];

/// Its value is not shown; that it is read from file and environment is shown where they are tested.
const SECRET: &str = "oauth.client_secret";
/// No settings.
const OTHER_OPTIONS: [&str; 3] = ["--config", "--print-config", "--help"];

/// The settings in force, as they are printed. That the values are of no use is said besides.
async fn printed(file: &str, environment: &[(String, &str)], options: &[String]) -> Table {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
    let environment = environment.iter().map(|(name, value)| (name, value));
    command.args(["http", "--print-config", "--config", file]).args(options).envs(environment);
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8(output.stderr).unwrap());
    String::from_utf8(output.stdout).unwrap().parse().unwrap()
}

/// What stands at a path, such as `log.format`.
fn at<'a>(table: &'a Table, path: &str) -> &'a Value {
    let mut names = path.split('.');
    let first = &table[names.next().unwrap()];
    names.fold(first, |value, name| &value[name])
}

fn parsed(value: &str) -> Value {
    let document: Table = format!("value = {value}").parse().unwrap();
    document["value"].clone()
}

/// As it stands in a variable: texts as they are.
fn plain(value: &str) -> &str {
    value.trim_matches('\'')
}

fn variable(path: &str) -> String {
    format!("PILOT_STATUS_MCP_{}", path.to_uppercase().replace('.', "__"))
}

/// Every setting of a document by its path.
fn paths(prefix: &str, table: &Table) -> Vec<String> {
    let below = |(name, value): (&String, &Value)| {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        value.as_table().map_or_else(|| vec![path.clone()], |table| paths(&path, table))
    };
    table.iter().flat_map(below).collect()
}

/// All rows, with switches that file and option turn to `on` and the environment to the contrary.
fn rows(on: bool) -> Vec<(&'static str, [&'static str; 3], Vec<String>)> {
    let settings = SETTINGS.iter().map(|(path, of_file, of_environment, option)| {
        let last = option.map_or(*of_environment, |(_, _, expected)| expected);
        let given = option.map(|(option, value, _)| [option.to_owned(), value.to_owned()]);
        (*path, [*of_file, *of_environment, last], given.into_iter().flatten().collect())
    });
    let switches = SWITCHES.iter().map(|(path, values, option, given)| {
        let (this, other) = (values[usize::from(on)], values[usize::from(!on)]);
        (*path, [this, other, this], vec![format!("{option}{}", given[usize::from(on)])])
    });
    settings.chain(switches).collect()
}

#[tokio::test]
async fn the_later_source_wins_for_every_setting() {
    for on in [false, true] {
        let rows = rows(on);
        let text: String = rows.iter().map(|(path, values, _)| format!("{path} = {}\n", values[0])).collect();
        let path = file(&format!("precedence-{on}.toml"), &text);
        let path = path.to_str().unwrap();
        let environment: Vec<_> =
            rows.iter().map(|(path, values, _)| (variable(path), plain(values[1]))).collect();
        let options: Vec<String> = rows.iter().flat_map(|(_, _, options)| options.clone()).collect();
        let printed = [
            printed(path, &[], &[]).await,
            printed(path, &environment, &[]).await,
            printed(path, &environment, &options).await,
        ];
        for (path, values, _) in &rows {
            for (document, value) in printed.iter().zip(values) {
                assert_eq!(at(document, path), &parsed(value), "{path}: {values:?}");
            }
        }
        for path in paths("", &printed[0]) {
            assert!(path == SECRET || rows.iter().any(|(known, ..)| *known == path), "{path} has no row");
        }
    }
}

#[tokio::test]
async fn every_option_is_among_them_and_the_help_tells_how_to_turn_one_off() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilot-status-mcp"));
    let output = command.args(["http", "--help"]).output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let of_rows = SETTINGS.iter().filter_map(|row| row.3).map(|(option, ..)| option);
    let known: Vec<&str> = of_rows.chain(SWITCHES.iter().map(|row| row.2)).chain(OTHER_OPTIONS).collect();
    let words = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let listed = words.filter_map(|line| line.split([' ', '[', ',']).find(|word| word.starts_with("--")));
    let listed: Vec<&str> = listed.collect();
    assert_eq!(listed.len(), known.len(), "{listed:?}");
    for option in listed {
        assert!(known.contains(&option), "{option} has no row");
    }
    for (_, _, option, _) in SWITCHES.iter().filter(|row| row.2 != "--log-format") {
        assert!(help.contains(&format!("{option}[=<BOOL>]")), "{option}: {help}");
    }
    assert!(help.contains("--read-only=false"));
}
