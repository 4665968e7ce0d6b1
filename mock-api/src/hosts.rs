//! Which hosts the mock calls by itself: this machine, and those that it was told of.

use url::{Host, Url};

/// Hosts that may be called besides loopback.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(allowed: Vec<String>) -> Self {
        Self(allowed)
    }

    pub(crate) fn may_call(&self, url: &Url) -> bool {
        is_loopback(url) || url.host_str().is_some_and(|host| self.0.iter().any(|allowed| allowed == host))
    }
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
        let hosts = Hosts::new(vec!["hooks.example.com".to_owned()]);
        let may_call = |url: &str| hosts.may_call(&Url::parse(url).unwrap());
        for url in [
            "http://127.0.0.1:9/a",
            "http://localhost:1/",
            "http://[::1]/x",
            "https://hooks.example.com/in",
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
}
