//! Writing answers: 201 with Location, replays marked, strong ETags on polled reads.

use actix_web::body::BoxBody;
use actix_web::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::db::Done;
use crate::keys::sha256;

/// Says that an earlier request did the work.
const REPLAYED: (&str, &str) = ("Idempotency-Replayed", "true");

/// 201 with the new resource; a replayed one says so.
#[derive(Debug)]
pub struct Created<T> {
    view: T,
    location: String,
    replayed: bool,
}

impl<T> Created<T> {
    /// `location` is the path of the resource.
    pub fn new<V>(done: &Done<V>, location: impl Into<String>, view: T) -> Self {
        Self { view, location: location.into(), replayed: done.replayed }
    }
}

fn json<T: Serialize>(mut response: actix_web::HttpResponseBuilder, view: &T) -> HttpResponse {
    match serde_json::to_vec(view) {
        Ok(bytes) => response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8")).body(bytes),
        Err(why) => {
            use actix_web::ResponseError as _;
            crate::error::ApiError::internal(why).error_response()
        }
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Created();
        response.insert_header((LOCATION, self.location.as_str()));
        if self.replayed {
            response.insert_header(REPLAYED);
        }
        json(response, &self.view)
    }
}

/// 200 with the changed resource, after a write with an idempotency key; a replayed one says so.
#[derive(Debug)]
pub struct Changed<T> {
    view: T,
    version: Option<i32>,
    replayed: bool,
}

impl<T> Changed<T> {
    /// The resource as it stands now.
    pub const fn new<V>(done: &Done<V>, view: T) -> Self {
        Self { view, version: None, replayed: done.replayed }
    }
    /// The same of a document whose version tags it, for a later `If-Match`.
    pub const fn version<V>(done: &Done<V>, view: T, version: i32) -> Self {
        Self { view, version: Some(version), replayed: done.replayed }
    }
}

impl<T: Serialize> Responder for Changed<T> {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(version) = self.version {
            response.insert_header((ETAG, format!("\"{version}\"")));
        }
        if self.replayed {
            response.insert_header(REPLAYED);
        }
        json(response, &self.view)
    }
}

/// 204 after a write with an idempotency key; a replayed one says so.
#[derive(Debug)]
pub struct NoContent {
    replayed: bool,
}

impl NoContent {
    /// Of this write.
    pub const fn new<V>(done: &Done<V>) -> Self {
        Self { replayed: done.replayed }
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::NoContent();
        if self.replayed {
            response.insert_header(REPLAYED);
        }
        response.finish()
    }
}

/// 200 with a strong ETag; 304 when the caller has it already. A document's tag is its version, any other's a hash of its bytes.
#[derive(Debug)]
pub struct Tagged<T> {
    view: T,
    version: Option<i32>,
}

impl<T> Tagged<T> {
    /// Tagged by content.
    pub const fn content(view: T) -> Self {
        Self { view, version: None }
    }
    /// Tagged by a document's version, for `If-Match`.
    pub const fn version(view: T, version: i32) -> Self {
        Self { view, version: Some(version) }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let bytes = serde_json::to_vec(&self.view).unwrap_or_default();
        let tag = self.version.map_or_else(
            || {
                let hash = sha256(&bytes);
                let head = hash.iter().take(12).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
                format!("\"{head}\"")
            },
            |version| format!("\"{version}\""),
        );
        let known = request.headers().get(IF_NONE_MATCH).is_some_and(|have| have.as_bytes() == tag.as_bytes());
        if known {
            return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
        }
        HttpResponse::Ok().insert_header((ETAG, tag)).insert_header((CONTENT_TYPE, "application/json; charset=utf-8")).body(bytes)
    }
}
