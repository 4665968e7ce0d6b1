//! Refusals: the mock's own list of codes, with the status and body that each has.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

macro_rules! codes {
    ($($status:literal: $($name:ident = $text:literal),+ $(,)?;)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the contract's catalogue says when each is answered")]
        pub enum Code { $($($name,)+)+ }

        impl Code {
            /// Every code that the mock can answer with.
            pub const ALL: &[Self] = &[$($(Self::$name,)+)+];

            /// The code as it stands in the body.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $text,)+)+ }
            }

            /// The HTTP status that goes with it unless an error says otherwise.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $($(Self::$name => $status,)+)+ }
            }
        }
    };
}

codes! {
    400:
        ValidationError = "VALIDATION_ERROR",
        UnknownFields = "UNKNOWN_FIELDS",
        InvalidDateRange = "INVALID_DATE_RANGE",
        IdempotencyKeyInvalid = "IDEMPOTENCY_KEY_INVALID",
        MissingTemplateVariables = "MISSING_TEMPLATE_VARIABLES",
        InvalidTemplateVariableValue = "INVALID_TEMPLATE_VARIABLE_VALUE",
        TemplateExamplesRequired = "TEMPLATE_EXAMPLES_REQUIRED",
        MetaTemplateSubmitFailed = "META_TEMPLATE_SUBMIT_FAILED",
        NotSupportedForMeta = "NOT_SUPPORTED_FOR_META",
        FeatureNotSupported = "FEATURE_NOT_SUPPORTED",
        MetaGroupsNotEligible = "META_GROUPS_NOT_ELIGIBLE",
        MetaCallPermissionRequired = "META_CALL_PERMISSION_REQUIRED",
        MetaCallingNotEligible = "META_CALLING_NOT_ELIGIBLE",
        MetaOutside24hWindow = "META_OUTSIDE_24H_WINDOW",
        EmptyPatch = "EMPTY_PATCH",
        NumberRequired = "NUMBER_REQUIRED",
        NumberMismatch = "NUMBER_MISMATCH";
    401:
        Unauthorized = "UNAUTHORIZED";
    402:
        SubscriptionRequiredForMedia = "SUBSCRIPTION_REQUIRED_FOR_MEDIA",
        PaymentFailed = "PAYMENT_FAILED",
        InsufficientFunds = "INSUFFICIENT_FUNDS";
    403:
        TenantScopeNotAllowed = "TENANT_SCOPE_NOT_ALLOWED",
        NumberScopeNotAllowed = "NUMBER_SCOPE_NOT_ALLOWED",
        NumberNotInGrant = "NUMBER_NOT_IN_GRANT";
    404:
        NotFound = "NOT_FOUND",
        NumberNotFound = "NUMBER_NOT_FOUND",
        MessageNotFound = "MESSAGE_NOT_FOUND",
        GroupNotFound = "GROUP_NOT_FOUND",
        MediaNotFound = "MEDIA_NOT_FOUND",
        TemplateNotFound = "TEMPLATE_NOT_FOUND",
        WebhookNotFound = "WEBHOOK_NOT_FOUND",
        CallNotFound = "CALL_NOT_FOUND";
    405:
        MethodNotAllowed = "METHOD_NOT_ALLOWED";
    409:
        ConfirmationRequired = "CONFIRMATION_REQUIRED",
        TemplateAlreadyExists = "TEMPLATE_ALREADY_EXISTS",
        WhatsappInstanceNotConnected = "WHATSAPP_INSTANCE_NOT_CONNECTED",
        AlreadyConnected = "ALREADY_CONNECTED",
        NumberSoftDeleted = "NUMBER_SOFT_DELETED",
        NumberAlreadyActive = "NUMBER_ALREADY_ACTIVE",
        NumberBlocked = "NUMBER_BLOCKED",
        NumberLimitExceeded = "NUMBER_LIMIT_EXCEEDED",
        NumberNotLinked = "NUMBER_NOT_LINKED",
        CallNotActive = "CALL_NOT_ACTIVE",
        FlowWindowClosed = "FLOW_WINDOW_CLOSED",
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        IdempotencyKeyInUse = "IDEMPOTENCY_KEY_IN_USE",
        PaymentInProgress = "PAYMENT_IN_PROGRESS";
    413:
        PayloadTooLarge = "PAYLOAD_TOO_LARGE";
    429:
        RateLimited = "RATE_LIMITED",
        MetaCallPermissionRequestLimit = "META_CALL_PERMISSION_REQUEST_LIMIT";
    501:
        NotImplemented = "NOT_IMPLEMENTED";
    502:
        PaymentProviderError = "PAYMENT_PROVIDER_ERROR";
    503:
        ProviderNotConfigured = "PROVIDER_NOT_CONFIGURED",
        UpstreamTimeout = "UPSTREAM_TIMEOUT",
        UpstreamError = "UPSTREAM_ERROR",
        EvolutionApiKeyMissing = "EVOLUTION_API_KEY_MISSING";
}

/// A refusal: `{"error", "code", …extras}` with its status.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: u16,
    code: Option<Code>,
    error: String,
    extras: Map<String, Value>,
}

impl ApiError {
    pub(crate) fn new(code: Code, error: impl Into<String>) -> Self {
        Self { status: code.status(), code: Some(code), error: error.into(), extras: Map::new() }
    }

    /// A refusal whose body has no `code`; only the 404 of a number's status is known to be so.
    pub(crate) fn without_code(status: u16, error: impl Into<String>) -> Self {
        Self { status, code: None, error: error.into(), extras: Map::new() }
    }

    /// The same with another status, for the codes that are answered with two.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with one more key in the body.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(key.to_owned(), value.into());
        self
    }

    /// 404 `NUMBER_NOT_FOUND`.
    pub(crate) fn number_not_found() -> Self {
        Self::new(Code::NumberNotFound, "Number not found")
    }

    pub(crate) fn validation(issues: &[Issue]) -> Self {
        let issues: Vec<Value> =
            issues.iter().map(|issue| json!({ "path": issue.path, "message": issue.message })).collect();
        Self::new(Code::ValidationError, "Validation error").with("details", json!({ "issues": issues }))
    }

    /// A plain validation failure with one problem.
    pub(crate) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::validation(&[Issue { path: path.into(), message: message.into() }])
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn code(&self) -> Option<Code> {
        self.code
    }

    pub(crate) fn text(&self) -> &str {
        &self.error
    }

    /// What stands in the body besides text and code.
    pub(crate) fn extras(&self) -> &Map<String, Value> {
        &self.extras
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("error".into(), self.error.clone().into());
        if let Some(code) = self.code {
            body.insert("code".into(), code.as_str().into());
        }
        body.extend(self.extras.clone());
        Value::Object(body)
    }
}

/// One problem of a request, at a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.body())).into_response();
        if let Some(seconds) = self.extras.get("retryAfterSeconds").and_then(Value::as_u64) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
