//! Problem documents (RFC 9457). A failing handler leaves its `ApiError` in the response; the shell renders it in the caller's
//! language with the request's id and path, so that every failure looks the same, also those of the framework.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

use crate::error::{self, ApiError, ErrorCode, FieldError};

/// The caller's language: zh-CN unless English is asked for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Reads `Accept-Language`.
    pub fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        match header.split(',').next().map(str::trim) {
            Some(first) if first.to_ascii_lowercase().starts_with("en") => Self::En,
            _ => Self::Zh,
        }
    }

    /// Picks one of two texts.
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// A problem document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// Text of the code in the caller's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Text to show as it is.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    /// Stable code, see errors.md.
    pub code: String,
    /// Which fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Id to tell when asking for help.
    pub request_id: String,
}

impl Problem {
    fn new(error: &ApiError, lang: Lang, instance: &str, request_id: &str) -> Self {
        let code = error.code();
        let title = lang.pick(code.zh, code.en).to_owned();
        let detail = error.words().map_or_else(|| title.clone(), |words| lang.pick(&words.zh, &words.en).to_owned());
        Self {
            kind: format!("/api-docs/errors#{}", code.code),
            title,
            status: code.status,
            detail,
            instance: instance.to_owned(),
            code: code.code.to_owned(),
            errors: error.fields().to_vec(),
            request_id: request_id.to_owned(),
        }
    }
}

/// What the shell finds in the extensions of a failed response.
pub(super) struct Failed(pub(super) ApiError);

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        // The words are rendered by the shell, which knows the language.
        let copy = self.copy();
        if let Some(cause) = self.cause() {
            if self.code().status >= 500 {
                tracing::error!(code = self.code().code, cause = format!("{cause:#}"), "request failed");
            } else {
                tracing::info!(code = self.code().code, cause = format!("{cause:#}"), "request refused");
            }
        }
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(Failed(copy));
        response
    }
}

/// The code that stands for a bare status made by the framework.
const fn of_status(status: u16) -> &'static ErrorCode {
    match status {
        401 => &error::UNAUTHORIZED,
        403 => &error::FORBIDDEN,
        404 => &error::NOT_FOUND,
        405 => &error::METHOD_NOT_ALLOWED,
        408 => &error::REQUEST_TIMEOUT,
        413 => &error::BODY_TOO_LARGE,
        415 => &error::UNSUPPORTED_TYPE,
        422 => &error::INVALID_FIELD,
        429 => &error::TOO_MANY_REQUESTS,
        400..=499 => &error::BAD_JSON,
        503 => &error::OVERLOADED,
        _ => &error::INTERNAL,
    }
}

/// The problem document as a response.
pub fn problem_of(error: &ApiError, request: &HttpRequest) -> HttpResponse {
    document(error, Lang::of(request), request.path(), &super::request_id(request).to_string())
}

pub(super) fn document(error: &ApiError, lang: Lang, instance: &str, request_id: &str) -> HttpResponse {
    let problem = Problem::new(error, lang, instance, request_id);
    let mut response = HttpResponseBuilder::new(error.status_code());
    response.insert_header((CONTENT_TYPE, "application/problem+json; charset=utf-8"));
    if let Some(seconds) = error.wait() {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    if let Some(methods) = error.allowed() {
        response.insert_header((ALLOW, methods));
    }
    if error.code().status == 401 {
        response.insert_header(("WWW-Authenticate", "Bearer"));
    }
    response.body(serde_json::to_vec(&problem).unwrap_or_default())
}

/// Put into the extensions of a response whose body follows another standard than ours, its refusals too: it goes out as it is.
#[derive(Debug, Clone, Copy)]
pub struct OwnFormat;

/// The failure that a response carries, for pages that show it in their own way; a bare status of the framework counts as its code's.
pub fn failure_of<B>(response: &HttpResponse<B>) -> Option<ApiError> {
    if let Some(Failed(error)) = response.extensions().get::<Failed>() {
        return Some(error.copy());
    }
    let status = response.status().as_u16();
    let own = response.extensions().get::<OwnFormat>().is_some();
    (status >= 400 && !own).then(|| ApiError::of(of_status(status)))
}

/// Turns any failed response that isn't a problem document into one. `None`: it is fine as it is.
pub(super) fn render<B>(response: &HttpResponse<B>, request: &HttpRequest) -> Option<HttpResponse> {
    if let Some(Failed(error)) = response.extensions().get::<Failed>() {
        return Some(problem_of(error, request));
    }
    if response.extensions().get::<OwnFormat>().is_some() {
        return None;
    }
    let status = response.status().as_u16();
    let typed = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    (status >= 400 && !typed).then(|| problem_of(&ApiError::of(of_status(status)), request))
}
