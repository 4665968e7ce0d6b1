//! Pages in a browser that were led to the server by its address.

use reqwest::Method;
use serde_json::json;

use super::{check, status};
use crate::demo::TENANT_KEY;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::targets::Raw;

pub(super) const ORIGIN: Rule = Rule::must(
    "origin-*",
    "A request of a page from elsewhere is refused with 403, with and without a key, whatever its method.",
);
pub(super) const HOST: Rule = Rule::should(
    "host-*",
    "A request for another host, as DNS rebinding makes it, is refused with 403 or 421.",
);

/// Pages that the server on a machine of one's own knows nothing of.
const ELSEWHERE: [(&str, &str); 5] = [
    ("foreign", "https://evil.example"),
    ("null", "null"),
    ("lookalike", "http://localhost.evil.example"),
    ("user", "http://127.0.0.1@evil.example"),
    ("none", "about:blank"),
];

pub(super) fn run(scene: &mut Scene<'_>) {
    let list = Raw::modern(TENANT_KEY, "tools/list", json!({}));
    for (name, origin) in ELSEWHERE {
        let raw = list.clone().with("origin", origin);
        let others = [
            raw.clone(),
            raw.clone().without("x-api-key"),
            raw.clone().by(Method::GET).body(""),
            raw.by(Method::OPTIONS).body(""),
        ];
        check(scene, ORIGIN, name, |scene| {
            others.iter().try_for_each(|raw| status(&scene.send(raw)?, &[403]))
        });
    }
    for (name, host) in
        [("foreign", "evil.example"), ("lookalike", "localhost.evil.example"), ("port", "evil.example:80")]
    {
        let raw = list.clone().with("host", host);
        check(scene, HOST, name, |scene| status(&scene.send(&raw)?, &[403, 421]));
    }
}
