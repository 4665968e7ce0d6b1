//! What a user and a client do by hand: pages, forms, redirects.

use mock_api::MockApi;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::common::{self, Api};

/// The pair of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The resource that clients ask for, as an MCP server would be one.
pub(crate) const RESOURCE: &str = "http://127.0.0.1:8080/mcp";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:7777/cb";
/// The confidential client of the demo world.
pub(crate) const SERVER: Option<(&str, &str)> = Some(("mcp-server", "mcp-server-secret"));

/// A mock of the demo world, with everything that talks to it.
pub(crate) struct Browser {
    pub(crate) api: Api,
    http: reqwest::Client,
}

/// A page, or what came in its place.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// A parameter of the address that the browser is sent to.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.header("location")).ok()?;
        let mut pairs = url.query_pairs().filter(|(key, _)| key == name);
        pairs.next().map(|(_, value)| value.into_owned())
    }

    /// The CSRF token of a consent page.
    pub(crate) fn csrf(&self) -> &str {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap()
    }

    /// The cookie that it sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap()
    }
}

/// Pairs as a form or a query has them.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The same pairs with another value; none takes the pair away.
pub(crate) fn changed<'a>(
    pairs: &[(&'a str, &'a str)],
    name: &'a str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let kept = pairs.iter().copied().filter(|(key, _)| *key != name);
    kept.chain(value.map(|value| (name, value))).collect()
}

/// What a client asks for.
pub(crate) fn asking(client: &str) -> Vec<(&str, &str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "s1"),
        ("resource", RESOURCE),
        ("login_hint", "tenant_demo"),
    ]
}

/// What a user sends who allows everything, or some numbers.
pub(crate) fn allowing<'a>(numbers: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let access = if numbers.is_empty() { "tenant" } else { "numbers" };
    let chosen = numbers.iter().map(|number| ("number_id", *number));
    [("decision", "approve"), ("access", access)].into_iter().chain(chosen).collect()
}

impl Browser {
    pub(crate) async fn open() -> Self {
        Self::of(MockApi::builder()).await
    }

    pub(crate) async fn of(builder: mock_api::Builder) -> Self {
        let api = common::start(builder, "").await;
        let http = common::client();
        Self { api, http }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/oauth{path}", self.api.mock.url())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(self.url(path)).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, kind: &str, body: String) -> (u16, Value) {
        let request = self.http.post(self.url(path)).header("content-type", kind).body(body);
        self.api.send(request).await
    }

    /// A form to one of the endpoints for clients.
    pub(crate) async fn form(
        &self,
        path: &str,
        client: Option<(&str, &str)>,
        pairs: &[(&str, &str)],
    ) -> (u16, Value) {
        let request = self.http.post(self.url(path)).body(encode(pairs));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = match client {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        };
        self.api.send(request).await
    }

    pub(crate) async fn register(&self, metadata: Value) -> (u16, Value) {
        self.post("/register", "application/json", metadata.to_string()).await
    }

    /// A public client that refreshes.
    pub(crate) async fn client(&self) -> String {
        let grant_types = ["authorization_code", "refresh_token"];
        let (status, body) = self
            .register(json!({ "client_name": "Claude", "redirect_uris": ["http://127.0.0.1/cb"], "grant_types": grant_types }))
            .await;
        assert_eq!(status, 201, "{body}");
        body["client_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn page(&self, query: &[(&str, &str)]) -> Answer {
        let url = format!("{}?{}", self.url("/authorize"), encode(query));
        Answer::of(self.http.get(url).send().await.unwrap()).await
    }

    /// Posts the form of a page as a browser would.
    pub(crate) async fn submit(&self, query: &[(&str, &str)], cookie: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}?{}", self.url("/authorize"), encode(query));
        let request = self.http.post(url).body(encode(form)).header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.send().await.unwrap()).await
    }

    /// Opens the page and posts its form.
    pub(crate) async fn decide(&self, query: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let page = self.page(query).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let form: Vec<_> = form.iter().copied().chain([("csrf", page.csrf())]).collect();
        self.submit(query, page.cookie(), &form).await
    }

    /// A code for what a user allowed: the whole tenant, or some numbers.
    pub(crate) async fn code(&self, client: &str, numbers: &[&str]) -> String {
        let answer = self.decide(&asking(client), &allowing(numbers)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.sent("code").unwrap()
    }

    pub(crate) async fn redeem(&self, client: &str, code: &str) -> (u16, Value) {
        self.form("/token", None, &redeeming(client, code)).await
    }

    pub(crate) async fn refresh(&self, client: &str, token: &Value) -> (u16, Value) {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client),
            ("refresh_token", token.as_str().unwrap()),
        ];
        self.form("/token", None, &form).await
    }

    /// Tokens for what a user allowed a new client.
    pub(crate) async fn tokens(&self, numbers: &[&str]) -> Value {
        let client = self.client().await;
        let code = self.code(&client, numbers).await;
        let (status, mut tokens) = self.redeem(&client, &code).await;
        assert_eq!(status, 200, "{tokens}");
        tokens["client"] = client.into();
        tokens
    }

    pub(crate) async fn exchange(&self, subject: &Value) -> (u16, Value) {
        let api = self.api.mock.url();
        self.form("/token", SERVER, &exchanging(subject, &api)).await
    }

    /// A token for the API.
    pub(crate) async fn api_token(&self, numbers: &[&str]) -> String {
        let (status, body) = self.exchange(&self.tokens(numbers).await["access_token"]).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn introspect(&self, token: &Value) -> Value {
        let (status, body) = self.form("/introspect", SERVER, &[("token", token.as_str().unwrap())]).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(crate) async fn is_active(&self, token: &Value) -> bool {
        self.introspect(token).await["active"].as_bool().unwrap()
    }

    /// A call of the API with a token, and perhaps a number.
    pub(crate) async fn call(
        &self,
        token: &str,
        number: Option<&str>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let request =
            self.http.request(method, format!("{}/v1{path}", self.api.mock.url())).bearer_auth(token);
        let request = match number {
            Some(number) => request.header("x-whatsapp-number-id", number),
            None => request,
        };
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.api.send(request).await
    }

    pub(crate) async fn pass(&self, seconds: i64) {
        self.api.mock.advance(jiff::SignedDuration::from_secs(seconds)).await;
    }
}

/// The form that a code is redeemed with.
pub(crate) fn redeeming<'a>(client: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The form that a token is exchanged with.
pub(crate) fn exchanging<'a>(subject: &'a Value, audience: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", subject.as_str().unwrap()),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", audience),
    ]
}

/// The code of a refusal.
pub(crate) fn error(body: &Value) -> &str {
    body["error"].as_str().unwrap_or_default()
}
