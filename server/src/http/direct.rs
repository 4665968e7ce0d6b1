//! The short way for requests that are plainly in order.
//!
//! `rmcp` serves each HTTP request as a connection of its own: it reads the message again, and starts four tasks and as many channels for it, which takes longer
//! than the call itself. What asks for nothing but the tools, or for the answer of one, goes without. What looks odd in any way takes the long way: `rmcp` knows
//! what is wrong with it, and what to say. Both ways come to [`Calls::answer`] and [`Calls::list`].

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rmcp::model::{
    ErrorData, JsonRpcError, JsonRpcResponse, JsonRpcVersion2_0, MetaObject, ProtocolVersion, RequestId,
    RequestMetaObject, ResultType,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::intake::VERSION_HEADER;
use super::plain::{self, Params, Request};
use crate::answer::{Answer, Object};
use crate::handler::Asker;
use crate::operation::RequestId as RequestName;
use crate::outcome::Outcome;
use crate::room::UntilTaken;
use crate::selection::Filter;
use crate::{Caller, Calls, diagnostics};

/// Bytes of an answer beside what the API said, most of the time.
const AROUND: usize = 512;

const METHOD_HEADER: HeaderName = HeaderName::from_static("mcp-method");
const NAME_HEADER: HeaderName = HeaderName::from_static("mcp-name");

/// The revisions without metadata in every request, over this transport. Requests that name none are of the first.
const LEGACY: [ProtocolVersion; 3] =
    [ProtocolVersion::V_2025_03_26, ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25];

/// A request that is plainly in order.
#[derive(Debug)]
pub(super) struct Direct {
    id: RequestId,
    asks: Asks,
    meta: RequestMetaObject,
    /// Of revision 2026-07-28.
    modern: bool,
}

#[derive(Debug)]
enum Asks {
    List,
    Call { name: String, arguments: Map<String, Value> },
}

impl Asks {
    /// What a method asks for with these parameters, of which nothing may be left.
    fn of(method: &str, params: Params<'_>) -> Option<Self> {
        match (method, params.name, params.arguments) {
            ("tools/list", None, None) => Some(Self::List),
            ("tools/call", Some(name), arguments) => {
                Some(Self::Call { name: name.to_owned(), arguments: arguments.unwrap_or_default() })
            }
            _ => None,
        }
    }

    /// The headers that repeat it.
    fn headers(&self) -> [(HeaderName, Option<&str>); 2] {
        match self {
            Self::List => [(METHOD_HEADER, Some("tools/list")), (NAME_HEADER, None)],
            Self::Call { name, .. } => [(METHOD_HEADER, Some("tools/call")), (NAME_HEADER, Some(name))],
        }
    }
}

impl Direct {
    /// What a message asks for, if it can go this way.
    pub(super) fn read(headers: &HeaderMap, body: &[u8], diagnostic_tools: bool) -> Option<Self> {
        let Request { id, method, mut params } = plain::read(body)?;
        let meta = RequestMetaObject(MetaObject(std::mem::take(&mut params.meta)));
        let asks = Asks::of(method, params)?;
        match &asks {
            // Diagnostic tools may speak with the client before they answer.
            Asks::Call { name, .. } if diagnostic_tools && diagnostics::get(name).is_some() => None,
            _ => is_modern(headers, &asks, &meta).map(|modern| Self { id, asks, meta, modern }),
        }
    }

    /// The id of the request.
    pub(super) fn id(&self) -> &RequestId {
        &self.id
    }

    /// The answer to a request of `caller`, who selects some of the tools. Dropping the future ends the request to the API.
    pub(super) async fn answer(
        self,
        calls: &Calls,
        caller: &Caller,
        selected: Option<&Filter>,
        request_id: RequestName,
        room: Option<&UntilTaken>,
    ) -> Response {
        let Self { id, asks, meta, modern } = self;
        let asker = Asker { caller, selected, request_id, meta: &meta, room };
        let outcome = match asks {
            Asks::List => match calls.list_json(&asker, modern) {
                Ok(list) => return result(id, list),
                Err(error) => Err(ErrorData::internal_error(error.to_string(), None)),
            },
            Asks::Call { name, arguments } => calls.answer(&name, arguments, &asker).await,
        };
        match outcome {
            Ok(Outcome::Success(answer)) => told(id, &answer, modern.then_some(&calls.server_info)),
            Ok(failure) => result(id, calls.result(failure, modern)),
            Err(error) => Json(JsonRpcError::new(Some(id), error)).into_response(),
        }
    }
}

fn result(id: RequestId, result: impl Serialize) -> Response {
    Json(JsonRpcResponse { jsonrpc: JsonRpcVersion2_0, id, result }).into_response()
}

/// A success as [`Calls::result`] tells it, but for the structured content, which is not built up.
fn told(id: RequestId, answer: &Answer, server_info: Option<&MetaObject>) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Result<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        result_type: Option<ResultType>,
        content: [Text<'a>; 1],
        structured_content: Object<'a>,
        is_error: bool,
        #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
        meta: Option<&'a MetaObject>,
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename = "text")]
    struct Text<'a> {
        text: &'a str,
    }

    let told = Result {
        result_type: server_info.map(|_| ResultType::COMPLETE),
        content: [Text { text: answer.text() }],
        structured_content: answer.object(),
        is_error: false,
        meta: server_info,
    };
    let mut body = Vec::with_capacity(2 * answer.text().len() + AROUND);
    match serde_json::to_writer(&mut body, &JsonRpcResponse { jsonrpc: JsonRpcVersion2_0, id, result: told })
    {
        Ok(()) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether a request is of revision 2026-07-28, and not of an older one; `None` for other revisions, and where headers and metadata do not agree.
fn is_modern(headers: &HeaderMap, asks: &Asks, meta: &RequestMetaObject) -> Option<bool> {
    let named = only(headers, VERSION_HEADER)?;
    let Some(version) = meta.protocol_version() else {
        let legacy = |version: &str| LEGACY.iter().any(|known| known.as_str() == version);
        return named.is_none_or(legacy).then_some(false);
    };
    let agreed = version == ProtocolVersion::V_2026_07_28
        && named == Some(version.as_str())
        && asks.headers().into_iter().all(|(name, value)| only(headers, name) == Some(value))
        && meta.missing_required_keys(&version).is_empty();
    agreed.then_some(true)
}

/// The value of a header, which may be missing; `None` where it is given twice or is no text.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<Option<&str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(only), None) => only.to_str().ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
#[path = "direct_tests.rs"]
mod tests;
