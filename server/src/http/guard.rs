//! Host and Origin: what keeps a page in a browser from reaching a server on the same machine.

use std::net::{IpAddr, SocketAddr};

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use super::Problem;
use crate::{Config, ConfigError};

/// Stands for any host in the settings.
const ANY: &str = "*";

/// The hosts and origins that may be named in a request.
#[derive(Debug, Clone)]
pub struct Guard {
    origins: Vec<Origin>,
    hosts: Vec<Place>,
    any_host: bool,
    /// The address itself, as most clients name it, where that is allowed.
    own: Option<HeaderValue>,
}

/// A host, and a port where it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    host: String,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    place: Place,
}

impl Guard {
    /// What `config` allows, for a server on `local`. Loopback is always allowed, and the address itself unless it stands for all.
    ///
    /// # Errors
    /// [`ConfigError::Origin`] or [`ConfigError::Host`] for what cannot be read.
    pub fn new(config: &Config, local: SocketAddr) -> Result<Self, ConfigError> {
        let origin = |raw: &String| Origin::parse(raw).ok_or_else(|| ConfigError::Origin(raw.clone()));
        let origins = config.allow_origins.iter().map(origin).collect::<Result<_, _>>()?;
        let host = |raw: &String| Place::parse(raw).ok_or_else(|| ConfigError::Host(raw.clone()));
        let named = config.allow_hosts.iter().filter(|raw| *raw != ANY);
        let mut hosts = named.map(host).collect::<Result<Vec<_>, _>>()?;
        if !local.ip().is_unspecified() {
            hosts.push(Place { host: local.ip().to_string(), port: None });
        }
        let any_host = config.allow_hosts.iter().any(|host| host == ANY);
        let own = HeaderValue::try_from(local.to_string()).ok().filter(|_| !local.ip().is_unspecified());
        Ok(Self { origins, hosts, any_host, own })
    }

    /// Whether pages of this origin may call.
    #[must_use]
    pub fn allows_origin(&self, origin: &HeaderValue) -> bool {
        let Some(origin) = origin.to_str().ok().and_then(Origin::parse) else { return false };
        origin.place.is_loopback() || self.origins.contains(&origin)
    }

    fn allows_host(&self, asked: &Place) -> bool {
        let matches = |allowed: &Place| {
            allowed.host == asked.host && (allowed.port.is_none() || allowed.port == asked.port)
        };
        self.any_host || asked.is_loopback() || self.hosts.iter().any(matches)
    }

    /// Whether a request names the address itself, and needs no closer look.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(HOST).iter();
        self.own.is_some() && named.next() == self.own.as_ref() && named.next().is_none()
    }

    /// Whether a request may come in.
    ///
    /// # Errors
    /// The refusal: 403 for a host or an origin that is not allowed.
    pub(super) fn judge(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let allowed = self.is_own(headers) || {
            let host = host(uri, headers).ok_or_else(|| {
                Problem::new(StatusCode::BAD_REQUEST, "HOST_INVALID", "name the host, once")
            })?;
            self.allows_host(&host)
        };
        if !allowed {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "HOST_NOT_ALLOWED",
                "this server does not go by that name (see --allow-host)",
            ));
        }
        if !headers.get_all(ORIGIN).iter().all(|origin| self.allows_origin(origin)) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "ORIGIN_NOT_ALLOWED",
                "pages of that origin may not call (see --allow-origin)",
            ));
        }
        Ok(())
    }
}

fn host(uri: &Uri, headers: &HeaderMap) -> Option<Place> {
    let mut named = headers.get_all(HOST).iter();
    match (named.next(), named.next()) {
        (Some(only), None) => Place::parse(only.to_str().ok()?),
        (None, _) => Some(Place::of(uri.authority()?)),
        _ => None,
    }
}

impl Place {
    fn of(authority: &Authority) -> Self {
        Self {
            host: authority.host().trim_matches(['[', ']']).to_ascii_lowercase(),
            port: authority.port_u16(),
        }
    }

