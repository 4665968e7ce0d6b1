use super::*;
use crate::ConfigError;

fn url(raw: &str) -> PlainUrl {
    raw.parse().unwrap()
}

fn good() -> OAuth {
    OAuth {
        resource: url("https://mcp.example.com/mcp"),
        issuer: url("https://login.example.com"),
        client_id: "mcp".into(),
        client_secret: "hunter2".into(),
        ..OAuth::default()
    }
}

#[test]
fn four_settings_are_enough_and_the_secret_is_not_shown() {
    good().check().unwrap();
    let local =
        OAuth { resource: url("http://127.0.0.1:8080/mcp"), issuer: url("http://[::1]:1/a"), ..good() };
    local.check().unwrap();
    assert!(!format!("{:?}", good()).contains("hunter2"));
    assert!(!serde_json::to_string(&good()).unwrap().contains("hunter2"));
}

#[test]
fn is_read_strictly() {
    let read: OAuth = serde_json::from_str(
        r#"{"issuer": "https://a", "validation": "introspection", "algorithms": ["PS256"]}"#,
    )
    .unwrap();
    assert_eq!((read.validation, read.algorithms), (Validation::Introspection, vec![Algorithm::PS256]));
    for wrong in [
        r#"{"isuer": "a"}"#,
        r#"{"issuer": "a"}"#,
        r#"{"algorithms": ["none"]}"#,
        r#"{"max_cached_tokens": 0}"#,
    ] {
        assert!(serde_json::from_str::<OAuth>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn says_which_field_is_wrong() {
    let wrong = [
        ("resource", OAuth { resource: PlainUrl::default(), ..good() }),
        ("resource", OAuth { resource: url("http://mcp.example.com/mcp"), ..good() }),
        ("resource", OAuth { resource: url("https://mcp.example.com/mcp#a"), ..good() }),
        ("resource", OAuth { resource: url("https://mcp.example.com/{mcp}"), ..good() }),
        ("issuer", OAuth { issuer: PlainUrl::default(), resource: PlainUrl::default(), ..good() }),
        ("issuer", OAuth { issuer: url("urn:login"), ..good() }),
        ("issuer", OAuth { issuer: url("http://localhost.evil.example"), ..good() }),
        ("client_id", OAuth { client_id: String::new(), ..good() }),
        ("client_secret", OAuth { client_secret: Secret::default(), ..good() }),
        ("algorithms", OAuth { algorithms: vec![], ..good() }),
        ("algorithms", OAuth { algorithms: vec![Algorithm::ES256, Algorithm::HS256], ..good() }),
        ("scopes", OAuth { scopes: vec!["a b".into()], ..good() }),
        ("jwks_uri", OAuth { jwks_uri: Some(url("http://keys.example.com")), ..good() }),
        ("token_endpoint", OAuth { token_endpoint: Some(url("https://login.example.com?a")), ..good() }),
        ("clock_skew_seconds", OAuth { clock_skew_seconds: 301, ..good() }),
        ("introspection_age_seconds", OAuth { introspection_age_seconds: 301, ..good() }),
        ("jwks_interval_seconds", OAuth { jwks_interval_seconds: 0, ..good() }),
        ("jwks_interval_seconds", OAuth { jwks_interval_seconds: u64::MAX, ..good() }),
        ("jwks_max_age_seconds", OAuth { jwks_max_age_seconds: 86_401, ..good() }),
        ("introspections_at_once", OAuth { introspections_at_once: NonZeroUsize::MAX, ..good() }),
        ("max_cached_tokens", OAuth { max_cached_tokens: NonZeroUsize::MAX, ..good() }),
        ("timeout_seconds", OAuth { timeout_seconds: 0, ..good() }),
    ];
    for (field, settings) in wrong {
        let error = settings.check().unwrap_err();
        assert!(matches!(error, ConfigError::OAuth { field: it, .. } if it == field), "{field}: {error}");
    }
}

#[test]
fn are_in_force_when_an_issuer_is_named() {
    assert!(OAuth::in_force(Some(good())).unwrap().is_some());
    let secret_alone = OAuth { client_secret: "hunter2".into(), ..OAuth::default() };
    for nothing in [None, Some(OAuth::default()), Some(secret_alone)] {
        assert!(OAuth::in_force(nothing).unwrap().is_none());
    }
    for anything_else in [
        OAuth { issuer: PlainUrl::default(), ..good() },
        OAuth { api_keys: false, ..OAuth::default() },
        OAuth { scopes: vec!["api".into()], ..OAuth::default() },
        OAuth { timeout_seconds: 6, ..OAuth::default() },
    ] {
        let told = OAuth::in_force(Some(anything_else)).unwrap_err().to_string();
        assert!(told.starts_with("oauth.issuer is missing"), "{told}");
    }
}
