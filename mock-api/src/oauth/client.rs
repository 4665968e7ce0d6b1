//! Clients, and what they say of themselves when they register (RFC 7591) or publish a metadata document.

use fixtures::world::OauthClient;
use serde::{Deserialize, Serialize};

use super::error::OauthError;
use super::fingerprint::Fingerprint;
use super::redirect;

/// The longest name that is taken, in characters.
const MAX_NAME: usize = 200;

/// A client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Client {
    /// What the consent page calls it.
    pub(super) name: String,
    /// That of its secret, when it is confidential.
    pub(super) secret: Option<Fingerprint>,
    pub(super) redirect_uris: Vec<String>,
    /// Whether it is given refresh tokens.
    pub(super) refreshes: bool,
}

impl Client {
    pub(super) fn of_world(client: &OauthClient) -> Self {
        Self {
            name: client.name.clone().unwrap_or_else(|| client.id.clone()),
            secret: client.secret.as_deref().map(Fingerprint::of),
            redirect_uris: client.redirect_uris.clone(),
            refreshes: true,
        }
    }

    /// The redirect URI to go back to; a client that has one need not say it.
    pub(super) fn redirect_uri(&self, asked: Option<&str>) -> Result<String, OauthError> {
        match (asked, self.redirect_uris.as_slice()) {
            (Some(asked), registered) if registered.iter().any(|it| redirect::is_same(it, asked)) => {
                Ok(asked.to_owned())
            }
            (Some(_), _) => Err(OauthError::request("redirect_uri is not one of those that the client has")),
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(OauthError::request("redirect_uri is missing")),
        }
    }
}

/// Metadata of a client; what is not listed here is not looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) client_name: Option<String>,
    #[serde(default)]
    pub(super) redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    scope: Option<String>,
}

impl Metadata {
    /// Refuses what this server would not do.
    pub(super) fn check(&self) -> Result<(), OauthError> {
        let invalid = |text: String| Err(OauthError::new(400, "invalid_client_metadata", text));
        if self.name_is_too_long() {
            return invalid(format!("client_name is longer than {MAX_NAME} characters"));
        }
        let known = ["authorization_code", "refresh_token", super::exchange::GRANT_TYPE];
        if let Some(other) = self.grant_types().iter().find(|it| !known.contains(&it.as_str())) {
            return invalid(format!("grant_types: {other:?} is not supported"));
        }
        if self.response_types.iter().flatten().any(|it| it != "code") {
            return invalid("response_types: only \"code\" is supported".to_owned());
        }
        if !["none", "client_secret_basic", "client_secret_post"].contains(&self.auth_method()) {
            return invalid(format!("token_endpoint_auth_method: {:?} is not supported", self.auth_method()));
        }
        if super::scope::check(self.scope.as_deref()).is_err() {
            return invalid(format!("scope: the only scope is {:?}", super::scope::SCOPE));
        }
        self.check_redirects()
    }

    fn check_redirects(&self) -> Result<(), OauthError> {
        let invalid = |text: String| Err(OauthError::new(400, "invalid_redirect_uri", text));
        let comes_through_users = self.grant_types().iter().any(|it| it == "authorization_code");
        if comes_through_users && self.redirect_uris.is_empty() {
            return invalid("redirect_uris is missing".to_owned());
        }
        if self.redirect_uris.len() > redirect::MAX_URIS {
            return invalid(format!("There are more than {} redirect_uris", redirect::MAX_URIS));
        }
        match self.redirect_uris.iter().find(|uri| !redirect::may_be_registered(uri)) {
            None => Ok(()),
            Some(uri) => invalid(format!(
                "{uri:?} is not https, http on loopback or a scheme of an application's own, or it has a fragment"
            )),
        }
    }

    fn name_is_too_long(&self) -> bool {
        self.client_name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME)
    }

    /// Without any, those that the RFC gives.
    pub(super) fn grant_types(&self) -> Vec<String> {
        self.grant_types.clone().unwrap_or_else(|| vec!["authorization_code".to_owned()])
    }

    /// Without one a client is public: most that come here run on their user's machine.
    pub(super) fn auth_method(&self) -> &str {
        self.token_endpoint_auth_method.as_deref().unwrap_or("none")
    }

    pub(super) fn is_public(&self) -> bool {
        self.auth_method() == "none"
    }

    /// The client that it describes; `id` names one that has no name.
    pub(super) fn into_client(self, id: &str, secret: Option<&str>) -> Client {
        let refreshes = self.grant_types().iter().any(|it| it == "refresh_token");
        let name = self.client_name.filter(|name| !name.trim().is_empty());
        Client {
            name: name.unwrap_or_else(|| id.to_owned()),
            secret: secret.map(Fingerprint::of),
            redirect_uris: self.redirect_uris,
            refreshes,
        }
    }
}