    fn parse(raw: &str) -> Option<Self> {
        raw.parse()
            .ok()
            .filter(|authority: &Authority| !authority.as_str().contains('@'))
            .map(|authority| Self::of(&authority))
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl Origin {
    fn parse(raw: &str) -> Option<Self> {
        let uri: Uri = raw.parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let mut place = Place::parse(uri.authority()?.as_str())?;
        let default = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        place.port = place.port.filter(|port| *port != default);
        matches!(uri.path(), "" | "/").then_some(Self { scheme, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(origins: &[&str], hosts: &[&str], local: &str) -> Guard {
        let mut config = Config::new("http://127.0.0.1:1").unwrap();
        config.allow_origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        config.allow_hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Guard::new(&config, local.parse().unwrap()).unwrap()
    }

    fn origin(guard: &Guard, raw: &str) -> bool {
        guard.allows_origin(&HeaderValue::from_bytes(raw.as_bytes()).unwrap())
    }

    fn host(guard: &Guard, raw: &str) -> bool {
        guard.allows_host(&Place::parse(raw).unwrap())
    }

    #[test]
    fn hosts_that_cannot_be_read_are_refused() {
        for raw in
            ["https://mcp.example.com", "::1", "mcp.example.com/mcp", "u@mcp.example.com", "", "a b", "[::1"]
        {
            let mut config = Config::new("http://127.0.0.1:1").unwrap();
            config.allow_hosts = vec!["mcp.example.com".to_owned(), raw.to_owned()];
            let error = Guard::new(&config, "127.0.0.1:1".parse().unwrap()).unwrap_err();
            assert!(matches!(&error, ConfigError::Host(it) if it == raw), "{raw}: {error}");
            assert_eq!(error.setting().as_deref(), Some("allow_hosts"));
        }
    }

    #[test]
    fn origins_on_loopback_and_those_configured() {
        let guard = guard(&["https://app.example.com"], &[], "127.0.0.1:8080");
        for good in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "https://[::1]:8",
            "https://app.example.com",
            "https://APP.example.com:443",
        ] {
            assert!(origin(&guard, good), "{good}");
        }
        for bad in [
            "null",
            "",
            "https://evil.example",
            "http://app.example.com",
            "https://app.example.com:8443",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "file://localhost",
            "é",
        ] {
            assert!(!origin(&guard, bad), "{bad}");
        }
    }

    #[test]
    fn hosts_on_loopback_the_address_itself_and_those_configured() {
        let local = guard(&[], &["mcp.example.com", "other.example.com:8443"], "192.0.2.1:8080");
        for good in [
            "localhost:8080",
            "127.0.0.1",
            "[::1]:1",
            "192.0.2.1:8080",
            "mcp.example.com:9",
            "MCP.example.com",
            "other.example.com:8443",
        ] {
            assert!(host(&local, good), "{good}");
        }
        for bad in ["evil.example", "192.0.2.2", "other.example.com"] {
            assert!(!host(&local, bad), "{bad}");
        }
        assert!(!host(&guard(&[], &[], "0.0.0.0:8080"), "0.0.0.0:8080"));
        assert!(host(&guard(&[], &["*"], "0.0.0.0:8080"), "evil.example"));
    }

    #[test]
    fn the_address_itself_is_named_once_and_where_it_is_one() {
        let judged = |local: &str, hosts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, HeaderValue::from_static(host));
            }
            guard(&[], &[], local).judge(&Uri::from_static("/mcp"), &headers).is_ok()
        };
        assert!(judged("192.0.2.1:8080", &["192.0.2.1:8080"]));
        assert!(!judged("192.0.2.1:8080", &["192.0.2.1:8080", "192.0.2.1:8080"]));
        assert!(!judged("192.0.2.1:8080", &["192.0.2.1:8080", "evil.example"]));
        assert!(!judged("192.0.2.1:8080", &[]));
        assert!(!judged("0.0.0.0:8080", &["0.0.0.0:8080"]));
    }

    #[test]
    fn an_origin_that_is_none_is_a_mistake() {
        let mut config = Config::new("http://127.0.0.1:1").unwrap();
        config.allow_origins = vec!["app.example.com".into()];
        assert!(matches!(Guard::new(&config, ([127, 0, 0, 1], 1).into()), Err(ConfigError::Origin(_))));
    }
}
