//! Who calls: the key of the request.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderMap, WWW_AUTHENTICATE};

use super::Problem;
use crate::Key;

/// The header that carries the key.
pub const KEY_HEADER: &str = "x-api-key";

/// A request without a key that can be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthorized {
    /// No key.
    Missing,
    /// Several keys.
    Several,
    /// A value that cannot be a key.
    Malformed,
}

/// Takes the key out of the headers, so that nothing behind can log it.
///
/// # Errors
/// [`Unauthorized`], which is a 401 with `WWW-Authenticate`. Whether the key is a right one, the API decides.
pub fn take_key(headers: &mut HeaderMap) -> Result<Key, Unauthorized> {
    let several = headers.get_all(KEY_HEADER).iter().nth(1).is_some();
    let key = headers.remove(KEY_HEADER).ok_or(Unauthorized::Missing)?;
    if several {
        return Err(Unauthorized::Several);
    }
    Key::parse(key.as_bytes()).map_err(|_| Unauthorized::Malformed)
}

impl IntoResponse for Unauthorized {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Missing => "send your Pilot Status API key in the header x-api-key",
            Self::Several => "send x-api-key once",
            Self::Malformed => "x-api-key is not an API key",
        };
        let challenge = [(WWW_AUTHENTICATE, r#"ApiKey realm="Pilot Status", header="x-api-key""#)];
        (challenge, Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", error)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        values
            .iter()
            .map(|value| (KEY_HEADER.parse().unwrap(), http::HeaderValue::from_bytes(value).unwrap()))
            .collect()
    }

    #[test]
    fn takes_the_key_away() {
        let mut headers = headers(&[b"ps_demo_meta"]);
        assert!(take_key(&mut headers).is_ok());
        assert!(headers.is_empty());
    }

    #[test]
    fn wants_exactly_one_that_can_be_a_key() {
        for (values, expected) in [
            (&[][..], Unauthorized::Missing),
            (&[b"ps_a" as &[u8], b"ps_b"], Unauthorized::Several),
            (&[b"ps_\xff"], Unauthorized::Malformed),
            (&[b""], Unauthorized::Malformed),
        ] {
            assert_eq!(take_key(&mut headers(values)).unwrap_err(), expected);
        }
    }
}
