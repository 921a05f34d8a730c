//! What a caller is told when something is refused or fails. A noun declares its `ErrorCode`s beside its rules; `app.rs`
//! collects them into `api-docs/errors.md`. The public message and the internal cause are two things: the cause is
//! logged once, at the edge, and never shown.

use std::fmt;

/// One stable code of the API, with its status and its text in both languages (title and what to do).
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// Stable, snake_case, never translated.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Chinese text, shown as it is.
    pub zh: &'static str,
    /// English text.
    pub en: &'static str,
}

/// Declares error codes and the noun's list of them: `error_codes! { SOLD_OUT 409 "out_of_stock" "已兑完" "Sold out." ; … }`.
#[macro_export]
macro_rules! error_codes {
    ($($name:ident $status:literal $code:literal $zh:literal $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $name: $crate::error::ErrorCode = $crate::error::ErrorCode { code: $code, status: $status, zh: $zh, en: $en };
        )*
        /// Every error code of this noun.
        pub const ERRORS: &[&$crate::error::ErrorCode] = &[$(&$name),*];
    };
}

error_codes! {
    BAD_JSON 400 "bad_json" "请求内容不是有效的 JSON，请检查后重发。" "The body is not valid JSON; correct it and send again.";
    INVALID_QUERY 422 "invalid_query" "查询参数不正确，请按接口说明修改。" "A query parameter is wrong; see the documentation.";
    INVALID_FIELD 422 "invalid_field" "有一项填写不正确，请修改后重试。" "A field is not valid; correct it and try again.";
    UNKNOWN_FIELD 422 "unknown_field" "包含未知字段，请删除后重试。" "There is an unknown field; remove it and try again.";
    BODY_TOO_LARGE 413 "body_too_large" "内容过大，请精简后重试。" "The body is too large.";
    UNSUPPORTED_TYPE 415 "unsupported_media_type" "内容类型不支持，请使用接口说明中的类型。" "The content type is not supported here.";
    REQUEST_TIMEOUT 408 "request_timeout" "上传太慢已中断，请检查网络后重试。" "The body came too slowly; try again.";
    UNAUTHORIZED 401 "unauthorized" "请先登录。" "Sign in first.";
    FORBIDDEN 403 "forbidden" "您没有这项操作的权限。" "You may not do this.";
    NOT_FOUND 404 "not_found" "没有找到，或您无权查看。" "It does not exist, or you may not see it.";
    METHOD_NOT_ALLOWED 405 "method_not_allowed" "该地址不支持这个方法。" "This address does not take that method.";
    STILL_RUNNING 409 "still_running" "同一操作正在处理，请稍后用同一幂等键重试。" "The same operation is still running; retry with the same key.";
    STATE_CONFLICT 409 "state_conflict" "状态已变化，请刷新后再试。" "The state has changed meanwhile; reload and try again.";
    ALREADY_EXISTS 409 "already_exists" "已经存在，不能重复创建。" "It exists already.";
    IDEMPOTENCY_KEY_MISSING 400 "idempotency_key_missing" "缺少 Idempotency-Key 请求头。" "The Idempotency-Key header is missing.";
    IDEMPOTENCY_KEY_INVALID 422 "idempotency_key_invalid" "Idempotency-Key 应为 8 至 80 个可见字符。" "Idempotency-Key takes 8 to 80 visible ASCII characters.";
    IDEMPOTENCY_KEY_REUSED 422 "idempotency_key_reused" "该幂等键已用于其他内容，请换一个新键。" "This key was used with other content; take a new one.";
    PRECONDITION_REQUIRED 428 "precondition_required" "请带上 If-Match（先读取最新版本）。" "Send If-Match with the version you read.";
    PRECONDITION_FAILED 412 "precondition_failed" "内容已被他人修改，请刷新后再改。" "Somebody changed it meanwhile; reload and edit again.";
    TOO_MANY_REQUESTS 429 "too_many_requests" "操作太频繁，请稍后再试。" "Too many requests; wait a little.";
    OVERLOADED 503 "overloaded" "当前人多，请稍后重试。" "Busy right now; retry shortly.";
    OUTCOME_UNKNOWN 503 "outcome_unknown" "结果未知，请用同一幂等键重试，不会重复办理。" "The outcome is unknown; retry with the same key, nothing is done twice.";
    INTERNAL 500 "internal" "系统出错，已记录，请稍后再试。" "Something failed on our side; it has been recorded.";
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Which part of the input is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or the name of a query parameter.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// A refusal or failure on its way to the caller.
pub struct ApiError(Box<Inner>);

struct Inner {
    code: &'static ErrorCode,
    detail: Option<Words>,
    fields: Vec<FieldError>,
    retry_after: Option<u32>,
    allow: Option<String>,
    retryable: bool,
    cause: Option<anyhow::Error>,
}

impl ApiError {
    /// A refusal with the code's own text.
    pub fn of(code: &'static ErrorCode) -> Self {
        let retry_after = (code.status == 503).then_some(1);
        Self(Box::new(Inner { code, detail: None, fields: Vec::new(), retry_after, allow: None, retryable: false, cause: None }))
    }

    /// Adds a text of this one case (never personal data or internals).
    #[must_use]
    pub fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.detail = Some(Words { zh: zh.into(), en: en.into() });
        self
    }

    /// Names the wrong field.
    #[must_use]
    pub fn field(mut self, pointer: &str, message: &str) -> Self {
        self.0.fields.push(FieldError {
            pointer: pointer.to_owned(),
            code: self.0.code.code.to_owned(),
            message: message.to_owned(),
        });
        self
    }

    /// Seconds after which a retry makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The methods that the address takes (405).
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// Marks that running the whole transaction again may succeed (deadlock, serialization failure).
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// Attaches the internal cause, for the log only.
    #[must_use]
    pub fn because(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// An unexpected failure.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::of(&INTERNAL).because(cause)
    }

    /// A bad field, refused with 422.
    pub fn invalid(pointer: &str, message: &str) -> Self {
        Self::of(&INVALID_FIELD).field(pointer, message)
    }

    /// Everything of it that may be shown: all but the cause.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut copy = Self::of(self.code());
        copy.0.detail.clone_from(&self.0.detail);
        copy.0.fields.clone_from(&self.0.fields);
        copy.0.retry_after = self.0.retry_after.or(copy.0.retry_after);
        copy.0.allow.clone_from(&self.0.allow);
        copy
    }

    /// The code.
    pub fn code(&self) -> &'static ErrorCode {
        self.0.code
    }
    /// The text of this case.
    pub fn words(&self) -> Option<&Words> {
        self.0.detail.as_ref()
    }
    /// The wrong fields.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }
    /// Seconds to wait.
    pub fn wait(&self) -> Option<u32> {
        self.0.retry_after
    }
    /// Methods of a 405.
    pub fn allowed(&self) -> Option<&str> {
        self.0.allow.as_deref()
    }
    /// May the transaction be run again?
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }
    /// The internal cause.
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.code.status, self.0.code.code)?;
        for field in &self.0.fields {
            write!(f, " [{}: {}]", field.pointer, field.message)?;
        }
        self.0.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause:#}"))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.detail.as_ref().map_or(self.0.code.en, |words| words.en.as_str());
        write!(f, "{} ({})", text, self.0.code.code)
    }
}

impl std::error::Error for ApiError {}

/// Turns a missing row into 404.
pub fn found<T>(row: Option<T>) -> Result<T, ApiError> {
    row.ok_or_else(|| ApiError::of(&NOT_FOUND))
}

/// Turns a move that the table doesn't have, or a row that moved meanwhile, into 409.
pub fn moved<S>(next: Option<S>) -> Result<S, ApiError> {
    next.ok_or_else(|| ApiError::of(&STATE_CONFLICT))
}
