//! Redirect URIs: which may be registered, and which are the same.

use url::Url;

use crate::hosts::is_loopback;

/// How many a client may have.
pub(super) const MAX_URIS: usize = 20;
/// The longest that is taken.
const MAX_LENGTH: usize = 2048;
/// Schemes that run or show something in a browser instead of handing over to an application.
const NOT_FOR_APPS: [&str; 9] =
    ["about", "blob", "data", "file", "filesystem", "ftp", "javascript", "vbscript", "view-source"];

/// Whether a client may have it: https, http on loopback, or a scheme of an application's own; without fragment.
pub(super) fn may_be_registered(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let scheme_fits = match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(&url),
        scheme => !NOT_FOR_APPS.contains(&scheme),
    };
    let plain = uri.bytes().all(|byte| byte.is_ascii_graphic());
    scheme_fits && plain && uri.len() <= MAX_LENGTH && url.fragment().is_none() && url.username().is_empty()
}

/// Whether a redirect URI is a registered one: the same text, but that the port of a loopback address may be any (RFC 8252, section 7.3).
pub(super) fn is_same(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Ok(mut registered), Ok(mut asked)) = (Url::parse(registered), Url::parse(asked)) else {
        return false;
    };
    let loopback = |url: &Url| url.scheme() == "http" && is_loopback(url);
    loopback(&registered)
        && loopback(&asked)
        && registered.set_port(None).is_ok()
        && asked.set_port(None).is_ok()
        && registered == asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        for fine in [
            "https://client.example/cb",
            "https://client.example/cb?a=b",
            "http://127.0.0.1/cb",
            "http://localhost:8080/cb",
            "http://[::1]:9/cb",
            "com.example.app:/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
        ] {
            assert!(may_be_registered(fine), "{fine}");
        }
        let long = format!("https://client.example/{}", "a".repeat(MAX_LENGTH));
        for wrong in [
            "",
            "/cb",
            "https://",
            "http://client.example/cb",
            "http://localhost.example/cb",
            "https://client.example/cb#f",
            "https://user@client.example/cb",
            "https://client.example/a b",
            "https://client.example/\r\nx",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            &long,
        ] {
            assert!(!may_be_registered(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        for (registered, asked, same) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example:444/cb", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true),
            ("http://[::1]/cb", "http://[::1]:4711/cb", true),
            ("http://localhost/cb", "http://localhost:4711/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:4711/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb?x=y", false),
            ("http://127.0.0.1/cb", "http://localhost:4711/cb", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false),
            ("com.example.app:/cb", "com.example.app:/CB", false),
        ] {
            assert_eq!(is_same(registered, asked), same, "{registered} {asked}");
        }
    }
}
