//! Which hosts the mock calls by itself: this machine, and those that it was told of.

use thiserror::Error;
use url::{Host, Url};

/// Hosts that may be called besides loopback, on any port.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Vec<Host>);

/// A text that names no host: it has a port, a path or a scheme, or characters that no host has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no host: give a name or an address alone, as hooks.example.com, without scheme, port or path"
)]
pub struct HostError(String);

impl Hosts {
    pub(crate) fn new(allowed: &[String]) -> Result<Self, HostError> {
        Ok(Self(allowed.iter().map(|text| host(text)).collect::<Result<_, _>>()?))
    }

    pub(crate) fn may_call(&self, url: &Url) -> bool {
        is_loopback(url) || url.host().is_some_and(|host| self.0.contains(&host.to_owned()))
    }
}

/// Reads a host as a URL has it: names in lower case.
fn host(text: &str) -> Result<Host, HostError> {
    let text = text.trim();
    let address = text.parse().map(Host::Ipv6);
    address.or_else(|_| Host::parse(text)).map_err(|_| HostError(text.to_owned()))
}

/// Whether a URL's host is this machine, without asking a resolver.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_what_is_allowed() {
        let hosts = Hosts::new(&["Hooks.Example.com".to_owned(), "2001:db8::1".to_owned()]).unwrap();
        let may_call = |url: &str| hosts.may_call(&Url::parse(url).unwrap());
        for url in [
            "http://127.0.0.1:9/a",
            "http://localhost:1/",
            "http://[::1]/x",
            "https://hooks.example.com/in",
            "https://HOOKS.example.com:8443/in",
            "http://[2001:DB8::1]:80/",
            "http://127.8.8.8/",
        ] {
            assert!(may_call(url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "data:text/plain,x",
        ] {
            assert!(!may_call(url), "{url}");
        }
    }

    #[test]
    fn refuses_what_would_never_match() {
        for text in ["host:8080", "http://host", "host/path", "", "a b", "2001:db8::1:x"] {
            assert_eq!(host(text), Err(HostError(text.to_owned())));
        }
    }
}
