//! Access tokens from the outside: an authorization server and an API that do what a test wants, and a clock that stands where a test puts it.

mod exchange;
mod forged;
mod grants;
mod introspection;
mod keys;
mod meta;
mod metadata;
mod stdio;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use server::selection::Selection;
use server::{Clock, OAuth, Running, Server};
use tokio::sync::Mutex;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockGuard, MockServer, Request, Respond, ResponseTemplate};

use crate::common::{self, Answer, edit, modern_headers, modern_params, request};

/// When it is, unless a test moves the clock.
pub(crate) const NOW: u64 = 1_800_000_000;
const RESOURCE: &str = "https://mcp.example.com/mcp";
const ISSUER: &str = "https://login.example.com";

/// A server with all that it talks to.
struct World {
    /// The authorization server.
    login: MockServer,
    /// The API, which tells what it was asked with.
    api: MockServer,
    server: Running,
    now: Arc<AtomicU64>,
    /// What the authorization server answers, by path.
    mounted: Mutex<HashMap<String, MockGuard>>,
}

/// The settings for an authorization server at that address.
fn settings(login: &MockServer) -> OAuth {
    let at = |path: &str| Some(format!("{}{path}", login.uri()).parse().unwrap());
    OAuth {
        resource: RESOURCE.parse().unwrap(),
        issuer: ISSUER.parse().unwrap(),
        client_id: "mcp server".into(),
        client_secret: "hunter:2".into(),
        jwks_uri: at("/jwks"),
        token_endpoint: at("/token"),
        introspection_endpoint: at("/introspect"),
        scopes: vec!["api".into()],
        api_audience: Some("https://api.example.com".into()),
        ..OAuth::default()
    }
}

fn builder(api: &MockServer, oauth: OAuth, now: &Arc<AtomicU64>) -> server::Builder {
    let clock = now.clone();
    Server::builder().upstream(api.uri()).oauth(oauth).clock(Clock::of(move || clock.load(Ordering::SeqCst)))
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world with other settings than usual.
    async fn with(change: impl FnOnce(&mut OAuth)) -> Self {
        let login = MockServer::start().await;
        let mut oauth = settings(&login);
        change(&mut oauth);
        Self::of(login, oauth, Selection::default()).await
    }

    async fn of(login: MockServer, oauth: OAuth, selection: Selection) -> Self {
        let api = MockServer::start().await;
        let now = Arc::new(AtomicU64::new(NOW));
        let server = builder(&api, oauth, &now).selection(selection).start().await.unwrap();
        Mock::given(any()).respond_with(echo).with_priority(9).mount(&api).await;
        let world = Self { login, api, server, now, mounted: Mutex::default() };
        world.publish(&[&signer(1)]).await;
        world.exchanges(exchanged).await;
        world
    }

    fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Publishes these keys, and no others.
    async fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        self.answer_keys(ResponseTemplate::new(200).set_body_json(json!({ "keys": keys }))).await;
    }

    async fn answer_keys(&self, answer: ResponseTemplate) {
        self.login_answers("GET", "/jwks", answer).await;
    }

    async fn exchanges(&self, answer: impl Respond + 'static) {
        self.login_answers("POST", "/token", answer).await;
    }

    /// What the authorization server answers on that path from now on.
    async fn login_answers(&self, verb: &str, at: &str, answer: impl Respond + 'static) {
        let mut mounted = self.mounted.lock().await;
        mounted.remove(at);
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
        mounted.insert(at.to_owned(), mock.mount_as_scoped(&self.login).await);
    }

    async fn requests_of(&self, server: &MockServer, at: &str) -> Vec<Request> {
        let requests = server.received_requests().await.unwrap();
        requests.into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// How often the authorization server was asked on that path.
    async fn asked(&self, at: &str) -> usize {
        self.requests_of(&self.login, at).await.len()
    }

    /// What the API was asked with; nothing of it is the caller's token.
    async fn api_requests(&self, token: &str) -> Vec<Request> {
        let requests = self.api.received_requests().await.unwrap();
        for request in &requests {
            let body = String::from_utf8_lossy(&request.body);
            let shown = format!("{} {:?} {body}", request.url, request.headers);
            let revealed = request
                .headers
                .values()
                .any(|value| value.as_bytes().windows(token.len()).any(|it| it == token.as_bytes()));
            assert!(!revealed && !shown.contains(token), "the token was sent on: {shown}");
        }
        requests
    }

    /// A request with a token.
    async fn ask(&self, token: &str, method: &str, params: Value) -> Answer {
        let headers = bearing(modern_headers(method, &params), token);
        self.post(headers, request(method, modern_params(params)).to_string()).await
    }

    async fn post(&self, headers: HeaderMap, body: String) -> Answer {
        common::post(&self.server, headers, body).await
    }

    /// The list of tools, which shows whether a token is taken.
    async fn list(&self, token: &str) -> Answer {
        self.ask(token, "tools/list", json!({})).await
    }

    /// The result of calling a tool with a token.
    async fn call(&self, token: &str, tool: &str, arguments: Value) -> Value {
        let answer = self.ask(token, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["result"].clone()
    }

    /// What the API was asked with in a call that worked.
    async fn reached(&self, token: &str, tool: &str, arguments: Value) -> Value {
        let result = self.call(token, tool, arguments).await;
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }
}

/// Headers with a token in the place of the key.
fn bearing(headers: HeaderMap, token: &str) -> HeaderMap {
    edit(headers, &[("x-api-key", ""), ("authorization", &format!("Bearer {token}"))])
}

/// Answers with the credentials that came.
fn echo(request: &Request) -> ResponseTemplate {
    let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    ResponseTemplate::new(200).set_body_json(json!({
        "authorization": header("authorization"), "key": header("x-api-key"), "number": header("x-whatsapp-number-id"),
        "path": request.url.path(),
    }))
}

/// The fields of a form.
fn form(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

fn field(request: &Request, name: &str) -> String {
    let value = form(request).into_iter().find(|(it, _)| it == name);
    value.map(|(_, value)| value).unwrap_or_default()
}

/// Exchanges a token for one that names it by its end only.
fn exchanged(request: &Request) -> ResponseTemplate {
    let subject = field(request, "subject_token");
    let end: String = subject.chars().rev().take(8).collect();
    let token = json!({ "access_token": format!("api-{end}"), "token_type": "Bearer", "expires_in": 600 });
    ResponseTemplate::new(200).set_body_json(token)
}

/// A key of the authorization server.
struct Signer {
    key: SigningKey,
    name: String,
}

fn signer(number: u8) -> Signer {
    Signer { key: SigningKey::from_slice(&[number; 32]).unwrap(), name: format!("key-{number}") }
}

impl Signer {
    fn coordinates(&self) -> (String, String) {
        let point = self.key.verifying_key().to_sec1_point(false);
        (encode(point.x().unwrap()), encode(point.y().unwrap()))
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.coordinates();
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.name, "use": "sig", "alg": "ES256" })
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": self.name })
    }

    /// Signs anything.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature.to_bytes()))
    }

    /// A token with these claims.
    fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Header and claims, as they are signed.
fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

/// Claims that will do, with others in their place or beside them; null takes a claim away.
fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": "user-1", "client_id": "agent", "tenant_id": "tenant-1", "scope": "api",
        "iat": NOW, "exp": NOW + 600, "jti": "1",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// A good token, with other claims.
fn token(changes: Value) -> String {
    signer(1).token(&claims(changes))
}
