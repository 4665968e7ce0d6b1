//! Options of the OAuth 2.1 resource server; the rest of its settings has defaults.

use clap::Args;
use server::OAuth;
use server::auth::Validation;
use server::settings::{set, switch};

use super::{some, url};
use crate::failure::Failure;

// The secret is no option: options can be read by others on the machine.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "OAuth")]
pub(super) struct OAuthOptions {
    /// Public URL of the MCP endpoint, path included, exactly as clients connect to it: what tokens must be for
    #[arg(long, value_name = "URL")]
    oauth_resource: Option<String>,
    /// Take access tokens, those of this authorization server; the resource, the client and its secret must be given too
    #[arg(long, value_name = "URL")]
    oauth_issuer: Option<String>,
    /// This server's client there, which exchanges tokens; its secret is PILOT_STATUS_OAUTH_CLIENT_SECRET
    #[arg(long, value_name = "ID")]
    oauth_client_id: Option<String>,
    /// Scope that every token must have; repeat for more
    #[arg(long, value_name = "SCOPE")]
    oauth_scope: Vec<String>,
    /// Name of the API at the authorization server: the audience that tokens are exchanged for
    #[arg(long, value_name = "AUDIENCE")]
    oauth_api_audience: Option<String>,
    /// Ask the authorization server about each token instead of checking its signature, by which a revoked one is good until it expires
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    oauth_introspection: Option<bool>,
    /// Take access tokens only, no API keys
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", value_parser = switch)]
    no_api_keys: Option<bool>,
}

impl OAuthOptions {
    /// Puts what was given over what `oauth` says.
    pub(super) fn apply(self, oauth: &mut Option<OAuth>) -> Result<(), Failure> {
        if oauth.is_none() && self == Self::default() {
            return Ok(());
        }
        let settings = oauth.get_or_insert_default();
        set(&mut settings.resource, url("--oauth-resource", self.oauth_resource)?);
        set(&mut settings.issuer, url("--oauth-issuer", self.oauth_issuer)?);
        set(&mut settings.client_id, self.oauth_client_id);
        set(&mut settings.scopes, some(self.oauth_scope));
        settings.api_audience = self.oauth_api_audience.or(settings.api_audience.take());
        let validation = |asks| if asks { Validation::Introspection } else { Validation::Jwks };
        set(&mut settings.validation, self.oauth_introspection.map(validation));
        set(&mut settings.api_keys, self.no_api_keys.map(|none| !none));
        Ok(())
    }
}
