//! What stands around every handler: a request id, one access-log line without query string or address, security headers, and
//! every failure turned into a problem document.

use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage as _};
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use tracing::Instrument as _;

use super::problem::{self, Lang};
use crate::error::ApiError;
use crate::ids::RequestId;

/// The outermost middleware.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shell;

/// The span of a request: method and matched route, never the path's ids, the query or the address.
fn access_span(method: &str, id: RequestId) -> tracing::Span {
    tracing::info_span!("request", method, request_id = %id)
}

impl<S, B> Transform<S, ServiceRequest> for Shell
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type InitError = ();
    type Transform = ShellService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(ShellService { service }))
    }
}

/// The middleware's service.
pub struct ShellService<S> {
    service: S,
}

impl<S, B> Service<ServiceRequest> for ShellService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let id = RequestId::new();
        request.extensions_mut().insert(id);
        let started = Instant::now();
        let span = access_span(request.method().as_str(), id);
        let caller = Caller { lang: Lang::of(request.request()), instance: request.path().to_owned(), id };
        let inner = std::panic::AssertUnwindSafe(self.service.call(request)).catch_unwind();
        Box::pin(
            async move {
                // The request itself is gone with the handler: what a problem document needs of it was noted before.
                let response = match inner.await {
                    Ok(result) => finish(result?),
                    Err(_panic) => return Err(Panicked(caller).into()),
                };
                Ok(decorate(response, id, started))
            }
            .instrument(span),
        )
    }
}

/// What a problem document says of the request.
#[derive(Debug)]
struct Caller {
    lang: Lang,
    instance: String,
    id: RequestId,
}

/// A handler panicked: told like any other failure.
#[derive(Debug)]
struct Panicked(Caller);

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a handler panicked")
    }
}

impl actix_web::ResponseError for Panicked {
    fn error_response(&self) -> actix_web::HttpResponse {
        tracing::error!(request_id = %self.0.id, "a handler panicked");
        let failed = ApiError::of(&crate::error::INTERNAL);
        problem::document(&failed, self.0.lang, &self.0.instance, &self.0.id.to_string())
    }
}

/// Replaces a failed response by its problem document.
fn finish<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B, BoxBody>> {
    match problem::render(response.response(), response.request()) {
        Some(rendered) => response.into_response(rendered).map_into_right_body(),
        None => response.map_into_left_body(),
    }
}

fn decorate<B>(mut response: ServiceResponse<B>, id: RequestId, started: Instant) -> ServiceResponse<B> {
    let status = response.status().as_u16();
    let route = response.request().match_pattern().unwrap_or_else(|| "(none)".to_owned());
    let elapsed = started.elapsed();
    metrics::histogram!("http_request_seconds", "route" => route.clone(), "status" => status.to_string())
        .record(elapsed.as_secs_f64());
    tracing::info!(route, status, ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX), "served");
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    if !headers.contains_key("cache-control") {
        headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
    }
    response
}
