//! One attempt to deliver: a signed `POST` (U-14).

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use reqwest::Response;
use sha2::Sha256;
use url::Url;

use super::outbox::Job;
use crate::hosts::Hosts;
use crate::outbound::Outbound;

/// How much of an answer is read.
const MAX_RESPONSE: usize = 64 * 1024;

/// What came of an attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// What was answered, if anything was.
    pub(crate) status: Option<u16>,
    /// The answer's body, or why there is none.
    pub(crate) response: Option<String>,
    pub(crate) duration_ms: u64,
}

/// Why there is no answer.
const LATE: &str = "no answer in time";

impl Outcome {
    /// Nobody answered in time.
    pub(crate) fn unanswered() -> Self {
        Self::failed(LATE)
    }

    fn failed(reason: impl Into<String>) -> Self {
        Self { response: Some(reason.into()), ..Self::default() }
    }
}

/// Makes attempts, over one pool of connections.
#[derive(Debug)]
pub(crate) struct Deliverer {
    outbound: Outbound,
}

impl Deliverer {
    pub(crate) fn new(hosts: Hosts, timeout: Duration) -> Self {
        Self { outbound: Outbound::new(hosts, timeout) }
    }

    /// How long an attempt may take, of real time and of the mock's.
    pub(crate) fn timeout(&self) -> SignedDuration {
        SignedDuration::try_from(self.outbound.timeout()).unwrap_or(SignedDuration::MAX)
    }

    pub(crate) async fn deliver(&self, job: &Job) -> Outcome {
        if !Url::parse(&job.url).is_ok_and(|url| self.outbound.may_call(&url)) {
            return Outcome::failed(
                "not sent: only loopback is called unless --allow-webhook-hosts names the host",
            );
        }
        match self.attempt(job).await {
            Ok(response) => read(response).await,
            Err(error) => Outcome::failed(reason(&error)),
        }
    }

    async fn attempt(&self, job: &Job) -> reqwest::Result<Response> {
        let client = self.outbound.client().await?;
        let request = client
            .post(&job.url)
            .header("content-type", "application/json")
            .header("x-pilot-status-signature", signature(&job.secret, job.body.as_bytes()))
            .body(job.body.to_string());
        request.send().await
    }
}

async fn read(mut response: Response) -> Outcome {
    let status = Some(response.status().as_u16());
    let mut body = Vec::new();
    while body.len() < MAX_RESPONSE {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                body.extend_from_slice(chunk.get(..MAX_RESPONSE - body.len()).unwrap_or(&chunk))
            }
            Ok(None) => break,
            // The status is known, and decides (U-14).
            Err(error) => return Outcome { status, ..Outcome::failed(reason(&error)) },
        }
    }
    Outcome { status, response: Some(String::from_utf8_lossy(&body).into_owned()), duration_ms: 0 }
}

/// The kind of failure only: the texts below it differ from machine to machine.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        LATE
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
}

/// Lower-case hexadecimal HMAC-SHA256 of the raw body under the webhook's secret.
fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second test case of RFC 4231.
    #[test]
    fn signs_as_the_rfc_says() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }
}
