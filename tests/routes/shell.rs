//! The shell around every route: every failure is a problem document, in the caller's language, with the request's id.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;

use crate::support::TestApp;

#[actix_web::test]
async fn unknown_paths_and_methods_are_problems_in_the_callers_language() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let zh = nobody.get("/nothing").await.problem(404, "not_found");
    assert_eq!(zh["title"], base::error::NOT_FOUND.zh);
    assert_eq!(zh["instance"], "/nothing");
    let en = nobody.send(Method::GET, "/nothing", |request| request.header("accept-language", "en-GB,en")).await;
    assert_eq!(en.problem(404, "not_found")["title"], base::error::NOT_FOUND.en);
    assert_eq!(en.header("x-request-id"), en.json()["request_id"].as_str().unwrap());

    let wrong = nobody.send(Method::DELETE, "/version", |request| request).await;
    wrong.problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET");
    for path in ["/version/", "//version", "/Version", "/api/v1/nothing"] {
        nobody.get(path).await.problem(404, "not_found");
    }
    let overridden = nobody.send(Method::POST, "/version", |request| request.header("x-http-method-override", "GET")).await;
    overridden.problem(405, "method_not_allowed");
}

#[actix_web::test]
async fn the_server_is_alive_and_ready() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz", "/version", "/docs/", "/api-docs/openapi.json"] {
        let reply = app.anonymous().get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn the_clock_of_a_test_moves_forward_and_jobs_run_when_drained() {
    let app = TestApp::start().await;
    let before = base::db::now(&mut app.owner()).unwrap();
    app.move_clock(chrono::Duration::hours(72));
    assert!(base::db::now(&mut app.owner()).unwrap() - before >= chrono::Duration::hours(72));
    assert!(app.drain().await >= 1, "housekeeping is due on a new database");
    assert_eq!(app.drain().await, 0);
}

/// The demo's clock route stands in for every route with a JSON body.
const BODY_ROUTE: &str = "/demo/clock";

#[actix_web::test]
async fn every_bad_body_is_a_problem_with_its_own_code() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let send = async |kind: &'static str, body: Vec<u8>| {
        nobody.send(Method::POST, BODY_ROUTE, |request| request.header("content-type", kind).body(body)).await
    };
    const JSON: &str = "application/json";
    for (kind, body, status, code) in [
        ("text/plain", "{}".to_owned(), 415, "unsupported_media_type"),
        (JSON, "{".to_owned(), 400, "bad_json"),
        (JSON, "[".repeat(200_000), 422, "invalid_field"),
        (JSON, "\u{feff}{}".to_owned(), 400, "bad_json"),
        (JSON, "{}".to_owned(), 422, "invalid_field"),
        (JSON, r#"{"seconds":1e400}"#.to_owned(), 400, "bad_json"),
        (JSON, r#"{"seconds":-1}"#.to_owned(), 422, "invalid_field"),
        (JSON, r#"{"seconds":99999999999999999999}"#.to_owned(), 422, "invalid_field"),
        (JSON, r#"{"seconds":1.5}"#.to_owned(), 422, "invalid_field"),
        (JSON, r#"{"seconds":"1"}"#.to_owned(), 422, "invalid_field"),
        (JSON, r#"{"seconds":0,"role":"admin"}"#.to_owned(), 422, "unknown_field"),
        (JSON, r#"{"seconds":0,"seconds":1}"#.to_owned(), 422, "invalid_field"),
        (JSON, format!(r#"{{"seconds":{}}}"#, "1".repeat(300 * 1024)), 413, "body_too_large"),
    ] {
        let shown: String = body.chars().take(60).collect();
        let reply = send(kind, body.into_bytes()).await;
        assert_eq!(
            (reply.status, reply.json()["code"].as_str().unwrap_or_default()),
            (status, code),
            "{kind} {shown}: {}",
            reply.text
        );
    }
    assert_eq!(send(JSON, b"{\"seconds\":\xff}".to_vec()).await.status, 400);
    assert_eq!(send(JSON, br#"{"seconds":0}"#.to_vec()).await.status, 200, "the route's own control");
}

/// Sends raw bytes and reads until the server closes or the time is over.
fn raw(address: &str, bytes: &[u8], patience: Duration) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(patience)).expect("a timeout");
    stream.write_all(bytes).expect("written");
    let mut answer = Vec::new();
    let mut part = [0_u8; 4096];
    while let Ok(read) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
        if read == 0 || answer.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_body_that_never_comes_is_cut_after_its_deadline() {
    let app = TestApp::start().await;
    let address = app.serving.address.to_string();
    let head = format!("POST {BODY_ROUTE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{{");
    let answer = actix_web::web::block(move || raw(&address, head.as_bytes(), Duration::from_secs(30))).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[actix_web::test]
async fn smuggled_and_broken_requests_are_refused() {
    let app = TestApp::start().await;
    let address = app.serving.address.to_string();
    for request in [
        "GET /version HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc".to_owned(),
        "POST /demo/drain HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n"
            .to_owned(),
        "GET /version HTTP/1.1\r\nhost: x\r\nbad header: \u{1}\r\n\r\n".to_owned(),
        format!("GET /version HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200)),
    ] {
        let address = address.clone();
        let shown: String = request.chars().take(80).collect();
        let answer = actix_web::web::block(move || raw(&address, request.as_bytes(), Duration::from_secs(5))).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 431") || answer.is_empty(),
            "{shown:?} → {answer}"
        );
    }
}
