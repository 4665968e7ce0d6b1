//! One attempt to deliver: a signed `POST` (U-14).

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::redirect::Policy;
use sha2::Sha256;
use thiserror::Error;
use url::{Host, Url};

use super::outbox::Job;

/// How much of an answer is read.
const MAX_RESPONSE: usize = 64 * 1024;

/// What came of an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// What was answered, if anything was.
    pub(crate) status: Option<u16>,
    /// The answer's body, or why there is none.
    pub(crate) response: Option<String>,
    pub(crate) duration_ms: u64,
}

impl Outcome {
    fn failed(reason: impl Into<String>) -> Self {
        Self { response: Some(reason.into()), ..Self::default() }
    }
}

/// Makes attempts, over one pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Deliverer {
    client: reqwest::Client,
    /// Hosts that may be called besides loopback.
    allowed: Vec<Host>,
}

/// A text that names no host: it has a port, a path or a scheme, or characters that no host has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no host: give a name or an address alone, as hooks.example.com, without scheme, port or path"
)]
pub struct HostError(String);

/// Reads a host as a URL has it: names in lower case.
fn host(text: &str) -> Result<Host, HostError> {
    let text = text.trim();
    let address = text.parse().map(Host::Ipv6);
    address.or_else(|_| Host::parse(text)).map_err(|_| HostError(text.to_owned()))
}

/// Why webhooks cannot be delivered.
#[derive(Debug, Error)]
pub(crate) enum DelivererError {
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

impl Deliverer {
    pub(crate) fn new(allowed: &[String], timeout: Duration) -> Result<Self, DelivererError> {
        let allowed = allowed.iter().map(|text| host(text)).collect::<Result<_, _>>()?;
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(timeout)
            .user_agent(concat!("pilot-status-mock/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build()?;
        Ok(Self { client, allowed })
    }

    pub(crate) async fn deliver(&self, job: &Job) -> Outcome {
        if !self.may_call(&job.url) {
            return Outcome::failed(
                "not sent: only loopback is called unless --allow-webhook-hosts names the host",
            );
        }
        let request = self
            .client
            .post(&job.url)
            .header("content-type", "application/json")
            .header("x-pilot-status-signature", signature(&job.secret, job.body.as_bytes()))
            .body(job.body.to_string());
        match request.send().await {
            Ok(response) => read(response).await,
            Err(error) => Outcome::failed(reason(&error)),
        }
    }

    fn may_call(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        match url.host() {
            Some(Host::Ipv4(address)) if address.is_loopback() => true,
            Some(Host::Ipv6(address)) if address.is_loopback() => true,
            Some(Host::Domain("localhost")) => true,
            Some(host) => self.allowed.contains(&host.to_owned()),
            None => false,
        }
    }
}

async fn read(mut response: reqwest::Response) -> Outcome {
    let status = Some(response.status().as_u16());
    let mut body = Vec::new();
    while body.len() < MAX_RESPONSE {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                body.extend_from_slice(chunk.get(..MAX_RESPONSE - body.len()).unwrap_or(&chunk))
            }
            Ok(None) => break,
            Err(error) => return Outcome::failed(reason(&error)),
        }
    }
    Outcome { status, response: Some(String::from_utf8_lossy(&body).into_owned()), duration_ms: 0 }
}

/// The kind of failure only: the texts below it differ from machine to machine.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
}

/// Lower-case hexadecimal HMAC-SHA256 of the raw body under the webhook's secret.
fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second test case of RFC 4231.
    #[test]
    fn signs_as_the_rfc_says() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }

    #[test]
    fn calls_loopback_and_what_is_allowed() {
        let deliverer = Deliverer::new(
            &["Hooks.Example.com".to_owned(), "2001:db8::1".to_owned()],
            Duration::from_secs(10),
        )
        .unwrap();
        for url in [
            "http://127.0.0.1:9/a",
            "http://localhost:1/",
            "http://[::1]/x",
            "https://hooks.example.com/in",
            "https://HOOKS.example.com:8443/in",
            "http://[2001:DB8::1]:80/",
            "http://127.8.8.8/",
        ] {
            assert!(deliverer.may_call(url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "nonsense",
        ] {
            assert!(!deliverer.may_call(url), "{url}");
        }
    }

    #[test]
    fn refuses_what_would_never_match() {
        for text in ["host:8080", "http://host", "host/path", "", "a b", "2001:db8::1:x"] {
            assert_eq!(host(text), Err(HostError(text.to_owned())));
        }
    }
}
