//! Options of the OAuth 2.1 resource server; the rest of its settings has defaults.

use clap::Args;
use server::OAuth;
use server::auth::Validation;

/// The secret comes from the environment alone: options can be read by others on the machine.
const SECRET_VARIABLE: &str = "PILOT_STATUS_OAUTH_CLIENT_SECRET";

#[derive(Debug, Args)]
#[command(next_help_heading = "OAuth")]
pub(super) struct OAuthOptions {
    /// Take access tokens; the public URL of the MCP endpoint, path included, exactly as clients connect to it
    #[arg(long, value_name = "URL", requires_all = ["oauth_issuer", "oauth_client_id"])]
    oauth_resource: Option<String>,
    /// Authorization server whose tokens are taken
    #[arg(long, value_name = "URL", requires = "oauth_resource")]
    oauth_issuer: Option<String>,
    /// This server's client there, which exchanges tokens; its secret is PILOT_STATUS_OAUTH_CLIENT_SECRET
    #[arg(long, value_name = "ID", requires = "oauth_resource")]
    oauth_client_id: Option<String>,
    /// Scope that every token must have; repeat for more
    #[arg(long, value_name = "SCOPE", requires = "oauth_resource")]
    oauth_scope: Vec<String>,
    /// Name of the API at the authorization server: the audience that tokens are exchanged for
    #[arg(long, value_name = "AUDIENCE", requires = "oauth_resource")]
    oauth_api_audience: Option<String>,
    /// Ask the authorization server about each token instead of checking its signature
    #[arg(long, requires = "oauth_resource")]
    oauth_introspection: bool,
    /// Take access tokens only, no API keys
    #[arg(long, requires = "oauth_resource")]
    no_api_keys: bool,
}

impl OAuthOptions {
    /// The settings, if tokens are to be taken.
    pub(super) fn settings(self) -> Option<OAuth> {
        let validation = if self.oauth_introspection { Validation::Introspection } else { Validation::Jwks };
        Some(OAuth {
            resource: self.oauth_resource?,
            issuer: self.oauth_issuer.unwrap_or_default(),
            client_id: self.oauth_client_id.unwrap_or_default(),
            client_secret: std::env::var(SECRET_VARIABLE).unwrap_or_default().into(),
            validation,
            scopes: self.oauth_scope,
            api_audience: self.oauth_api_audience,
            api_keys: !self.no_api_keys,
            ..OAuth::default()
        })
    }
}
