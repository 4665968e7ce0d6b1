//! What a client asks of a user: the query of the authorization endpoint.

use axum::response::{IntoResponse, Redirect, Response};
use url::Url;

use super::client::Client;
use super::error::OauthError;
use super::form::Params;
use super::{document, page, scope};
use crate::mock::Mock;

/// A request that can be shown to a user.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) client_id: String,
    pub(super) client: Client,
    pub(super) back: Back,
    /// The PKCE challenge.
    pub(super) challenge: String,
    /// The resource that the token is for; the API unless the client named one.
    pub(super) audience: String,
    /// The tenant that the user has signed in as, if that is known.
    pub(super) tenant: Option<String>,
}

/// Where the user goes back to, with what the client wants to see again.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) redirect_uri: String,
    state: Option<String>,
    issuer: String,
}

impl Back {
    pub(super) fn with_code(&self, code: &str) -> Response {
        self.with(&[("code", code)])
    }

    pub(super) fn with_error(&self, error: &OauthError) -> Response {
        self.with(&[("error", error.code), ("error_description", &error.description)])
    }

    /// Every answer says who gives it (RFC 9207).
    fn with(&self, answer: &[(&str, &str)]) -> Response {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else {
            return page::problem(&OauthError::request("redirect_uri is not a URL"));
        };
        let state = self.state.as_deref().map(|state| ("state", state));
        url.query_pairs_mut().extend_pairs(answer).extend_pairs(state).append_pair("iss", &self.issuer);
        Redirect::to(url.as_str()).into_response()
    }
}

/// Reads a request, or answers why not: to the user while client and redirect URI are not known to be good, else to the client.
pub(super) async fn read(mock: &Mock, query: &str) -> Result<Asked, Response> {
    let params = Params::parse(query.as_bytes());
    let (client_id, client, redirect_uri) =
        destination(mock, &params).await.map_err(|error| page::problem(&error))?;
    // A state that came twice cannot be given back; the check below says so.
    let state = params.get("state").ok().flatten().map(str::to_owned);
    let back = Back { redirect_uri, state, issuer: mock.issuer.url() };
    match check(&params) {
        Ok((challenge, resource, tenant)) => {
            let audience = resource.unwrap_or(mock.issuer.api()).to_owned();
            let (challenge, tenant) = (challenge.to_owned(), tenant.map(str::to_owned));
            Ok(Asked { client_id, client, back, challenge, audience, tenant })
        }
        Err(error) => Err(back.with_error(&error)),
    }
}

/// The client, and where it wants the user back.
async fn destination(mock: &Mock, params: &Params) -> Result<(String, Client, String), OauthError> {
    let id = params.required("client_id")?;
    let known = crate::lock(&mock.state).oauth.client(id).cloned();
    let client = match known {
        Some(client) => client,
        None if document::is_client_id(id) => mock.documents.client(id).await?,
        None => return Err(OauthError::new(400, "invalid_client", "There is no such client")),
    };
    let redirect_uri = client.redirect_uri(params.get("redirect_uri")?)?;
    Ok((id.to_owned(), client, redirect_uri))
}

type Checked<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// Challenge, resource and tenant.
fn check(params: &Params) -> Result<Checked<'_>, OauthError> {
    params.get("state")?;
    if params.required("response_type")? != "code" {
        return Err(OauthError::new(400, "unsupported_response_type", "The only response type is code"));
    }
    if params.get("response_mode")?.is_some_and(|mode| mode != "query") {
        return Err(OauthError::request("The only response mode is query"));
    }
    let challenge = params.required("code_challenge")?;
    if params.get("code_challenge_method")? != Some("S256") {
        return Err(OauthError::request("code_challenge_method must be S256"));
    }
    if challenge.len() != 43 || !challenge.bytes().all(is_base64url) {
        return Err(OauthError::request("code_challenge is not the base64url of a SHA-256 digest"));
    }
    scope::check(params.get("scope")?)?;
    Ok((challenge, params.resource()?, params.get("login_hint")?))
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
