//! Clients that users allowed single numbers, or the whole tenant: the tokens that they hold, and a server that takes them.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use fixtures::Contract;
use mock_api::MockApi;
use server::{Clock, Limits, OAuth, PlainUrl, Running, Server, StartError};

use crate::sign_in::SignIn;
use crate::targets::{Call, CallError, Mcp, Target};

/// How often a port is looked for that nobody else takes in between.
const ATTEMPTS: usize = 10;

/// What a user allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The Meta number.
    Meta,
    /// The web number.
    Web,
    /// Both.
    Both,
    /// The whole tenant.
    Tenant,
}

impl Grant {
    const ALL: [Self; 4] = [Self::Meta, Self::Web, Self::Both, Self::Tenant];

    /// The numbers that were chosen; none for the whole tenant.
    pub(crate) const fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Meta => &["num_meta"],
            Self::Web => &["num_web"],
            Self::Both => &["num_meta", "num_web"],
            Self::Tenant => &[],
        }
    }

    /// What stands for its token where calls are shown.
    pub(crate) fn shown(self) -> String {
        match self.numbers() {
            [] => "Bearer <a token for the whole tenant>".to_owned(),
            numbers => format!("Bearer <a token for {}>", numbers.join(" and ")),
        }
    }
}

/// A client that holds a token for each grant on either side, and the server that it holds them for.
#[derive(Debug)]
pub(crate) struct Granted {
    /// The server that takes the tokens.
    pub(crate) mcp: Mcp,
    tokens: Vec<(Grant, Target, String)>,
}

impl Granted {
    /// Signs in at a server, once for each grant and side.
    pub(crate) async fn at(endpoint: &str) -> Result<Self, CallError> {
        let sign_in = SignIn::at(endpoint).await?;
        let mut tokens = Vec::new();
        for grant in Grant::ALL {
            for (target, resource) in [(Target::Rest, None), (Target::Mcp, Some(sign_in.resource.as_str()))] {
                tokens.push((grant, target, sign_in.token(resource, grant.numbers()).await?));
            }
        }
        Ok(Self { mcp: Mcp::new(endpoint), tokens })
    }

    /// The credential of a grant, as calls show it.
    pub(crate) fn credential(&self, grant: Grant, target: Target) -> Option<String> {
        let held = self.tokens.iter().find(|(it, side, _)| *it == grant && *side == target);
        held.map(|(.., token)| format!("Bearer {token}"))
    }

    /// Lets the server exchange each token for one that the API takes, which it then keeps.
    pub(crate) async fn exchange(&self, contract: &Contract) -> Result<(), CallError> {
        let unsupported = |reason: &str| CallError::Unsupported(reason.to_owned());
        let operation =
            contract.tool("webhooks_list").ok_or_else(|| unsupported("webhooks_list is no tool"))?;
        for (grant, _, token) in self.tokens.iter().filter(|(_, target, _)| *target == Target::Mcp) {
            let number =
                grant.numbers().first().map(|number| ("whatsappNumberId".to_owned(), (*number).into()));
            let (key, arguments) = (format!("Bearer {token}"), number.into_iter().collect());
            let call = Call { operation, key: Some(&key), arguments: &arguments };
            if self.mcp.call(&call).await?.by_transport {
                return Err(unsupported(
                    "the server takes no token that was just issued: do it and the mock live by the same clock?",
                ));
            }
        }
        Ok(())
    }
}

/// Starts a server in front of a mock that takes keys and the tokens of the mock's authorization server, and lives by the mock's clock.
///
/// # Errors
/// When it does not start.
pub async fn start_server_with_sign_in(mock: &Arc<MockApi>) -> Result<Running, StartError> {
    let mut attempt = 1;
    loop {
        match start(mock).await {
            Err(StartError::Listen { .. }) if attempt < ATTEMPTS => attempt += 1,
            ended => return ended,
        }
    }
}

/// Its settings name the port that it listens on, as clients see it: the port is looked for first.
async fn start(mock: &Arc<MockApi>) -> Result<Running, StartError> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let free = TcpListener::bind(address).and_then(|listener| listener.local_addr());
    let free = free.map_err(|source| StartError::Listen { address, source })?;
    let oauth = OAuth {
        resource: plain(&format!("http://{free}/mcp")),
        issuer: plain(&format!("{}/oauth", mock.url())),
        client_id: "mcp-server".into(),
        client_secret: "mcp-server-secret".into(),
        scopes: vec!["api".into()],
        api_audience: Some(mock.url()),
        ..OAuth::default()
    };
    let clock = Arc::clone(mock);
    let clock = Clock::of(move || u64::try_from(clock.clock().now.timestamp().as_second()).unwrap_or(0));
    let server = Server::builder().upstream(mock.url()).output_schemas(true).limits(Limits::plain());
    server.listen(free).oauth(oauth).clock(clock).start().await
}

/// A URL on this machine, which is one.
fn plain(url: &str) -> PlainUrl {
    url.parse().unwrap_or_default()
}
