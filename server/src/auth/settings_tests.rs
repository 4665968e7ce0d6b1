use super::*;
use crate::ConfigError;

fn good() -> OAuth {
    OAuth {
        resource: "https://mcp.example.com/mcp".into(),
        issuer: "https://login.example.com".into(),
        client_id: "mcp".into(),
        client_secret: "hunter2".into(),
        ..OAuth::default()
    }
}

#[test]
fn four_settings_are_enough_and_the_secret_is_not_shown() {
    good().check().unwrap();
    let local =
        OAuth { resource: "http://127.0.0.1:8080/mcp".into(), issuer: "http://[::1]:1/a".into(), ..good() };
    local.check().unwrap();
    assert!(!format!("{:?}", good()).contains("hunter2"));
    assert!(!serde_json::to_string(&good()).unwrap().contains("hunter2"));
}

#[test]
fn is_read_strictly() {
    let read: OAuth =
        serde_json::from_str(r#"{"issuer": "a", "validation": "introspection", "algorithms": ["PS256"]}"#)
            .unwrap();
    assert_eq!((read.validation, read.algorithms), (Validation::Introspection, vec![Algorithm::PS256]));
    for wrong in [r#"{"isuer": "a"}"#, r#"{"algorithms": ["none"]}"#, r#"{"max_cached_tokens": 0}"#] {
        assert!(serde_json::from_str::<OAuth>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn says_which_field_is_wrong() {
    let wrong = [
        ("resource", OAuth { resource: String::new(), ..good() }),
        ("resource", OAuth { resource: "http://mcp.example.com/mcp".into(), ..good() }),
        ("resource", OAuth { resource: "https://mcp.example.com/mcp#a".into(), ..good() }),
        ("resource", OAuth { resource: "https://mcp.example.com/{mcp}".into(), ..good() }),
        ("issuer", OAuth { issuer: String::new(), resource: String::new(), ..good() }),
        ("issuer", OAuth { issuer: "login.example.com".into(), ..good() }),
        ("issuer", OAuth { issuer: "http://localhost.evil.example".into(), ..good() }),
        ("client_id", OAuth { client_id: String::new(), ..good() }),
        ("client_secret", OAuth { client_secret: Secret::default(), ..good() }),
        ("algorithms", OAuth { algorithms: vec![], ..good() }),
        ("algorithms", OAuth { algorithms: vec![Algorithm::ES256, Algorithm::HS256], ..good() }),
        ("scopes", OAuth { scopes: vec!["a b".into()], ..good() }),
        ("jwks_uri", OAuth { jwks_uri: Some("http://keys.example.com".into()), ..good() }),
        ("token_endpoint", OAuth { token_endpoint: Some("https://u:p@login.example.com".into()), ..good() }),
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
        OAuth { issuer: String::new(), ..good() },
        OAuth { api_keys: false, ..OAuth::default() },
        OAuth { scopes: vec!["api".into()], ..OAuth::default() },
        OAuth { timeout_seconds: 6, ..OAuth::default() },
    ] {
        let told = OAuth::in_force(Some(anything_else)).unwrap_err().to_string();
        assert!(told.starts_with("oauth.issuer is missing"), "{told}");
    }
}
