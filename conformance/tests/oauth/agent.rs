//! A client that knows nothing but the URL of the MCP endpoint, and the servers that it meets.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use mock_api::MockApi;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    PkceCodeChallenge, RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use reqwest::header::WWW_AUTHENTICATE;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use server::auth::Validation;
use server::{Clock, OAuth, Running, Server, StartError};
use url::Url;

use crate::user;

const CALLBACK: &str = "http://127.0.0.1:7777/cb";

/// A mock of the demo world, and a server in front of it that lives by its clock.
pub(crate) struct World {
    pub(crate) mock: Arc<MockApi>,
    server: Running,
}

impl World {
    pub(crate) async fn new(validation: Validation) -> Self {
        let mock = Arc::new(conformance::start_mock().await.unwrap());
        loop {
            match start(&mock, validation).await {
                Ok(server) => return Self { mock, server },
                // Somebody else took the port.
                Err(StartError::Listen { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Starts a server whose settings name the port that it listens on, as clients see it.
async fn start(mock: &Arc<MockApi>, validation: Validation) -> Result<Running, StartError> {
    let free =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).and_then(|it| it.local_addr()).unwrap();
    let oauth = OAuth {
        resource: format!("http://{free}/mcp").parse()?,
        issuer: format!("{}/oauth", mock.url()).parse()?,
        client_id: "mcp-server".into(),
        client_secret: "mcp-server-secret".into(),
        validation,
        scopes: vec!["api".into()],
        api_audience: Some(mock.url()),
        api_keys: false,
        ..OAuth::default()
    };
    let clock = Arc::clone(mock);
    let now = move || u64::try_from(clock.clock().now.timestamp().as_second()).unwrap();
    Server::builder().upstream(mock.url()).listen(free).oauth(oauth).clock(Clock::of(now)).start().await
}

type Library = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// A client that has signed in.
pub(crate) struct Agent<'a> {
    world: &'a World,
    http: reqwest::Client,
    library: Library,
    id: String,
    metadata: Value,
    tokens: BasicTokenResponse,
}

impl<'a> Agent<'a> {
    /// Signs in as every MCP client does; the user allows these numbers, or everything if there are none.
    pub(crate) async fn sign_in(world: &'a World, numbers: &[&str]) -> Self {
        Self::sign_in_for(world, numbers, &world.server.mcp_url()).await
    }

    /// As [`Agent::sign_in`], for a token of another audience.
    pub(crate) async fn sign_in_for(world: &'a World, numbers: &[&str], resource: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let metadata = discover(&http, &world.server.mcp_url()).await;
        let id = register(&http, &metadata).await;
        let endpoint = |name: &str| metadata[name].as_str().unwrap().to_owned();
        let library = BasicClient::new(ClientId::new(id.clone()))
            .set_auth_uri(AuthUrl::new(endpoint("authorization_endpoint")).unwrap())
            .set_token_uri(TokenUrl::new(endpoint("token_endpoint")).unwrap())
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (page, state) = library
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("api".to_owned()))
            .set_pkce_challenge(challenge)
            .add_extra_param("resource", resource)
            .add_extra_param("login_hint", "tenant_demo")
            .url();
        let sent = user::consents(&http, &page, numbers).await;
        let sent =
            |name: &str| sent.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone()).unwrap();
        assert_eq!((sent("state"), sent("iss")), (state.into_secret(), endpoint("issuer")));
        let code = AuthorizationCode::new(sent("code"));
        let tokens =
            library.exchange_code(code).set_pkce_verifier(verifier).request_async(&send).await.unwrap();
        Self { world, http, library, id, metadata, tokens }
    }

    pub(crate) async fn refresh(&mut self) {
        let refresh = self.tokens.refresh_token().unwrap();
        self.tokens = self.library.exchange_refresh_token(refresh).request_async(&send).await.unwrap();
    }

    /// Takes its access token back.
    pub(crate) async fn revoke(&self) {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("token", self.token()), ("client_id", &self.id)])
            .finish();
        let request = self.http.post(self.metadata["revocation_endpoint"].as_str().unwrap()).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    fn token(&self) -> &str {
        self.tokens.access_token().secret()
    }

    /// The result of a request.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        let response = self.post(method, params).await;
        assert_eq!(response.status(), 200);
        parse(response).await["result"].clone()
    }

    /// The result of calling a tool.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Status and challenge of a request that is refused.
    pub(crate) async fn refusal(&self) -> (u16, String) {
        let response = self.post("tools/list", json!({})).await;
        (response.status().as_u16(), response.headers()[WWW_AUTHENTICATE].to_str().unwrap().to_owned())
    }

    async fn post(&self, method: &str, params: Value) -> reqwest::Response {
        let request = self.http.post(self.world.server.mcp_url()).bearer_auth(self.token());
        message(request, method, params).send().await.unwrap()
    }
}

/// The code of a result that is an error.
pub(crate) fn code(result: &Value) -> String {
    assert_eq!(result["isError"], true, "{result}");
    let failure: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    failure["code"].as_str().unwrap().to_owned()
}

fn message(request: reqwest::RequestBuilder, method: &str, params: Value) -> reqwest::RequestBuilder {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let request = request.header("accept", "application/json, text/event-stream").body(message.to_string());
    request.header("content-type", "application/json")
}

/// From the first refusal to the metadata of the authorization server.
async fn discover(http: &reqwest::Client, endpoint: &str) -> Value {
    let response = message(http.post(endpoint), "tools/list", json!({})).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let challenge = response.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
    let resource = get(http, rest.split('"').next().unwrap()).await;
    assert_eq!(resource["resource"], endpoint);
    let issuer = resource["authorization_servers"][0].as_str().unwrap();
    let mut url = Url::parse(issuer).unwrap();
    url.set_path(&format!("/.well-known/oauth-authorization-server{}", url.path()));
    let metadata = get(http, url.as_str()).await;
    assert_eq!(metadata["issuer"], issuer);
    metadata
}

async fn register(http: &reqwest::Client, metadata: &Value) -> String {
    let client = json!({
        "client_name": "Agent", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"],
    });
    let request = http.post(metadata["registration_endpoint"].as_str().unwrap()).body(client.to_string());
    let response = request.header("content-type", "application/json").send().await.unwrap();
    assert_eq!(response.status(), 201);
    parse(response).await["client_id"].as_str().unwrap().to_owned()
}

async fn get(http: &reqwest::Client, url: &str) -> Value {
    let response = http.get(url).send().await.unwrap();
    assert_eq!(response.status(), 200, "{url}");
    parse(response).await
}

async fn parse(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// How the library sends a request.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let response = client.execute(request.try_into()?).await?;
    let mut answer = oauth2::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    Ok(answer.body(response.bytes().await?.to_vec()).unwrap())
}
