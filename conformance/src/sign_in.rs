//! Signing in as every MCP client does (OAuth 2.1), from the first refusal to an access token. There is no browser: the consent page is the mock's, and its
//! form is posted as a user would.

use reqwest::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::targets::{CallError, Target, bounded, client};

/// Nothing listens there: what the client is sent is read off the redirect.
const CALLBACK: &str = "http://127.0.0.1:7777/callback";
/// A proof key (RFC 7636, appendix B); what it proves is not kept from anybody here.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The tenant whose user signs in.
const TENANT: &str = "tenant_demo";

/// A client that an authorization server knows.
#[derive(Debug)]
pub(crate) struct SignIn {
    http: reqwest::Client,
    authorize: Url,
    token: Url,
    client_id: String,
    /// The MCP endpoint, as tokens for it name it.
    pub(crate) resource: String,
}

impl SignIn {
    /// Finds the authorization server of an MCP endpoint, and registers there.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] where there is none, or none that clients can register with.
    pub(crate) async fn at(endpoint: &str) -> Result<Self, CallError> {
        let http = client();
        let refusal = http.post(endpoint).header("content-type", "application/json");
        let refusal = refusal.header("accept", "application/json, text/event-stream").body("{}");
        let refusal = refusal.send().await.map_err(unusable)?;
        let challenge = refusal.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let metadata = challenge.and_then(|it| it.split_once("resource_metadata=\"")?.1.split('"').next());
        let metadata = metadata.ok_or_else(|| unsupported("the MCP endpoint offers no sign-in"))?;
        let resource = get(&http, &url(metadata)?).await?;
        let issuer = url(text(&resource, "/authorization_servers/0")?)?;
        let mut well_known = issuer.clone();
        well_known.set_path(&format!("/.well-known/oauth-authorization-server{}", issuer.path()));
        let server = get(&http, &well_known).await?;
        let registration = text(&server, "/registration_endpoint")
            .map_err(|_| unsupported("the authorization server lets no client register"))?;
        let asked = json!({ "client_name": "Conformance suite", "redirect_uris": [CALLBACK] });
        let asked = http.post(url(registration)?).body(asked.to_string());
        let registered = json(asked.header("content-type", "application/json")).await?;
        Ok(Self {
            authorize: url(text(&server, "/authorization_endpoint")?)?,
            token: url(text(&server, "/token_endpoint")?)?,
            client_id: text(&registered, "/client_id")?.to_owned(),
            resource: text(&resource, "/resource")?.to_owned(),
            http,
        })
    }

    /// An access token, for `resource` or else for the API. The user allows these numbers, or everything if there are none.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] when the consent page is not the mock's.
    pub(crate) async fn token(&self, resource: Option<&str>, numbers: &[&str]) -> Result<String, CallError> {
        let code = self.code(resource, numbers).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client_id),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", CALLBACK),
        ];
        let answer = json(self.post(&self.token, &form)).await?;
        Ok(text(&answer, "/access_token")?.to_owned())
    }

    /// What the user sends the client back with.
    async fn code(&self, resource: Option<&str>, numbers: &[&str]) -> Result<String, CallError> {
        let mut page = self.authorize.clone();
        page.query_pairs_mut()
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", CALLBACK),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
                ("login_hint", TENANT),
            ])
            .extend_pairs(resource.map(|resource| ("resource", resource)));
        let shown = self.http.get(page.clone()).send().await.map_err(unusable)?;
        let cookie = shown.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|it| it.split(';').next()).unwrap_or_default().to_owned();
        let html = bounded(shown).await.map_err(unusable)?;
        let html = String::from_utf8_lossy(&html);
        let csrf = html.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        let csrf =
            csrf.ok_or_else(|| unsupported("the consent page is not the mock's, so nobody consents"))?;
        let access = if numbers.is_empty() { "tenant" } else { "numbers" };
        let mut form = vec![("csrf", csrf), ("decision", "approve"), ("access", access)];
        form.extend(numbers.iter().map(|number| ("number_id", *number)));
        let posted = self.post(&page, &form).header(COOKIE, cookie).send().await.map_err(unusable)?;
        let back = posted.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let back = url(back.ok_or_else(|| unusable("the consent leads nowhere"))?)?;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        Ok(code.ok_or_else(|| unusable("the consent brings no code"))?.1.into_owned())
    }

    fn post(&self, to: &Url, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        // A URL's query is the encoding of a form.
        let mut encoded = to.clone();
        encoded.set_query(None);
        encoded.query_pairs_mut().extend_pairs(form);
        let body = encoded.query().unwrap_or_default().to_owned();
        self.http.post(to.clone()).header("content-type", "application/x-www-form-urlencoded").body(body)
    }
}

async fn get(http: &reqwest::Client, url: &Url) -> Result<Value, CallError> {
    json(http.get(url.clone())).await
}

async fn json(request: reqwest::RequestBuilder) -> Result<Value, CallError> {
    let response = request.send().await.map_err(unusable)?;
    let (status, body) = (response.status(), bounded(response).await.map_err(unusable)?);
    match serde_json::from_slice(&body) {
        Ok(value) if status.is_success() => Ok(value),
        _ => Err(unusable(format!("the sign-in ended in {status}"))),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, CallError> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.ok_or_else(|| unusable(format!("the sign-in lacks {pointer}")))
}

fn url(text: &str) -> Result<Url, CallError> {
    Url::parse(text).map_err(|error| unusable(format!("{text:?} is no URL: {error}")))
}

fn unusable(reason: impl std::fmt::Display) -> CallError {
    CallError::unusable(Target::Mcp, reason)
}

fn unsupported(reason: &str) -> CallError {
    CallError::Unsupported(reason.to_owned())
}
