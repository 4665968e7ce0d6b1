//! Who is let in, and what the others are told (RFC 6750, RFC 9728).

use reqwest::Method;
use serde_json::{Value, json};

use super::{check, ensure, status, tokens};
use crate::demo::TENANT_KEY;
use crate::finding::Finding;
use crate::recorder::Checked;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::{Heard, Raw, handshake};

pub(super) const NOBODY: Rule = Rule::must(
    "nobody-*",
    "Whoever brings no credential is answered 401 with WWW-Authenticate, whatever they ask.",
);
pub(super) const SEVERAL: Rule = Rule::must(
    "several-*",
    "Several credentials at once are refused: which of them counts must not be left to chance.",
);
pub(super) const CHALLENGE: Rule = Rule::must(
    "challenge",
    "Where access tokens are taken, the 401 is a Bearer challenge that names the metadata of the resource.",
);
pub(super) const METADATA: Rule = Rule::must(
    "metadata-at-*",
    "The metadata of the resource are there, name the URL that clients connect to, path included, and an authorization server.",
);
pub(super) const TOKEN: Rule = Rule::must(
    "bad-token-*",
    "An access token that is none, or that nobody signed, is refused with 401 and error=\"invalid_token\".",
);

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// `{"alg":"none"}` and the claims of a user, without a signature.
const UNSIGNED: &str =
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyIiwic2NvcGUiOiJhcGkiLCJleHAiOjQxMDI0NDQ4MDB9.";
/// The same, said to be signed with a shared secret.
const SHARED_SECRET: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIiwic2NvcGUiOiJhcGkiLCJleHAiOjQxMDI0NDQ4MDB9.AAAA";

pub(super) fn run(scene: &mut Scene<'_>) {
    let list = Raw::modern(TENANT_KEY, "tools/list", json!({}));
    for (name, raw) in [
        ("discover", Raw::modern(TENANT_KEY, "server/discover", json!({}))),
        ("list", list.clone()),
        ("initialize", Raw::post(TENANT_KEY, handshake("2025-11-25").0.to_string())),
        ("malformed", Raw::post(TENANT_KEY, "no JSON")),
    ] {
        let raw = raw.without("x-api-key");
        check(scene, NOBODY, name, |scene| nobody(scene, &raw));
    }
    for (name, raw) in [
        ("key-and-token", list.clone().with("authorization", "Bearer a.b.c")),
        ("keys", list.clone().and("x-api-key", "ps_nobody")),
        (
            "tokens",
            list.without("x-api-key").and("authorization", "Bearer a").and("authorization", "Bearer b"),
        ),
    ] {
        check(scene, SEVERAL, name, |scene| status(&scene.send(&raw)?, &[400, 401]));
    }
    check(scene, CHALLENGE, "", |scene| challenge(scene).map(drop));
    check(scene, METADATA, "challenge", |scene| {
        let (url, metadata) = challenge(scene)?;
        describes(scene, &url, &metadata)
    });
    for (name, with_path) in [("path", true), ("root", false)] {
        check(scene, METADATA, name, |scene| {
            let (url, _) = challenge(scene)?;
            let [at_path, at_root] = metadata_urls(&url);
            describes(scene, &url, if with_path { &at_path } else { &at_root })
        });
    }
    for (name, token) in [("garbage", "a.b.c"), ("unsigned", UNSIGNED), ("shared-secret", SHARED_SECRET)] {
        check(scene, TOKEN, name, |scene| bad_token(scene, token));
    }
    tokens::run(scene);
}

fn nobody(scene: &Scene<'_>, raw: &Raw) -> Checked {
    let heard = scene.send(raw)?;
    status(&heard, &[401])?;
    ensure(!heard.header("www-authenticate").is_empty(), "the 401 has no WWW-Authenticate", &heard.shown())
}

