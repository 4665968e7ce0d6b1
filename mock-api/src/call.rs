//! One request on its way through the mock: the route it took, who calls, and its input.

use std::borrow::Cow;
use std::cell::RefCell;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{ApiError, Code};
use crate::fields::{Fields, Findings};
use crate::state::State;
use crate::time::Time;

/// Which keys a route takes (U-03, U-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A number's key, or a tenant's with `x-whatsapp-number-id`.
    Number,
    /// A tenant's key.
    Tenant,
    /// Either.
    Either,
    /// None: the token in the path is the credential.
    Public,
}

/// Which numbers a route works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    /// All.
    Any,
    /// Meta numbers; others are refused with `FEATURE_NOT_SUPPORTED`.
    Meta,
    /// Meta numbers, and `EVO_GO` ones in a world with `webCalling` (U-04).
    MetaOrWebCalling,
    /// `EVO_GO` numbers in a world with `webCalling` (U-04).
    WebCalling,
    /// Web numbers; Meta ones are refused with `NOT_SUPPORTED_FOR_META`.
    Web,
}

/// What a route does with a request, on the locked state.
pub(crate) type Handler = fn(&mut State, &Call<'_>) -> Result<Reply, ApiError>;

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// From `/v1` on, without it.
    pub(crate) path: &'static str,
    pub(crate) scope: Scope,
    pub(crate) only: Only,
    pub(crate) handler: Handler,
}

impl Route {
    pub(crate) const fn new(
        method: &'static str,
        path: &'static str,
        scope: Scope,
        handler: Handler,
    ) -> Self {
        Self { method, path, scope, only: Only::Any, handler }
    }

    pub(crate) const fn only(self, only: Only) -> Self {
        Self { only, ..self }
    }

    /// As `GET /v1/messages/{id}`.
    pub(crate) fn name(&self) -> String {
        format!("{} /v1{}", self.method, self.path)
    }

    pub(crate) fn method(&self) -> Method {
        Method::from_bytes(self.method.as_bytes()).unwrap_or_default()
    }
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Id of the key, or of the OAuth client whose token it is.
    pub(crate) key: String,
    /// The tenant's id.
    pub(crate) tenant: String,
    /// The number in context: the key's own, or the one that a tenant key names in the header.
    pub(crate) number: Option<String>,
    /// Whether the key is a number's own.
    pub(crate) number_scoped: bool,
    pub(crate) credential: Credential,
}

/// What the caller showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// An API key.
    Key,
    /// An OAuth token for the whole tenant: as good as the account-wide key.
    WholeTenant,
    /// An OAuth token for these numbers only (U-25).
    Numbers(Vec<String>),
}

impl Caller {
    /// The caller of an operation that asks for no key.
    pub(crate) fn nobody() -> Self {
        Self {
            key: String::new(),
            tenant: String::new(),
            number: None,
            number_scoped: false,
            credential: Credential::Key,
        }
    }

    /// Whether an OAuth token keeps the caller from a number.
    pub(crate) fn is_kept_from(&self, number: &str) -> bool {
        matches!(&self.credential, Credential::Numbers(granted) if !granted.iter().any(|it| it == number))
    }
}

/// The body as it came: nothing, JSON, or what is wrong with it.
#[derive(Debug)]
pub(crate) enum RawBody {
    Empty,
    Json(Value),
    TooLarge,
    /// Why it is not JSON.
    Malformed(String),
}

/// A request that has passed key, scope, number and provider.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) caller: Caller,
    pub(crate) now: Time,
    pub(crate) strict: bool,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) path: &'a [(String, String)],
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a RawBody,
    /// Whether another request with the same `Idempotency-Key` is under way.
    pub(crate) key_in_use: bool,
    /// Fields of the body that nobody read (U-17).
    pub(crate) ignored: RefCell<Vec<String>>,
}

