//! The authorization server, as this server talks to it.

mod site;

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use thiserror::Error;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::kept::Kept;
use super::settings::{self, OAuth, Validation};
use crate::outbound::{self, Clients};
use crate::{PlainUrl, Secret, StartError, secret};
use site::{Metadata, Site};

/// Longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The authorization server.
#[derive(Debug)]
pub(super) struct Issuer {
    site: Site,
    client_id: String,
    client_secret: Secret,
    given: [Option<Url>; 3],
    /// Whether an endpoint that is used has to be found.
    discovers: bool,
    metadata: Kept<Metadata>,
}

/// One of its endpoints.
#[derive(Debug, Clone, Copy)]
pub(super) enum Endpoint {
    Keys,
    Introspection,
    Token,
}

/// It gave no answer that can be used. The cause has been logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the authorization server gave no usable answer")]
pub(super) struct Unavailable;

/// An answer to a form.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Cleared at the end, for it may hold tokens.
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Issuer {
    pub(super) fn new(settings: &OAuth) -> Result<Self, StartError> {
        let url = settings::url;
        let issuer = url("issuer", &settings.issuer)?;
        let optional = |field, raw: &Option<PlainUrl>| raw.as_ref().map(|raw| url(field, raw)).transpose();
        let given = [
            optional("jwks_uri", &settings.jwks_uri)?,
            optional("introspection_endpoint", &settings.introspection_endpoint)?,
            optional("token_endpoint", &settings.token_endpoint)?,
        ];
        let [keys, introspection, token] = &given;
        let judge = if settings.validation == Validation::Jwks { keys } else { introspection };
        let discovers = judge.is_none() || token.is_none();
        let patience = Duration::from_secs(settings.timeout_seconds);
        let clients = Clients::new(|builder| builder.timeout(patience))
            .map_err(|error| StartError::Client(error.into()))?;
        Ok(Self {
            site: Site { clients, issuer, name: settings.issuer.clone().into() },
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            given,
            discovers,
            metadata: Kept::new(settings.jwks_max_age_seconds, settings.jwks_interval_seconds),
        })
    }

    /// Looks, where the metadata will be needed, whether the authorization server goes by the configured name. What is found is told in the log: clients, who
    /// look for themselves, stop at a wrong name before they come here with a token.
    pub(super) async fn look(&self) {
        if self.discovers {
            self.site.clone().discover().await;
        }
    }

    /// As tokens name it.
    pub(super) fn name(&self) -> &str {
        &self.site.name
    }

    /// The published keys, as JSON.
    pub(super) async fn keys<T: DeserializeOwned>(&self, now: u64) -> Result<T, Unavailable> {
        let url = self.endpoint(Endpoint::Keys, now).await?;
        self.site.get(url).await
    }

    /// Posts a form in the name of this server's client.
    pub(super) async fn post(
        &self,
        endpoint: Endpoint,
        now: u64,
        form: &[(&str, &str)],
    ) -> Result<Answer, Unavailable> {
        let url = self.endpoint(endpoint, now).await?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .site
            .clients
            .of(&url)
            .post(url)
            // Both parts are encoded before they are joined (RFC 6749, section 2.3.1).
            .basic_auth(encode(&self.client_id).as_str(), Some(encode(self.client_secret.expose()).as_str()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(secret::shared(body));
        send(request).await
    }

    /// Where an endpoint is: where the settings say, else where the metadata says.
    async fn endpoint(&self, endpoint: Endpoint, now: u64) -> Result<Url, Unavailable> {
        let [keys, introspection, token] = &self.given;
        let given = match endpoint {
            Endpoint::Keys => keys,
            Endpoint::Introspection => introspection,
            Endpoint::Token => token,
        };
        if let Some(url) = given {
            return Ok(url.clone());
        }
        let discover = || self.site.clone().discover();
        let metadata = self.metadata.get(now, |_| true, discover).await.ok_or(Unavailable)?;
        let named = match endpoint {
            Endpoint::Keys => &metadata.jwks_uri,
            Endpoint::Introspection => &metadata.introspection_endpoint,
            Endpoint::Token => &metadata.token_endpoint,
        };
        let url = named.as_ref().and_then(|named| Url::parse(named).ok());
        url.filter(|url| url.origin() == self.site.issuer.origin()).ok_or_else(|| {
            tracing::warn!(
                ?endpoint,
                "the metadata names no such endpoint on the issuer's own host: set it under oauth"
            );
            Unavailable
        })
    }
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Unavailable> {
        // The error names the place but not the value.
        serde_json::from_slice(&self.body).map_err(|error| {
            tracing::warn!(
                line = error.line(),
                column = error.column(),
                "the authorization server answered with unusable JSON"
            );
            Unavailable
        })
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, Unavailable> {
    let failed = |error: reqwest::Error| {
        tracing::warn!(cause = ?error.without_url(), "the authorization server cannot be reached");
        Unavailable
    };
    let response = request.header(ACCEPT, "application/json").send().await.map_err(failed)?;
    let status = response.status();
    let mut body = Zeroizing::new(Vec::new());
    let whole = outbound::read(http::Response::from(response).into_body(), MAX_ANSWER_BYTES, |chunk| {
        body.extend_from_slice(chunk);
        true
    });
    if !whole.await.map_err(failed)? {
        tracing::warn!("the answer of the authorization server is longer than {MAX_ANSWER_BYTES} bytes");
        return Err(Unavailable);
    }
    Ok(Answer { status, body })
}

fn encode(text: &str) -> Zeroizing<String> {
    Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect())
}
