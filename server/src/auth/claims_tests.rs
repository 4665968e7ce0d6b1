use serde_json::json;

use super::*;

const NOW: u64 = 1_000_000;

fn rules() -> Rules {
    Rules {
        issuer: "https://as".into(),
        audience: "https://mcp/mcp".into(),
        scopes: vec!["api".into()],
        skew: 30,
    }
}

fn good() -> Value {
    json!({
        "iss": "https://as", "aud": "https://mcp/mcp", "sub": "u", "exp": NOW + 600, "iat": NOW, "scope": "api x",
        "client_id": "c", "tenant_id": "t",
    })
}

/// What comes of the good claims with some others in their place.
fn judged(changes: Value) -> Result<Accepted, Refusal> {
    let mut claims = good();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    rules().check(&serde_json::from_value(claims).unwrap(), NOW)
}

fn lacking(name: &str) -> Result<Accepted, Refusal> {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    rules().check(&serde_json::from_value(claims).unwrap(), NOW)
}

#[test]
fn says_who_what_and_until_when() {
    let accepted = judged(json!({ "number_ids": ["n"], "aud": ["other", "https://mcp/mcp"] })).unwrap();
    assert_eq!(
        accepted,
        Accepted {
            subject: "u".into(),
            client: Some("c".into()),
            tenant: Some("t".into()),
            expires: Some(NOW + 600),
            grant: Grant::Numbers(vec!["n".into()]),
        }
    );
    assert_eq!(judged(json!({})).unwrap().grant, Grant::All);
    assert_eq!(judged(json!({ "number_ids": [] })).unwrap().grant, Grant::Numbers(vec![]));
    assert_eq!(lacking("sub").unwrap().subject, "c");
}

#[test]
fn clocks_may_differ_by_the_skew() {
    for near in [
        json!({ "exp": NOW - 29 }),
        json!({ "nbf": NOW + 30 }),
        json!({ "iat": NOW + 30 }),
        json!({ "exp": 1e300 }),
    ] {
        assert!(judged(near.clone()).is_ok(), "{near}");
    }
    for far in [
        json!({ "exp": NOW - 30 }),
        json!({ "exp": -1 }),
        json!({ "nbf": NOW + 31 }),
        json!({ "iat": NOW + 31 }),
    ] {
        assert!(matches!(judged(far.clone()), Err(Refusal::Token(_))), "{far}");
    }
}

#[test]
fn refuses_tokens_of_others_for_others_and_for_other_uses() {
    for other in [
        json!({ "iss": "https://as/" }),
        json!({ "aud": "https://mcp/mcp/" }),
        json!({ "aud": "https://mcp" }),
        json!({ "aud": [] }),
        json!({ "cnf": { "jkt": "x" } }),
    ] {
        assert!(matches!(judged(other.clone()), Err(Refusal::Token(_))), "{other}");
    }
    for needed in ["iss", "aud"] {
        assert!(matches!(lacking(needed), Err(Refusal::Token(_))), "{needed}");
    }
    for scope in ["", "apis", "x"] {
        assert_eq!(judged(json!({ "scope": scope })).unwrap_err(), Refusal::Scope);
    }
    assert_eq!(lacking("scope").unwrap_err(), Refusal::Scope);
}

#[test]
fn a_grant_that_cannot_be_read_allows_nothing() {
    for broken in [json!(null), json!("n"), json!({}), json!([1])] {
        let mut claims = good();
        claims["number_ids"] = broken;
        assert!(serde_json::from_value::<Claims>(claims).is_err());
    }
}
