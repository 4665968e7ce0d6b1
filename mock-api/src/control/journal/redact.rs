//! Covers secrets in what the journal shows.

use serde_json::Value;

/// What API keys and webhook secrets begin with.
const PREFIXES: [&str; 2] = ["ps_", "whsec_"];
/// What the names of fields end with whose values are secrets whatever they look like.
const NAMES: [&str; 6] = ["key", "secret", "token", "password", "passwd", "authorization"];
/// The path behind which a token is the credential.
const PAIRING: &str = "/remote-pairing/";
/// What stands in the place of a secret.
const COVER: &str = "…";

/// The text with each secret cut after its prefix.
pub(super) fn redact(text: &str) -> String {
    let ends_token = |character: char| "/?&#,;\"'<>()".contains(character) || character.is_whitespace();
    let text = cover(text, PAIRING, |_, rest| rest.find(ends_token).unwrap_or(rest.len()));
    PREFIXES.iter().fold(text, |text, prefix| cover(&text, prefix, key_length))
}

/// A prefix counts at the beginning of a word only: `maps_promo` is no key.
fn key_length(before: &str, rest: &str) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    if before.chars().next_back().is_some_and(is_word) {
        return 0;
    }
    rest.find(|character| !is_word(character)).unwrap_or(rest.len())
}

/// The text with as much covered behind each `mark` as `length` says of what stands before and behind it.
fn cover(text: &str, mark: &str, length: impl Fn(&str, &str) -> usize) -> String {
    let mut covered = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        covered.push_str(before);
        let secret = length(&covered, after);
        covered.push_str(mark);
        covered.push_str(if secret > 0 { COVER } else { "" });
        rest = after.get(secret..).unwrap_or_default();
    }
    covered.push_str(rest);
    covered
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|end| name.ends_with(end))
}

/// The same for a query: secrets by the names of parameters too.
pub(super) fn redact_query(query: &str) -> String {
    let parameter = |text: &str| match text.split_once('=') {
        Some((name, value)) if is_secret(name) && !has_prefix(value) => format!("{name}={COVER}"),
        _ => redact(text),
    };
    query.split('&').map(parameter).collect::<Vec<_>>().join("&")
}

/// Whether a value tells by itself what it is, which is worth showing.
fn has_prefix(value: &str) -> bool {
    PREFIXES.iter().any(|prefix| value.starts_with(prefix))
}

/// The same for JSON: secrets by the names of their fields too.
pub(super) fn redact_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(redact(&text)),
        Value::Array(items) => items.into_iter().map(redact_value).collect(),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let covered = value.is_string() && is_secret(&key);
                    let value = if covered { Value::from(COVER) } else { redact_value(value) };
                    (redact(&key), value)
                })
                .collect(),
        ),
        other => other,
    }
}

/// The same for what was to be JSON and is not: secrets by the names before them.
pub(super) fn redact_text(text: &str) -> String {
    let text = redact(text);
    let mut covered = String::with_capacity(text.len());
    let mut rest = text.as_str();
    // A name in quotes, a colon, and a value in quotes whose end may be missing.
    while let Some((before, after)) = rest.split_once(':') {
        covered.push_str(before);
        covered.push(':');
        rest = after;
        let name = before.trim_end().strip_suffix('"').and_then(|name| name.rsplit('"').next());
        if let Some(value) = after.trim_start().strip_prefix('"').filter(|_| name.is_some_and(is_secret)) {
            covered.push('"');
            covered.push_str(COVER);
            rest = value.get(end_of_text(value)..).unwrap_or_default();
        }
    }
    covered.push_str(rest);
    covered
}

/// Where a JSON string ends of which the opening quote is gone.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, character)| {
        let ends = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cuts_keys_secrets_and_tokens() {
        assert_eq!(redact("a ps_demo_meta, whsec_demo."), "a ps_…, whsec_….");
        assert_eq!(redact("maps_promo ps_ caps_x"), "maps_promo ps_ caps_x");
        assert_eq!(redact("ps_aps_b"), "ps_…");
        assert_eq!(redact("/v1/remote-pairing/abc/status"), "/v1/remote-pairing/…/status");
        assert_eq!(redact("/v1/remote-pairing/abc"), "/v1/remote-pairing/…");
        assert_eq!(redact("/v1/numbers/remote-pairing"), "/v1/numbers/remote-pairing");
        assert_eq!(
            redact("see /remote-pairing/abc and /remote-pairing/d-e?x=1"),
            "see /remote-pairing/… and /remote-pairing/…?x=1"
        );
    }

    #[test]
    fn goes_by_names() {
        let body = json!({
            "text": "see ps_demo_meta", "Token": "x", "items": [{ "secret": "y", "n": 1 }],
            "access_token": "a", "clientSecret": "b", "x-api-key": "c", "keyboard": "d", "tokens": 3
        });
        let expected = json!({
            "text": "see ps_…", "Token": "…", "items": [{ "secret": "…", "n": 1 }],
            "access_token": "…", "clientSecret": "…", "x-api-key": "…", "keyboard": "d", "tokens": 3
        });
        assert_eq!(redact_value(body), expected);
        assert_eq!(redact_query("a=1&access_token=x&key=ps_demo&page"), "a=1&access_token=…&key=ps_…&page");
    }

    #[test]
    fn goes_by_names_where_json_is_broken() {
        assert_eq!(redact_text(r#"{"a":"b:c","token" :"#), r#"{"a":"b:c","token" :"#);
        assert_eq!(redact_text(r#"{"token" : "x", "b": 1"#), r#"{"token" :"…", "b": 1"#);
        assert_eq!(
            redact_text(r#"{"a": "b", "apiKey": "x\"y", "clientSecret":"z"#),
            r#"{"a": "b", "apiKey":"…", "clientSecret":"…"#
        );
        assert_eq!(redact_text("not json but ps_demo_tenant"), "not json but ps_…");
    }
}
