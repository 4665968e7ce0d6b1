//! A name for each request, by which its lines in the log are found.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

/// Where a client or a proxy may name the request, and where the server repeats it.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest name that is taken from outside.
const MAX_LENGTH: usize = 64;

/// The name of a request: 1 to 64 letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The name.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// Names the answer as its request.
    pub(crate) fn repeat(&self, response: &mut Response) {
        response.headers_mut().insert(HEADER, self.0.clone());
    }

    /// What another one has named the request, unless it could be misread in a log.
    fn given(request: &Request) -> Option<Self> {
        let value = request.headers().get(HEADER)?;
        let text = value.to_str().ok()?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        ((1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(value.clone()))
    }
}

/// Names requests that nobody has named: a part that is the process's own, and a count.
#[derive(Debug, Clone)]
pub(crate) struct RequestIds {
    process: u32,
    count: Arc<AtomicU64>,
}

impl RequestIds {
    /// With `process` as the process's own part.
    pub(crate) fn new(process: u32) -> Self {
        Self { process, count: Arc::default() }
    }

    /// With a part that other replicas will hardly have.
    pub(crate) fn of_this_process() -> Self {
        // The keys of a hash map are random for each process, and that is enough: the part need not be secret.
        Self::new((RandomState::new().hash_one(0) & u64::from(u32::MAX)) as u32)
    }

    /// Names a request.
    pub(crate) fn name(&self, request: &mut Request) -> RequestId {
        let id = RequestId::given(request).unwrap_or_else(|| self.next());
        request.extensions_mut().insert(id.clone());
        id
    }

    pub(crate) fn next(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let name = HeaderValue::try_from(format!("{:08x}-{count}", self.process));
        RequestId(name.unwrap_or(HeaderValue::from_static("unnamed")))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn each_request_has_its_own() {
        let ids = RequestIds::new(0xab);
        let names: Vec<_> = (0..2).map(|_| ids.next().as_str().to_owned()).collect();
        assert_eq!(names, ["000000ab-0", "000000ab-1"]);
    }

    #[test]
    fn only_plain_names_are_taken_from_outside() {
        let given = |value: &[u8]| {
            let request = Request::builder().header(HEADER, value).body(Body::empty()).unwrap();
            RequestId::given(&request).map(|id| id.as_str().to_owned())
        };
        assert_eq!(given(b"a-B_1.2"), Some("a-B_1.2".to_owned()));
        assert_eq!(given(&[b'a'; 64]).map(|id| id.len()), Some(64));
        for odd in [&b""[..], b"two words", b"a=b", b"\"", b"\xff", &[b'a'; 65]] {
            assert_eq!(given(odd), None);
        }
    }
}
