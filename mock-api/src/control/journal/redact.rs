//! Covers secrets in what the journal shows.

use serde_json::Value;

/// What API keys and webhook secrets begin with.
const PREFIXES: [&str; 2] = ["ps_", "whsec_"];
/// Fields whose values are secrets whatever they look like.
const FIELDS: [&str; 6] = ["key", "apikey", "secret", "token", "password", "authorization"];
/// The path behind which a token is the credential.
const PAIRING: &str = "/remote-pairing/";

/// The text with each secret cut after its prefix.
pub(super) fn redact(text: &str) -> String {
    let text = match text.split_once(PAIRING) {
        Some((before, rest)) => {
            let after = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
            format!("{before}{PAIRING}…{after}")
        }
        None => text.to_owned(),
    };
    PREFIXES.iter().fold(text, |text, prefix| cut(&text, prefix))
}

/// A prefix counts at the beginning of a word only: `maps_promo` is no key.
fn cut(text: &str, prefix: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(prefix) {
        let inside_word = redacted.chars().chain(before.chars()).next_back().is_some_and(is_word);
        redacted.push_str(before);
        redacted.push_str(prefix);
        rest = after;
        if !inside_word {
            let kept = after.trim_start_matches(is_word);
            if kept.len() < after.len() {
                redacted.push('…');
            }
            rest = kept;
        }
    }
    redacted.push_str(rest);
    redacted
}

/// The same for JSON: secrets by the names of their fields too.
pub(super) fn redact_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(redact(&text)),
        Value::Array(items) => items.into_iter().map(redact_value).collect(),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let secret = value.is_string() && FIELDS.contains(&key.to_ascii_lowercase().as_str());
                    let value = if secret { Value::from("…") } else { redact_value(value) };
                    (key, value)
                })
                .collect(),
        ),
        other => other,
    }
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
        let body = json!({ "text": "see ps_demo_meta", "Token": "x", "items": [{ "secret": "y", "n": 1 }] });
        let expected = json!({ "text": "see ps_…", "Token": "…", "items": [{ "secret": "…", "n": 1 }] });
        assert_eq!(redact_value(body), expected);
    }
}
