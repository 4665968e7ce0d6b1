//! Who may use the control API: on loopback everybody, off it only who has the token.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use super::error::ControlError;
use crate::mock::Mock;

/// The header that carries the token; `Authorization: Bearer` does as well.
const HEADER: &str = "x-control-token";

/// Who may use the control API.
#[derive(Debug)]
pub(crate) struct Access {
    /// SHA-256 of the token, when there is one: it is required then, wherever the mock listens.
    token: Option<[u8; 32]>,
    is_loopback: bool,
}

impl Access {
    pub(crate) fn new(token: Option<&str>, address: IpAddr) -> Self {
        // An empty token, as of a variable that is not set, must not open anything.
        Self {
            token: token.filter(|token| !token.is_empty()).map(digest),
            is_loopback: address.is_loopback(),
        }
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        match (&self.token, given(headers)) {
            (None, _) if self.is_loopback => Ok(()),
            (None, _) => Err(ControlError::new(
                403,
                "CONTROL_NOT_ALLOWED",
                "The mock does not listen on loopback and has no control token: start it with --control-token",
            )),
            (Some(token), Some(given)) if is_same(token, &digest(given)) => Ok(()),
            (Some(_), given) => {
                let what = if given.is_some() { "Wrong control token" } else { "Missing control token" };
                let text =
                    format!("{what}: send the one that the mock was started with in the header {HEADER}");
                Err(ControlError::new(401, "CONTROL_TOKEN_REQUIRED", text))
            }
        }
    }
}

pub(super) async fn guard(State(mock): State<Arc<Mock>>, request: Request, next: Next) -> Response {
    match mock.access.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn given(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(HEADER).and_then(|value| value.to_str().ok());
    own.or_else(|| headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer "))
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Takes the same time whatever differs.
fn is_same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn code(access: &Access, headers: &[(&'static str, &'static str)]) -> Option<String> {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        access.check(&headers).err().map(|error| error.code().to_owned())
    }

    #[test]
    fn off_loopback_nobody_gets_in_without_a_token() {
        let everywhere = IpAddr::from(Ipv4Addr::UNSPECIFIED);
        let open = Access::new(None, everywhere);
        assert_eq!(code(&open, &[]).as_deref(), Some("CONTROL_NOT_ALLOWED"));
        assert_eq!(code(&open, &[(HEADER, "x")]).as_deref(), Some("CONTROL_NOT_ALLOWED"));
        for address in [everywhere, Ipv4Addr::LOCALHOST.into()] {
            let closed = Access::new(Some("s3cret"), address);
            assert_eq!(code(&closed, &[]).as_deref(), Some("CONTROL_TOKEN_REQUIRED"));
            assert_eq!(code(&closed, &[(HEADER, "s3cre")]).as_deref(), Some("CONTROL_TOKEN_REQUIRED"));
            assert_eq!(
                code(&closed, &[("authorization", "s3cret")]).as_deref(),
                Some("CONTROL_TOKEN_REQUIRED")
            );
            assert_eq!(code(&closed, &[(HEADER, "s3cret")]), None);
            assert_eq!(code(&closed, &[("authorization", "Bearer s3cret")]), None);
        }
        for loopback in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
            assert_eq!(code(&Access::new(None, loopback), &[]), None);
        }
        for headers in [&[][..], &[(HEADER, "")]] {
            assert_eq!(
                code(&Access::new(Some(""), everywhere), headers).as_deref(),
                Some("CONTROL_NOT_ALLOWED")
            );
        }
    }
}
