//! WeChat's sandbox pushes by itself, signed and encrypted, to the server that runs beside it: a picture is decided on in moments, and a tap
//! on a subscription is heard of.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::routes::people::{bind_phone, files, sign_in};
use crate::support::{Actor, TestApp};

/// Longer than any push takes; only one that never comes reaches it.
const FOREVER: Duration = Duration::from_secs(60);

/// Looks until it is there, running the jobs that a push brought.
async fn until(app: &TestApp, actor: &Actor, path: &str, there: impl Fn(&Value) -> bool) {
    let begun = Instant::now();
    loop {
        app.drain().await;
        let view = actor.get(path).await.expect(200);
        if there(&view) {
            return;
        }
        assert!(begun.elapsed() < FOREVER, "never pushed: {view:#}");
        actix_web::rt::task::yield_now().await;
    }
}

#[actix_web::test]
async fn verdicts_and_taps_reach_the_server_by_themselves() {
    let app = TestApp::start_pushed().await;
    let (person, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &person, "19900000061").await.expect(200);
    let picture = files::sent(&person).await;
    until(&app, &person, &format!("/api/v1/files/{picture}"), |view| view["check"] == "clean").await;
    let tap = json!({"person": "甲", "template": "request_answered", "accepted": true});
    let tapped = app.client.post(format!("{}/sandbox/taps", app.wechat_url)).json(&tap).send().await.expect("the sandbox");
    assert_eq!(tapped.status(), 204);
    until(&app, &person, "/api/v1/me/subscriptions", |view| {
        let mut items = view["items"].as_array().expect("items").iter();
        items.any(|item| item["kind"] == "request_answered" && item["balance"] == 1)
    })
    .await;
}