impl<'a> Call<'a> {
    /// A parameter of the path.
    pub(crate) fn param(&self, name: &str) -> &'a str {
        find(self.path, name).unwrap_or_default()
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&'a str> {
        find(self.query, name)
    }

    pub(crate) fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// The number in context; there always is one behind [`Scope::Number`].
    pub(crate) fn number(&self) -> &str {
        self.caller.number.as_deref().unwrap_or_default()
    }

    /// An integer of the query of at least 1 (U-16).
    pub(crate) fn count(&self, name: &str, default: usize) -> Result<usize, ApiError> {
        let Some(text) = self.query(name) else { return Ok(default) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<usize>() {
            Ok(count) if digits && count >= 1 => Ok(count),
            // More than a machine word holds is still an integer above every limit.
            Err(_) if digits => Ok(usize::MAX),
            _ => Err(ApiError::invalid(format!("/{name}"), "must be an integer of at least 1")),
        }
    }

    /// One of a few values of the query.
    pub(crate) fn choice(
        &self,
        name: &str,
        choices: &[&'static str],
    ) -> Result<Option<&'static str>, ApiError> {
        let Some(text) = self.query(name) else { return Ok(None) };
        match choices.iter().find(|choice| **choice == text) {
            Some(choice) => Ok(Some(choice)),
            None => {
                Err(ApiError::invalid(format!("/{name}"), format!("must be one of {}", choices.join(", "))))
            }
        }
    }

    /// Reads a JSON object that must be there.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Fields<'_>) -> Option<T>) -> Result<T, ApiError> {
        match self.body {
            RawBody::Empty => self.read_map(&Map::new(), read),
            RawBody::Json(Value::Object(map)) => self.read_map(map, read),
            RawBody::Json(_) => Err(ApiError::invalid("", "the body must be a JSON object")),
            RawBody::TooLarge => Err(ApiError::new(Code::PayloadTooLarge, "The body is larger than 8 MiB")),
            RawBody::Malformed(reason) => Err(ApiError::invalid("", reason.clone())),
        }
    }

    fn read_map<T>(
        &self,
        map: &Map<String, Value>,
        read: impl FnOnce(&Fields<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let findings = Findings::default();
        let fields = Fields::new(map, "", &findings);
        let value = read(&fields);
        drop(fields);
        self.ignored.borrow_mut().extend(findings.finish(self.strict)?);
        // A reader answers `None` only beside an issue; this is for the one that forgets.
        value.ok_or_else(|| ApiError::invalid("", "the body is not valid"))
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// An answer when all is well. The body is serialised under the lock, so that it shows one state.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "StoredReply", try_from = "StoredReply")]
pub(crate) struct Reply {
    status: StatusCode,
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// An answer as it stands in a snapshot. Headers are added when it is replayed, so that none are stored.
#[derive(Debug, Serialize, Deserialize)]
struct StoredReply {
    status: u16,
    body: String,
}

impl From<Reply> for StoredReply {
    fn from(reply: Reply) -> Self {
        Self { status: reply.status.as_u16(), body: String::from_utf8_lossy(&reply.body).into_owned() }
    }
}

impl TryFrom<StoredReply> for Reply {
    type Error = http::status::InvalidStatusCode;

    fn try_from(stored: StoredReply) -> Result<Self, Self::Error> {
        let status = StatusCode::from_u16(stored.status)?;
        Ok(Self { status, body: stored.body.into(), headers: Vec::new() })
    }
}

impl Reply {
    /// 200.
    pub(crate) fn ok(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::OK, body)
    }

    /// 201.
    pub(crate) fn created(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::CREATED, body)
    }

    /// 202.
    pub(crate) fn accepted(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::ACCEPTED, body)
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, ApiError> {
        // The mock's own types serialise; were one not to, the client would get a 500 that says so.
        let body =
            serde_json::to_vec(body).map_err(|error| ApiError::without_code(500, error.to_string()))?;
        Ok(Self { status, body: body.into(), headers: Vec::new() })
    }

    /// The body once more as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The same with a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().extend(self.headers);
        response
    }
}
