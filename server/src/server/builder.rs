//! Describing a server in a program, setting by setting.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{Running, Server, StartError};
use crate::auth::Fingerprints;
use crate::selection::Selection;
use crate::{BaseUrl, Clock, Config, ConfigError, Limits, MetricsSettings, OAuth, Tls};

/// The settings of a server to come: the defaults, but that it listens on a free port unless told otherwise.
#[derive(Debug)]
pub struct Builder {
    config: Config,
    /// Told apart from the rest, because it must be named, and may be named wrongly.
    upstream: Result<BaseUrl, ConfigError>,
    clock: Clock,
}

impl Default for Builder {
    fn default() -> Self {
        let config = Config { listen: (Ipv4Addr::LOCALHOST, 0).into(), ..Config::default() };
        Self { config, upstream: Err(ConfigError::NoUpstream), clock: Clock::system() }
    }
}

impl Builder {
    /// Base URL of the API.
    #[must_use]
    pub fn upstream(self, url: impl AsRef<str>) -> Self {
        Self { upstream: url.as_ref().parse(), ..self }
    }

    /// Address to listen on.
    #[must_use]
    pub fn listen(self, address: SocketAddr) -> Self {
        self.with(|config| config.listen = address)
    }

    /// Longest time for a call; see [`Config::upstream_timeout`].
    #[must_use]
    pub fn upstream_timeout(self, timeout: Duration) -> Self {
        self.with(|config| config.upstream_timeout = timeout)
    }

    /// Whether tool definitions carry an `outputSchema`; they do not by default.
    #[must_use]
    pub fn output_schemas(self, yes: bool) -> Self {
        self.with(|config| config.output_schemas = yes)
    }

    /// Allows a browser origin; see [`Config::allow_origins`].
    #[must_use]
    pub fn allow_origin(self, origin: impl Into<String>) -> Self {
        self.with(|config| config.allow_origins.push(origin.into()))
    }

    /// Allows a host; see [`Config::allow_hosts`].
    #[must_use]
    pub fn allow_host(self, host: impl Into<String>) -> Self {
        self.with(|config| config.allow_hosts.push(host.into()))
    }

    /// Longest time for calls in flight once the server is told to stop; see [`Config::drain`].
    #[must_use]
    pub fn drain(self, limit: Duration) -> Self {
        self.with(|config| config.drain = limit)
    }

    /// TLS.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        self.with(|config| config.tls = tls)
    }

    /// Where metrics are served.
    #[must_use]
    pub fn metrics(self, metrics: MetricsSettings) -> Self {
        self.with(|config| config.metrics = metrics)
    }

    /// Which tools are served; all by default.
    #[must_use]
    pub fn selection(self, selection: Selection) -> Self {
        self.with(|config| config.selection = selection)
    }

    /// Bounds other than the defaults.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|config| config.limits = limits)
    }

    /// Takes access tokens too; see [`Config::oauth`].
    #[must_use]
    pub fn oauth(self, settings: OAuth) -> Self {
        self.with(|config| config.oauth = Some(settings))
    }

    /// Changes any setting but the upstream.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// The clock by which tokens expire; the system's by default.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The settings as they are now.
    ///
    /// # Errors
    /// [`ConfigError`], when no upstream was named, or none that can be used.
    pub fn config(self) -> Result<Config, ConfigError> {
        Ok(Config { upstream: self.upstream?, ..self.config })
    }

    /// The server, not listening yet.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn build(self) -> Result<Server, StartError> {
        let clock = self.clock.clone();
        Server::with(self.config()?, &clock, Fingerprints::random()?)
    }

    /// The server, listening.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(self) -> Result<Running, StartError> {
        self.build()?.start().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_on_a_free_port() {
        let upstream = "http://127.0.0.1:9";
        let config = Builder::default().upstream(upstream).drain(Duration::from_secs(1)).config().unwrap();
        let mut expected = Config::new(upstream).unwrap();
        (expected.listen, expected.drain) = (([127, 0, 0, 1], 0).into(), Duration::from_secs(1));
        assert_eq!(serde_json::to_value(config).unwrap(), serde_json::to_value(expected).unwrap());
    }

    #[test]
    fn an_upstream_must_be_named_that_can_be_used() {
        assert!(matches!(Builder::default().config(), Err(ConfigError::NoUpstream)));
        let wrong = Builder::default().upstream("ftp://a").config().unwrap_err();
        assert!(matches!(wrong, ConfigError::Url { .. }), "{wrong}");
        assert!(Builder::default().upstream("ftp://a").upstream("http://127.0.0.1:9").config().is_ok());
    }
}
