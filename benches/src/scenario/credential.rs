//! Who calls. A scenario says where a key is to be found, and never holds one but those of the demo world.

use std::fmt;

use serde::Deserialize;

/// Where a caller's credential goes, and where it comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialSource {
    /// The header that carries it.
    #[serde(default)]
    pub header: CredentialHeader,
    /// The variable of the environment that holds it.
    pub env: String,
    /// What stands for it on loopback where the variable is not set: a key of the demo world.
    #[serde(default)]
    pub demo: Option<String>,
}

/// The headers in which the API and the server find a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialHeader {
    /// `x-api-key`, with an API key.
    #[default]
    XApiKey,
    /// `Authorization: Bearer`, with an access token.
    Authorization,
}

/// A credential that was found.
#[derive(Clone)]
pub struct Credential {
    header: CredentialHeader,
    secret: String,
}

/// Shows no secret.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("header", &self.header).finish_non_exhaustive()
    }
}

impl CredentialSource {
    /// Looks the credential up in the environment, of which `variable` is the way; `demo` says whether keys of the demo world may stand in.
    ///
    /// # Errors
    /// What to set, without the value.
    pub fn find(&self, variable: impl Fn(&str) -> Option<String>, demo: bool) -> Result<Credential, String> {
        let env = &self.env;
        let given = variable(env).filter(|value| !value.is_empty());
        let secret = given.or_else(|| self.demo.clone().filter(|_| demo));
        let secret =
            secret.ok_or_else(|| format!("the variable {env} with a key of the target is not set"))?;
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("what the variable {env} holds cannot be sent in a header"));
        }
        Ok(Credential { header: self.header, secret })
    }
}

impl Credential {
    /// Name and value of the header.
    #[must_use]
    pub fn header(&self) -> (&'static str, String) {
        match self.header {
            CredentialHeader::XApiKey => ("x-api-key", self.secret.clone()),
            CredentialHeader::Authorization => ("authorization", format!("Bearer {}", self.secret)),
        }
    }

    /// Name and value of the variable in which a server over stdio finds its caller.
    #[must_use]
    pub fn variable(&self) -> (&'static str, &str) {
        match self.header {
            CredentialHeader::XApiKey => ("PILOT_STATUS_API_KEY", &self.secret),
            CredentialHeader::Authorization => ("PILOT_STATUS_ACCESS_TOKEN", &self.secret),
        }
    }
}
