//! Proof that a posted consent comes from the page that showed it: a token bound to the browser, by a cookie, and to the request that it is about.

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const COOKIE: &str = "pilot_status_consent";
/// Length of the cookie's value.
pub(super) const DIGITS: usize = 32;

/// The value of the browser's cookie, if it has one that could be ours.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)?;
    (value.len() == DIGITS && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(value)
}

/// The header that gives a browser its cookie.
pub(super) fn set_cookie(value: &str, is_https: bool) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// The token for a browser and a request.
pub(super) fn token(seed: u64, cookie: &str, query: &str) -> String {
    let key = format!("pilot-status-mock consent {seed}");
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(format!("{cookie}\n{query}").as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Whether a token is the one for a browser and a request.
pub(super) fn fits(given: &str, seed: u64, cookie: &str, query: &str) -> bool {
    let expected = token(seed, cookie, query);
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}
