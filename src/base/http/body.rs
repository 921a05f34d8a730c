//! Reading bodies: bounded in size and time, JSON with the place of the error, raw bytes kept as a hash for `once`.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{self, ApiError};
use crate::keys::sha256;

/// Largest JSON body.
pub const BODY_LIMIT: usize = 256 * 1024;
/// Largest upload of an import file.
const UPLOAD_LIMIT: usize = 16 * 1024 * 1024;
/// How long a body may take to arrive; the framework bounds headers only.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Reads a body of at most `limit` bytes within the deadline.
pub async fn read_body(payload: &mut Payload, limit: usize) -> Result<Bytes, ApiError> {
    let read = async {
        let mut bytes = actix_web::web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|why| ApiError::of(&error::BAD_JSON).because(anyhow::anyhow!("body: {why}")))?;
            if bytes.len() + chunk.len() > limit {
                return Err(ApiError::of(&error::BODY_TOO_LARGE));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    tokio::time::timeout(BODY_DEADLINE, read).await.unwrap_or_else(|_late| Err(ApiError::of(&error::REQUEST_TIMEOUT)))
}

/// Does `raw` contain the escape of NUL? PostgreSQL can't store it, so no text may.
fn escapes_nul(raw: &[u8]) -> bool {
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        match rest.get(at + 1..) {
            Some(after) if after.starts_with(b"u0000") => return true,
            Some(after) => rest = after.get(1..).unwrap_or_default(),
            None => return false,
        }
    }
    false
}

/// Parses JSON into typed values; `/a/0/b` points at the first error. For bodies whose bytes had to be looked at first, such as
/// signed ones; others are taken as [`Valid`].
pub fn parse_json<T: DeserializeOwned>(raw: &[u8]) -> Result<T, ApiError> {
    parse(raw)
}

fn parse<T: DeserializeOwned>(raw: &[u8]) -> Result<T, ApiError> {
    if escapes_nul(raw) {
        return Err(ApiError::invalid("", "contains the character NUL"));
    }
    let mut json = serde_json::Deserializer::from_slice(raw);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|wrong| refuse(&wrong))?;
    json.end().map_err(|why| ApiError::of(&error::BAD_JSON).because(why))?;
    Ok(value)
}

fn refuse(wrong: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let inner = wrong.inner();
    if !inner.is_data() {
        return ApiError::of(&error::BAD_JSON).because(anyhow::anyhow!("line {} column {}", inner.line(), inner.column()));
    }
    let pointer = wrong.path().iter().fold(String::new(), |mut pointer, segment| {
        use serde_path_to_error::Segment::{Enum, Map, Seq, Unknown};
        match segment {
            Seq { index } => pointer.push_str(&format!("/{index}")),
            Map { key } | Enum { variant: key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Unknown => {}
        }
        pointer
    });
    let message = inner.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    // The refused value itself may be personal data: only the expectation is repeated.
    // It stands before the last comma of ours, whatever it contains itself.
    let repeats = message.starts_with("invalid ") || message.starts_with("unknown variant");
    let shown = message.rsplit_once(", expected ").filter(|_| repeats).map_or(message, |(_, expected)| expected);
    let shown = if shown == message { shown.to_owned() } else { format!("expected {shown}") };
    let code = if message.starts_with("unknown field") { &error::UNKNOWN_FIELD } else { &error::INVALID_FIELD };
    ApiError::of(code).field(&pointer, &shown)
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// A JSON body whose every field was parsed into a bounded type.
#[derive(Debug, Clone)]
pub struct Valid<T> {
    value: T,
    hash: [u8; 32],
}

impl<T> Valid<T> {
    /// SHA-256 of the raw body bytes.
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }
    /// The value.
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// Hash of a write on an object that the path names: the same key on another object is another write. `body`: `Valid::hash`, or
/// zeroes where there is no body.
pub fn hash_on(id: Uuid, body: [u8; 32]) -> [u8; 32] {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(&body);
    sha256(&bytes)
}

impl<T> std::ops::Deref for Valid<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Valid<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = is_json(request);
        let mut payload = payload.take();
        Box::pin(async move {
            if !json {
                return Err(ApiError::of(&error::UNSUPPORTED_TYPE).detail("请使用 application/json。", "Send application/json."));
            }
            let raw = read_body(&mut payload, BODY_LIMIT).await?;
            Ok(Self { value: parse(&raw)?, hash: sha256(&raw) })
        })
    }
}

/// An uploaded file: the raw body, as `application/octet-stream`, `text/csv` or XLSX's type. What it is gets decided by its bytes.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The bytes.
    pub bytes: Bytes,
}

impl Upload {
    /// SHA-256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.bytes)
    }
}

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(_request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        Box::pin(async move { Ok(Self { bytes: read_body(&mut payload, UPLOAD_LIMIT).await? }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only parsed")]
        name: crate::text::Text<5>,
        #[expect(dead_code, reason = "only parsed")]
        counts: Vec<i32>,
    }

    #[test]
    fn every_bad_body_has_its_code_and_place() {
        for (raw, code, pointer) in [
            (r#"{"name":"a","counts":[1,"x"]}"#, "invalid_field", Some("/counts/1")),
            (r#"{"name":"toolong","counts":[]}"#, "invalid_field", Some("/name")),
            (r#"{"name":"a","counts":[],"role":"x"}"#, "unknown_field", Some("/role")),
            (r#"{"name":"a"}"#, "invalid_field", Some("")),
            (r#"{"name":"a\u0000","counts":[]}"#, "invalid_field", Some("")),
            (r#"{"name":"#, "bad_json", None),
            (r#"{"name":"a","counts":[]} x"#, "bad_json", None),
            (r#"{"name":"\ud800","counts":[]}"#, "bad_json", None),
        ] {
            let refused = parse::<Sample>(raw.as_bytes()).unwrap_err();
            assert_eq!(refused.code().code, code, "{raw}");
            assert_eq!(refused.fields().first().map(|f| f.pointer.as_str()), pointer, "{raw}");
        }
        assert!(parse::<Sample>(br#"{"name":"\\u000","counts":[]}"#).is_ok(), "an escaped backslash is no escape of NUL");
    }

    #[test]
    fn a_refused_value_is_not_repeated() {
        let refused = parse::<Sample>(br#"{"name":13800001234,"counts":[]}"#).unwrap_err();
        assert!(!format!("{refused:?}").contains("13800001234"), "{refused:?}");
    }
}
