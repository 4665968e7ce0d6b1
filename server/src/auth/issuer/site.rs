//! How the authorization server is reached, and what it says of itself.

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Unavailable, send};
use crate::outbound::Clients;

/// Most that is shown of the name that a server gives itself.
const MAX_SHOWN_CHARACTERS: usize = 256;

/// How it is reached, and what it is called.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) clients: Clients,
    pub(super) issuer: Url,
    /// As tokens name it.
    pub(super) name: String,
}

/// The metadata (RFC 8414), as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) jwks_uri: Option<String>,
    pub(super) introspection_endpoint: Option<String>,
    pub(super) token_endpoint: Option<String>,
}

impl Site {
    /// The metadata, from the first of its addresses that has it; it must name this issuer.
    pub(super) async fn discover(self) -> Option<Metadata> {
        let mut other = None;
        for url in self.addresses() {
            let Ok(metadata) = self.get::<Metadata>(url).await else { continue };
            if metadata.issuer == self.name {
                return Some(metadata);
            }
            other = Some(metadata.issuer);
        }
        if let Some(other) = other {
            let named: String = other.chars().take(MAX_SHOWN_CHARACTERS).collect();
            tracing::error!(
                configured = self.name,
                named,
                "oauth.issuer is not what the authorization server calls itself, to the letter, and no token is taken: \
                 if it is the one you trust, set oauth.issuer to the name that it gives"
            );
        }
        None
    }

    /// RFC 8414 puts the well-known path before that of the issuer, OpenID Connect behind it.
    fn addresses(&self) -> [Url; 2] {
        let path = self.issuer.path().trim_end_matches('/');
        [
            format!("/.well-known/oauth-authorization-server{path}"),
            format!("{path}/.well-known/openid-configuration"),
        ]
        .map(|path| {
            let mut url = self.issuer.clone();
            url.set_path(&path);
            url
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Unavailable> {
        let answer = send(self.clients.of(&url).get(url)).await?;
        if answer.status != StatusCode::OK {
            tracing::warn!(
                status = answer.status.as_u16(),
                "the authorization server did not answer with what was asked"
            );
            return Err(Unavailable);
        }
        answer.json()
    }
}
