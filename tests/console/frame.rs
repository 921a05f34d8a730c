//! Signing in and out, and what holds for every page.

use chrono::Duration;
use people::identity::Role;
use serde_json::json;

use super::pages::{Pages, hidden};
use crate::support::TestApp;

#[actix_web::test]
async fn a_phone_confirms_and_only_the_browser_that_showed_the_code_gets_in() {
    let app = TestApp::start().await;
    let (worker, resident) = (app.grid_worker(), app.resident());
    let (browser, other) = (Pages::new(&app), Pages::new(&app));
    let led = browser.get("/console/account").await;
    assert_eq!((led.status, led.header("location")), (303, "/console/sign-in?next=%2Fconsole%2Faccount"));
    let page = browser.get("/console/sign-in").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<svg"), "no QR code:\n{}", page.text);
    other.get("/console/sign-in").await;
    let confirm = format!("/api/v1/console-logins/{}/confirm", browser.ticket());
    app.anonymous().post(&confirm, &json!({})).await.problem(401, "unauthorized");
    resident.post(&confirm, &json!({})).await.problem(403, "forbidden");
    worker.post(&confirm, &json!({})).await.expect(204);
    worker.post(&confirm, &json!({})).await.expect(204);
    app.staff().post(&confirm, &json!({})).await.problem(422, "console_ticket_invalid");
    let not_theirs = other.get("/console/sign-in").await;
    assert!(!not_theirs.text.contains("/console/sign-in/take"), "another browser is offered the session");
    let page = browser.get("/console/sign-in").await;
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key")), ("next", "/console/account")];
    let taken = browser.post("/console/sign-in/take", &fields).await;
    assert_eq!((taken.status, taken.header("location")), (303, "/console/account"));
    let again = browser.post("/console/sign-in/take", &fields).await;
    assert_ne!(again.status, 200, "a ticket is taken once");
    let account = browser.get("/console/account").await;
    assert_eq!(account.status, 200);
    assert!(account.text.contains("电脑工作台") && account.text.contains("网格员"), "{}", account.text);
    let listed = worker.get("/api/v1/me/sessions").await.expect(200);
    assert!(listed["items"].as_array().expect("items").iter().any(|one| one["device"] == "电脑工作台"), "{listed}");
}

#[actix_web::test]
async fn a_ticket_ends_after_two_minutes_and_a_session_after_half_an_hour_without_use() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let browser = Pages::new(&app);
    browser.get("/console/sign-in").await;
    let late = browser.ticket();
    app.move_clock(Duration::seconds(121));
    worker.post(&format!("/api/v1/console-logins/{late}/confirm"), &json!({})).await.problem(422, "console_ticket_invalid");
    browser.sign_in(&worker).await;
    for _ in 0..3 {
        app.move_clock(Duration::minutes(25));
        assert_eq!(browser.get("/console").await.status, 200, "used within half an hour");
    }
    app.move_clock(Duration::minutes(31));
    assert_eq!(browser.get("/console").await.status, 303, "not used for half an hour");
    browser.sign_in(&worker).await;
    for _ in 0..28 {
        app.move_clock(Duration::minutes(25));
        assert_eq!(browser.get("/console").await.status, 200);
    }
    app.move_clock(Duration::minutes(25));
    assert_eq!(browser.get("/console").await.status, 303, "twelve hours at most");
}

#[actix_web::test]
async fn the_cookie_opens_the_console_only_and_a_planted_one_is_worth_nothing() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let browser = Pages::new(&app);
    browser.set_cookie("palm_console", "planted0000000000000000000000000000000000000");
    browser.sign_in(&worker).await;
    let first = browser.cookie("palm_console").expect("a session");
    assert!(!first.starts_with("planted"), "the session is a fresh one");
    assert_eq!(browser.get("/api/v1/me").await.status, 401, "the API doesn't look at cookies");
    app.anonymous()
        .post("/api/v1/sessions/refresh", &json!({"refresh_token": first}))
        .await
        .problem(401, "refresh_token_invalid");
    // Signing in again in the same browser ends the session that it had.
    browser.sign_in(&worker).await;
    let second = browser.cookie("palm_console").expect("a session");
    assert_ne!(first, second);
    browser.set_cookie("palm_console", &first);
    assert_eq!(browser.get("/console/account").await.status, 303);
    browser.set_cookie("palm_console", &second);
    let out = browser.submit("/console/account", "/console/sign-out", &[]).await;
    assert_eq!(out.status, 303);
    browser.set_cookie("palm_console", &second);
    assert_eq!(browser.get("/console/account").await.status, 303, "signed out is signed out, not forgotten");
}

#[actix_web::test]
async fn a_form_without_its_token_or_from_another_site_is_refused() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let (browser, other) = (Pages::new(&app), Pages::new(&app));
    browser.sign_in(&worker).await;
    other.sign_in(&app.staff()).await;
    let (own, foreign) = (browser.get("/console").await, other.get("/console").await);
    for path in ["/console/sign-out", "/console/account/end-all", "/console/account/type", "/console/todo/accept"] {
        for token in ["", "x", hidden(&foreign.text, "csrf")] {
            let reply = browser.post(path, &[("csrf", token), ("key", "0123456789abcdef")]).await;
            assert_eq!(reply.status, 403, "{path} with token {token:?}");
            assert!(reply.text.contains("页面已过期"), "{}", reply.text);
        }
        let token = hidden(&own.text, "csrf");
        for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let reply = browser.post_from(path, &[("csrf", token), ("key", "0123456789abcdef")], &[header]).await;
            assert_eq!(reply.status, 403, "{path} from {header:?}");
        }
    }
    assert_eq!(browser.get("/console/account").await.status, 200, "nothing was done");
}

#[actix_web::test]
async fn every_answer_is_a_page_with_its_policy() {
    let app = TestApp::start().await;
    let browser = Pages::new(&app);
    browser.sign_in(&app.grid_worker()).await;
    let home = browser.get("/console").await;
    for (path, status) in
        [("/console", 200), ("/console/nowhere", 404), ("/console/assets/x.css", 404), ("/console?whose=x&bad=1", 422)]
    {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}: {}", page.text);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        for inline in ["<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.text.contains(inline), "{path} has {inline}");
        }
        assert!(page.bytes.len() < 60_000, "{path} weighs {}", page.bytes.len());
    }
    let css = home
        .text
        .split("href=\"")
        .find_map(|part| part.split('"').next().filter(|path| path.ends_with(".css")))
        .expect("a sheet");
    let sheet = browser.get(css).await;
    assert_eq!((sheet.status, sheet.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").contains("immutable"), "{}", sheet.header("cache-control"));
}

#[actix_web::test]
async fn a_demonstration_offers_its_staff_and_nobody_else() {
    let app = TestApp::start().await;
    let (staff, resident) = (app.staff(), app.resident());
    let browser = Pages::new(&app);
    let page = browser.get("/console/sign-in").await;
    assert!(page.text.contains(&staff.person.to_string()) && !page.text.contains(&resident.person.to_string()));
    let refused = browser.submit("/console/sign-in", "/console/sign-in/demo", &[("person", &resident.person.to_string())]).await;
    assert_eq!(refused.status, 404);
    let entered = browser.submit("/console/sign-in", "/console/sign-in/demo", &[("person", &staff.person.to_string())]).await;
    let home = browser.follow(entered).await;
    assert!(home.text.contains(Role::CommunityStaff.zh()), "{}", home.text);
}
