//! Inbox, consents, WeChat messages.

use serde_json::{Value, json};

use super::{sample_community, trouble, unit_at, with_phone};
use crate::support::{Actor, TestApp};

const INBOX: &str = "/api/v1/me/inbox";

async fn agree(actor: &Actor, times: usize) {
    for _ in 0..times {
        let answers = json!({"answers": [{"template": "residency_confirmed", "accepted": true}]});
        actor.post("/api/v1/me/subscriptions", &answers).await.expect(200);
    }
}

async fn balance(actor: &Actor) -> i64 {
    let all = actor.get("/api/v1/me/subscriptions").await.expect(200);
    let items = all["items"].as_array().expect("items");
    items.iter().find(|item| item["kind"] == "residency_confirmed").and_then(|item| item["balance"].as_i64()).expect("a balance")
}

/// Something happens that the person is told.
async fn tell(app: &TestApp, actor: &Actor, home: &str) {
    actor.post("/api/v1/residencies", &json!({"entrance": unit_at(app, home)})).await.expect(201);
}

async fn arrived(app: &TestApp, label: &str) -> Value {
    let openid = base::clients::wechat::sandbox::openid("wx00000000000test", label);
    let reply = app.client.get(format!("{}/sandbox/messages?openid={openid}", app.wechat_url)).send().await.expect("the sandbox");
    reply.json().await.expect("JSON")
}

async fn first_push(actor: &Actor) -> String {
    actor.get(INBOX).await.expect(200)["items"][0]["push"].as_str().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn one_consent_buys_one_message() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "inb1").await;
    let me = with_phone(&app, "甲", &sample.people.resident).await;
    agree(&me, 2).await;
    tell(&app, &me, &sample.people.home).await;
    assert_eq!(first_push(&me).await, "queued");
    app.drain().await;
    assert_eq!(first_push(&me).await, "sent");
    assert_eq!(balance(&me).await, 1);
    let messages = arrived(&app, "甲").await;
    assert_eq!(messages.as_array().map(Vec::len), Some(1), "{messages:#}");
    app.drain().await;
    assert_eq!(arrived(&app, "甲").await.as_array().map(Vec::len), Some(1), "not twice");
}

#[actix_web::test]
async fn without_a_consent_it_stays_in_the_inbox() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "inb2").await;
    let me = with_phone(&app, "甲", &sample.people.resident).await;
    tell(&app, &me, &sample.people.home).await;
    app.drain().await;
    assert_eq!(first_push(&me).await, "no_consent");
    assert_eq!(arrived(&app, "甲").await, json!([]));
    me.post("/api/v1/me/subscriptions", &json!({"answers": [{"template": "unknown", "accepted": true}]}))
        .await
        .problem(422, "template_unknown");
    let no = json!({"answers": [{"template": "residency_confirmed", "accepted": false}]});
    me.post("/api/v1/me/subscriptions", &no).await.expect(200);
    assert_eq!(balance(&me).await, 0);
}

#[actix_web::test]
async fn a_refusal_by_wechat_empties_the_balance() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "inb3").await;
    let me = with_phone(&app, "甲", &sample.people.resident).await;
    agree(&me, 3).await;
    trouble(&app, &json!({"no_consent_percent": 100})).await;
    tell(&app, &me, &sample.people.home).await;
    app.drain().await;
    assert_eq!(first_push(&me).await, "no_consent");
    assert_eq!(balance(&me).await, 0);
}

#[actix_web::test]
async fn the_inbox_is_followed_by_sequence_and_read_up_to_a_place() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "inb4").await;
    let me = with_phone(&app, "甲", &sample.people.resident).await;
    tell(&app, &me, &sample.people.home).await;
    let first = me.get(INBOX).await.expect(200);
    assert_eq!((first["unread"].as_i64(), first["items"][0]["sequence"].as_i64()), (Some(1), Some(1)));
    assert_eq!(me.get(&format!("{INBOX}?after=1")).await.expect(200)["items"], json!([]));
    me.post("/api/v1/me/residency/move-out", &json!({})).await.expect(200);
    tell(&app, &me, &sample.people.home).await;
    let since = me.get(&format!("{INBOX}?after=1")).await.expect(200);
    assert_eq!(since["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(since["items"][0]["sequence"], 2);
    me.post("/api/v1/me/inbox/read", &json!({"up_to": 1})).await.expect(204);
    let now = me.get(INBOX).await.expect(200);
    assert_eq!(now["unread"], 1);
    assert_eq!(now["items"][0]["sequence"], 2, "without `after` the newest come first");
    let other = app.person(None);
    assert_eq!(other.get(INBOX).await.expect(200)["items"], json!([]));
}
