//! The credential of a request.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName};

use crate::Key;
use crate::auth::{Credential, Refusal, Token};

/// The header that carries a key.
pub const KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Takes the credential out of the headers, so that nothing behind can log it; `None` when there is none.
///
/// # Errors
/// [`Refusal`] for several of them, and for what can be none. Whether it is a right one is not looked at.
pub fn take(headers: &mut HeaderMap) -> Result<Option<Credential>, Refusal> {
    let several =
        [KEY_HEADER, AUTHORIZATION].iter().any(|name| headers.get_all(name).iter().nth(1).is_some());
    match (headers.remove(KEY_HEADER), headers.remove(AUTHORIZATION)) {
        (Some(_), Some(_)) => Err(Refusal::Both),
        _ if several => Err(Refusal::Several),
        (Some(key), None) => {
            Key::parse(key.as_bytes()).map(|key| Some(key.into())).map_err(|_| Refusal::MalformedKey)
        }
        (None, Some(authorization)) => match authorization.to_str().ok().and_then(bearer) {
            Some(token) => {
                let token = Token::parse(token)
                    .ok_or(Refusal::Token("it has characters that no token has, or too many"))?;
                Ok(Some(token.into()))
            }
            // Another scheme is no credential of ours.
            None => Ok(None),
        },
        (None, None) => Ok(None),
    }
}

/// What stands behind `Bearer`.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// What is taken from these headers: `key`, `token`, nothing, or the refusal.
    fn taken(pairs: &[(&'static str, &[u8])]) -> Result<&'static str, Refusal> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap()));
        let mut headers: HeaderMap = pairs.collect();
        let taken = take(&mut headers)?;
        assert!(headers.is_empty(), "what was taken must be gone");
        Ok(match taken {
            Some(Credential::Key(_)) => "key",
            Some(Credential::Token(_)) => "token",
            None => "nothing",
        })
    }

    #[test]
    fn takes_the_one_credential_away() {
        assert_eq!(taken(&[("x-api-key", b"ps_demo_meta")]), Ok("key"));
        assert_eq!(taken(&[("authorization", b"bearer  a.b.c")]), Ok("token"));
        assert_eq!(taken(&[("authorization", b"Basic a:b")]), Ok("nothing"));
        assert_eq!(taken(&[]), Ok("nothing"));
    }

    #[test]
    fn refuses_several_and_what_can_be_none() {
        let malformed = Refusal::Token("it has characters that no token has, or too many");
        for (headers, refusal) in [
            (&[("x-api-key", b"ps_a" as &[u8]), ("authorization", b"Bearer a")][..], Refusal::Both),
            (&[("x-api-key", b"ps_a"), ("authorization", b"Basic a")], Refusal::Both),
            (&[("x-api-key", b"ps_a"), ("x-api-key", b"ps_b")], Refusal::Several),
            (&[("authorization", b"Bearer a"), ("authorization", b"Bearer b")], Refusal::Several),
            (&[("x-api-key", b"ps_\xff")], Refusal::MalformedKey),
            (&[("x-api-key", b"")], Refusal::MalformedKey),
            (&[("authorization", b"Bearer ")], malformed),
            (&[("authorization", b"Bearer a b")], malformed),
            (&[("authorization", b"Bearer \"a\"")], malformed),
        ] {
            assert_eq!(taken(headers), Err(refusal), "{headers:?}");
        }
    }
}
