//! A form with a file: its token is checked before the first byte of the file is read. The hidden fields stand first in every form.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use base::error::{self, ApiError};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use people::community::import::FILE_TOO_LARGE;

use super::FORM_EXPIRED;
use super::form::Form;
use super::frame;

/// Largest file, bytes: as by the API.
const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// Longest other field, bytes, and how many of them.
const LONGEST_FIELD: usize = 8_192;
const MOST_FIELDS: usize = 20;
/// How long it may take over a weak network, and how long it may stand still.
const DEADLINE: Duration = Duration::from_secs(120);
const STANDSTILL: Duration = Duration::from_secs(10);

/// A form with its one file; empty when none was chosen.
pub(crate) struct UploadForm {
    /// The other fields.
    pub(crate) form: Form,
    /// The file's bytes. Its name and type as sent are not looked at.
    pub(crate) file: Vec<u8>,
}

fn wrong(why: MultipartError) -> ApiError {
    ApiError::of(&error::UNSUPPORTED_TYPE).because(anyhow::anyhow!("multipart: {why}"))
}

async fn next<S: futures_util::Stream + Unpin>(stream: &mut S) -> Result<Option<S::Item>, ApiError> {
    tokio::time::timeout(STANDSTILL, stream.next()).await.map_err(|_elapsed| ApiError::of(&error::REQUEST_TIMEOUT))
}

async fn bytes_of(field: &mut Field, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut read = Vec::new();
    while let Some(chunk) = next(field).await? {
        let chunk = chunk.map_err(wrong)?;
        if read.len() + chunk.len() > most {
            return Err(ApiError::of(&FILE_TOO_LARGE));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}

async fn read_form(mut parts: Multipart, expected: String) -> Result<UploadForm, ApiError> {
    let mut fields = Vec::new();
    while let Some(field) = next(&mut parts).await? {
        let mut field = field.map_err(wrong)?;
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let form = Form::open(fields, &expected)?;
            let file = bytes_of(&mut field, LARGEST_FILE).await?;
            return Ok(UploadForm { form, file });
        }
        let value = String::from_utf8(bytes_of(&mut field, LONGEST_FIELD).await?);
        fields.push((name, value.map_err(|why| ApiError::of(&FORM_EXPIRED).because(why))?));
        if fields.len() > MOST_FIELDS {
            return Err(ApiError::of(&FORM_EXPIRED));
        }
    }
    Ok(UploadForm { form: Form::open(fields, &expected)?, file: Vec::new() })
}

impl FromRequest for UploadForm {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/") {
            // The same form without its file.
            let form = Form::from_request(request, payload);
            return Box::pin(async move { Ok(Self { form: form.await?, file: Vec::new() }) });
        }
        let parts = Multipart::new(request.headers(), payload.take());
        let expected = frame::form_token(request);
        Box::pin(async move {
            let late = |_elapsed| ApiError::of(&error::REQUEST_TIMEOUT);
            tokio::time::timeout(DEADLINE, read_form(parts, expected)).await.map_err(late)?
        })
    }
}
