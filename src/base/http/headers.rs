//! What else comes with a request: query parameters, ids in the path, `Idempotency-Key`, `If-Match`, the peer.

use std::net::IpAddr;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, IF_MATCH};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::{Ready, ready};
use serde::de::DeserializeOwned;

use crate::error::{self, ApiError};
use crate::ids::RequestId;

/// The id of this request, made by the shell.
pub fn request_id(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().copied().unwrap_or(RequestId(uuid::Uuid::nil()))
}

/// Addresses of proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpAddr>);

/// The caller's address: the socket's, or what a trusted proxy says.
pub fn peer(request: &HttpRequest) -> Option<IpAddr> {
    let socket = request.peer_addr()?.ip();
    let trusted = request.app_data::<actix_web::web::Data<TrustedProxies>>().is_some_and(|list| list.0.contains(&socket));
    if !trusted {
        return Some(socket);
    }
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok()).or(Some(socket))
}

/// The value of a cookie, when it has a form that we give out: letters, digits, `-` and `_`, 200 at most.
pub fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let ours = |value: &str| {
        (1..=200).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let headers = request.headers().get_all(actix_web::http::header::COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, value)| *key == name && ours(value)).map(|(_, value)| value.to_owned()).next()
}

/// Query parameters, parsed strictly; errors are problems like all others.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T> std::ops::Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let raw = request.query_string();
        if raw.contains("%00") {
            return ready(Err(ApiError::of(&error::INVALID_QUERY).field("", "contains the character NUL")));
        }
        ready(serde_urlencoded::from_str(raw).map(Self).map_err(|why| {
            let message = why.to_string();
            let shown = if message.starts_with("unknown field") { message } else { "has a wrong form".to_owned() };
            ApiError::of(&error::INVALID_QUERY).field("", &shown)
        }))
    }
}

/// The id named `id` in the path; anything that is no id is a thing that doesn't exist.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| ApiError::of(&error::NOT_FOUND)))
    }
}

/// The caller's key of a write: 8 to 80 visible ASCII characters.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub String);

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(HeaderName::from_static("idempotency-key")) else {
            return ready(Err(ApiError::of(&error::IDEMPOTENCY_KEY_MISSING)));
        };
        let text = value.to_str().unwrap_or("");
        let fine = (8..=80).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        ready(if fine { Ok(Self(text.to_owned())) } else { Err(ApiError::of(&error::IDEMPOTENCY_KEY_INVALID)) })
    }
}

/// The version that an edit is based on; absent → 428.
#[derive(Debug, Clone)]
pub struct IfMatch(String);

impl IfMatch {
    /// Refuses with 412 when the stored version is another one.
    pub fn check(&self, version: i32) -> Result<(), ApiError> {
        if self.0 == "*" || self.0 == format!("\"{version}\"") { Ok(()) } else { Err(ApiError::of(&error::PRECONDITION_FAILED)) }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let tag = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        ready(tag.map(|tag| Self(tag.to_owned())).ok_or_else(|| ApiError::of(&error::PRECONDITION_REQUIRED)))
    }
}
