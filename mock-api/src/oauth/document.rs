//! Client ID metadata documents: a client whose id is the URL of its own description needs no registration.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::client::{Client, Metadata};
use super::error::OauthError;
use crate::hosts::{Hosts, is_loopback};
use crate::outbound::Outbound;

/// The longest that a document may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest document that is read.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Fetches documents.
#[derive(Debug)]
pub(crate) struct Documents {
    outbound: Outbound,
}

#[derive(Debug, Deserialize)]
struct Document {
    client_id: String,
    client_secret: Option<String>,
    #[serde(flatten)]
    metadata: Metadata,
}

impl Documents {
    pub(crate) fn new(hosts: Hosts) -> Self {
        Self { outbound: Outbound::new(hosts, TIMEOUT) }
    }

    /// The client that a URL describes.
    pub(super) async fn client(&self, id: &str) -> Result<Client, OauthError> {
        let url =
            Url::parse(id).ok().filter(|_| is_client_id(id)).ok_or_else(|| refusal("its URL will not do"))?;
        if !self.outbound.may_call(&url) {
            return Err(refusal("only loopback is called unless --allow-client-hosts names the host"));
        }
        let document: Document = serde_json::from_slice(&self.fetch(url).await?)
            .map_err(|error| refusal(&format!("it is not one: {error}")))?;
        if document.client_id != id {
            return Err(refusal("its client_id is not its URL"));
        }
        if document.client_secret.is_some() || !document.metadata.is_public() {
            return Err(refusal(
                "a client without registration shares no secret: its authentication method is none",
            ));
        }
        document.metadata.check().map_err(|error| refusal(&error.description))?;
        Ok(document.metadata.into_client(id, None))
    }

    async fn fetch(&self, url: Url) -> Result<Vec<u8>, OauthError> {
        let unreachable = |_| refusal("it could not be fetched");
        let client = self.outbound.client().await.map_err(unreachable)?;
        let request = client.get(url).header("accept", "application/json");
        let mut response = request.send().await.map_err(unreachable)?;
        if response.status() != http::StatusCode::OK {
            return Err(refusal(&format!("its server answered {}", response.status().as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_DOCUMENT {
                return Err(refusal("it is larger than 64 KiB"));
            }
        }
        Ok(body)
    }
}

fn refusal(reason: &str) -> OauthError {
    OauthError::new(
        400,
        "invalid_client",
        format!("The client's metadata document was not accepted: {reason}"),
    )
}

/// Whether a client id is the URL of a document: https, or http on loopback, with a path and nothing that could be read in two ways.
pub(super) fn is_client_id(id: &str) -> bool {
    let Ok(url) = Url::parse(id) else { return false };
    let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    // A path with dots, or a host in capitals, would be another text once parsed.
    scheme_fits && plain && url.path() != "/" && url.as_str() == id && id.len() <= 2048
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_urls_are_clients() {
        for fine in
            ["https://client.example/oauth.json", "https://client.example/a?b=c", "http://127.0.0.1:8/client"]
        {
            assert!(is_client_id(fine), "{fine}");
        }
        for wrong in [
            "client",
            "https://client.example",
            "https://client.example/",
            "http://client.example/oauth.json",
            "https://client.example/a/../b",
            "https://CLIENT.example/a",
            "https://user@client.example/a",
            "https://client.example/a#b",
            "ftp://client.example/a",
            "javascript:alert(1)",
        ] {
            assert!(!is_client_id(wrong), "{wrong}");
        }
    }
}
