//! What the mock asks elsewhere: receivers of webhooks, and documents that describe OAuth clients.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Result};
use tokio::sync::OnceCell;
use url::Url;

use crate::hosts::Hosts;

/// A client that follows no redirects and asks no proxy, and the hosts that it may call.
#[derive(Debug)]
pub(crate) struct Outbound {
    hosts: Hosts,
    timeout: Duration,
    client: OnceCell<Client>,
}

impl Outbound {
    pub(crate) fn new(hosts: Hosts, timeout: Duration) -> Self {
        Self { hosts, timeout, client: OnceCell::new() }
    }

    pub(crate) fn may_call(&self, url: &Url) -> bool {
        self.hosts.may_call(url)
    }

    /// How long a request may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Made on first need: reading the system's certificates takes longer than all else that a start does.
    pub(crate) async fn client(&self) -> Result<&Client> {
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(self.timeout)
            .user_agent(concat!("pilot-status-mock/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        self.client.get_or_try_init(|| async { client.build() }).await
    }
}
