//! What stands around every page: nothing from another site is obeyed, refusals are pages too, and the browser is told how little it may do.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;
use base::error::{self, ApiError};
use base::http::{failure_of, request_id};

use super::frame::Frame;
use super::words_frame as frame_words;
use super::{FORM_EXPIRED, refused::said_of, sign_in};

/// Everything from here, nothing inline, nowhere else, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "problem.html", config = "src/console/askama.toml")]
struct ProblemPage<'a> {
    f: &'a Frame,
    title: &'a str,
    text: String,
    fields: Vec<String>,
    status: u16,
    request: String,
}

/// Does another site send this? Browsers say so by themselves; a form's token is asked besides.
fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    if method == Method::GET || method == Method::HEAD {
        return false;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    site.is_some_and(|site| site != "same-origin") || origin.is_some_and(|origin| Some(origin) != text(HOST))
}

/// The middleware.
pub(super) async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let mut answer = if is_foreign(request.method(), request.headers()) {
        request.into_response(ApiError::of(&FORM_EXPIRED).error_response()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    if let Some(failure) = failure_of(answer.response()) {
        let page = page_of(&failure, answer.request());
        answer = answer.into_response(page).map_into_right_body();
    }
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    Ok(answer)
}

/// A refusal as a page; who isn't signed in is led to the sign-in and comes back afterwards.
fn page_of(failure: &ApiError, request: &HttpRequest) -> HttpResponse {
    if failure.code() == &error::UNAUTHORIZED && request.method() == Method::GET {
        let to = sign_in::path_for(request.uri().path_and_query().map_or("", |whole| whole.as_str()));
        return HttpResponse::SeeOther().insert_header((LOCATION, to)).finish();
    }
    let frame = Frame::of(request);
    let status = StatusCode::from_u16(failure.code().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (text, fields) = said_of(failure, frame.lang());
    let request = request_id(request).to_string();
    let page = ProblemPage { f: &frame, title: frame.t(frame_words::PROBLEM), text, fields, status: status.as_u16(), request };
    let mut answer = frame.page_with(status, &page).unwrap_or_else(|why| why.error_response());
    if let Some(seconds) = failure.wait() {
        answer.headers_mut().insert(actix_web::http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_site_sends_is_foreign() {
        let told = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            headers
        };
        let own = told(&[("host", "palm.example"), ("origin", "https://palm.example"), ("sec-fetch-site", "same-origin")]);
        assert!(!is_foreign(&Method::POST, &own));
        assert!(!is_foreign(&Method::POST, &told(&[("host", "palm.example")])), "an old browser: the token decides");
        for pairs in [
            &[("host", "palm.example"), ("origin", "https://evil.example")][..],
            &[("host", "palm.example"), ("origin", "null")],
            &[("host", "palm.example"), ("sec-fetch-site", "cross-site")],
            &[("host", "palm.example"), ("sec-fetch-site", "same-site")],
        ] {
            assert!(is_foreign(&Method::POST, &told(pairs)), "{pairs:?}");
            assert!(!is_foreign(&Method::GET, &told(pairs)));
        }
    }
}
