//! Clients for what this server asks elsewhere now and then, the authorization server and the collector of spans; that of the API is `upstream`'s.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, retry};
use url::Url;

use crate::base_url::is_loopback;

/// The name that this server gives itself.
pub(crate) const AGENT: &str = concat!("pilot-status-mcp/", env!("CARGO_PKG_VERSION"));

/// The one way to begin a client. It follows no redirects, which would carry credentials elsewhere, and goes past a proxy of the environment, which is for
/// the world outside, where `loopback` says so. Nor does it send anything twice of its own accord, and so keeps no second copy of a request.
pub fn client(loopback: bool) -> ClientBuilder {
    let builder = Client::builder().user_agent(AGENT).redirect(Policy::none()).retry(retry::never());
    if loopback { builder.no_proxy() } else { builder }
}

/// Two clients, for servers that may be on this machine or outside.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    outside: Client,
    here: Client,
}

impl Clients {
    /// Both, each after `change`.
    pub(crate) fn new(change: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<Self> {
        let made = |loopback| change(client(loopback)).build();
        Ok(Self { outside: made(false)?, here: made(true)? })
    }

    /// The one for that URL.
    pub(crate) fn of(&self, url: &Url) -> &Client {
        if is_loopback(url) { &self.here } else { &self.outside }
    }
}

/// Gives `keep` the body of an answer, piece by piece, as long as it takes them; `false` as soon as it does not, or the body is longer than `most` bytes.
///
/// # Errors
/// When it breaks off.
pub(crate) async fn read<B: Body<Data = Bytes> + Unpin>(
    mut body: B,
    most: usize,
    mut keep: impl FnMut(&[u8]) -> bool,
) -> Result<bool, B::Error> {
    let mut left = most;
    while let Some(frame) = body.frame().await.transpose()? {
        // Trailers are of no use here.
        let Ok(chunk) = frame.into_data() else { continue };
        let Some(after) = left.checked_sub(chunk.len()) else { return Ok(false) };
        left = after;
        if !keep(&chunk) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_url_has_its_client() {
        let clients = Clients::new(|builder| builder).unwrap();
        let is_here = |url: &str| std::ptr::eq(clients.of(&Url::parse(url).unwrap()), &clients.here);
        for (url, expected) in [
            ("http://127.0.0.1:1/jwks", true),
            ("http://localhost", true),
            ("https://login.example.com", false),
        ] {
            assert_eq!(is_here(url), expected, "{url}");
        }
    }
}
