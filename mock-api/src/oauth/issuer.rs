//! Who the authorization server says it is, and its metadata (RFC 8414).

use std::net::SocketAddr;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use url::Url;

use super::Shared;
use super::scope::SCOPE;

/// The addresses that tokens and metadata name.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// The mock's base URL, without `/v1` and without a slash at its end: the audience of tokens that the API takes.
    base: String,
}

impl Issuer {
    /// The public address if there is one, else where the mock listens.
    pub(crate) fn new(public: Option<&Url>, address: SocketAddr) -> Self {
        let base = public.map_or_else(|| format!("http://{address}"), Url::to_string);
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    /// `iss`.
    pub(super) fn url(&self) -> String {
        format!("{}/oauth", self.base)
    }

    /// The audience that stands for the API.
    pub(super) fn api(&self) -> &str {
        &self.base
    }

    /// Whether a URI means the API.
    pub(super) fn is_api(&self, audience: &str) -> bool {
        audience.trim_end_matches('/') == self.base
    }

    pub(super) fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    fn metadata(&self) -> Value {
        let endpoint = |name: &str| format!("{}/{name}", self.url());
        let secrets = ["client_secret_basic", "client_secret_post"];
        json!({
            "issuer": self.url(),
            "authorization_endpoint": endpoint("authorize"),
            "token_endpoint": endpoint("token"),
            "registration_endpoint": endpoint("register"),
            "introspection_endpoint": endpoint("introspect"),
            "revocation_endpoint": endpoint("revoke"),
            "jwks_uri": endpoint("jwks"),
            "scopes_supported": [SCOPE],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", super::exchange::GRANT_TYPE],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", secrets[0], secrets[1]],
            "introspection_endpoint_auth_methods_supported": secrets,
            "revocation_endpoint_auth_methods_supported": ["none", secrets[0], secrets[1]],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
        })
    }
}

pub(super) async fn metadata(State(mock): Shared) -> Json<Value> {
    Json(mock.issuer.metadata())
}