/// The URL of the endpoint that takes access tokens, and that of its metadata.
pub(super) fn challenge(scene: &Scene<'_>) -> Result<(String, String), Box<Finding>> {
    let url = scene.rig.resource()?.to_owned();
    let raw = Raw::modern(TENANT_KEY, "tools/list", json!({})).without("x-api-key");
    let heard = scene.send_to(&url, &raw)?;
    let challenge = heard.header("www-authenticate").to_owned();
    if !challenge.to_ascii_lowercase().starts_with("bearer") {
        return Err(unchallenged(scene, &url, challenge)?);
    }
    match parameter(&challenge, "resource_metadata") {
        Some(metadata) => Ok((url, metadata.to_owned())),
        None => {
            Err(Finding::new("the challenge names no metadata").with("resource_metadata=\"…\"", challenge))
        }
    }
}

/// What it means that nobody is asked for an access token: who publishes the metadata of a resource takes them all the same.
fn unchallenged(scene: &Scene<'_>, url: &str, challenge: String) -> Result<Box<Finding>, Box<Finding>> {
    let metadata = metadata_urls(url);
    for metadata in &metadata {
        let published = scene.send_to(metadata, &plain_get())?.json().get("authorization_servers").is_some();
        if published {
            let message = format!("access tokens are taken, as {metadata} says, and the 401 asks for none");
            return Ok(Finding::new(message).with("Bearer resource_metadata=\"…\"", challenge));
        }
    }
    Ok(Finding::not_verified("the server takes no access tokens"))
}

/// Where the metadata of a resource are looked for (RFC 9728): with its path, and at the root.
fn metadata_urls(resource: &str) -> [String; 2] {
    let (origin, path) = split(resource);
    [format!("{origin}{WELL_KNOWN}{path}"), format!("{origin}{WELL_KNOWN}")]
}

fn plain_get() -> Raw {
    let get = Raw::post(TENANT_KEY, "").without("x-api-key").without("content-type").by(Method::GET);
    get.with("accept", "application/json")
}

/// A parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// A URL up to its path, and its path.
fn split(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(start..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| start + at);
    url.split_at(path)
}

fn describes(scene: &Scene<'_>, resource: &str, metadata: &str) -> Checked {
    let heard = scene.send_to(metadata, &plain_get())?;
    status(&heard, &[200])?;
    let document = heard.json();
    let named = document.get("resource").cloned().unwrap_or_default();
    if named != resource {
        let finding = Finding::new("the metadata are those of another resource than clients connect to");
        return Err(finding.with(resource, named));
    }
    let servers = document.get("authorization_servers").and_then(Value::as_array);
    ensure(servers.is_some_and(|all| !all.is_empty()), "no authorization server is named", &document)
}

fn bad_token(scene: &Scene<'_>, token: &str) -> Checked {
    let (url, _) = challenge(scene)?;
    let raw = Raw::modern(TENANT_KEY, "tools/list", json!({})).without("x-api-key");
    let heard = scene.send_to(&url, &raw.with("authorization", &format!("Bearer {token}")))?;
    status(&heard, &[401])?;
    says_invalid(&heard)
}

/// Whether a refusal says that it is the token which is wrong.
pub(super) fn says_invalid(heard: &Heard) -> Checked {
    let challenge = heard.header("www-authenticate");
    if parameter(challenge, "error") == Some("invalid_token") {
        return Ok(());
    }
    Err(Finding::new("the challenge does not say what is wrong").with("error=\"invalid_token\"", challenge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_and_urls_are_read() {
        let challenge = r#"Bearer resource_metadata="https://a/b", scope="api", error="invalid_token""#;
        assert_eq!(parameter(challenge, "resource_metadata"), Some("https://a/b"));
        assert_eq!(parameter(challenge, "error"), Some("invalid_token"));
        assert_eq!(parameter(challenge, "realm"), None);
        assert_eq!(split("http://127.0.0.1:8/mcp"), ("http://127.0.0.1:8", "/mcp"));
        assert_eq!(split("http://127.0.0.1:8"), ("http://127.0.0.1:8", ""));
    }
}
