//! Grid chat in a real browser: a topic is open, a message is reported and hidden, its author objects, staff restore it.

use people::identity::Role;
use serde_json::json;

use super::browser::Browser;
use super::pages::{Pages, hidden};
use crate::routes::governance::chat::{BASE, group, id, neighbour, read, say, texts, topic};
use crate::support::TestApp;

async fn a_message_is_hidden_objected_to_and_restored(scripts: bool) {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (author, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&author, &topic, "楼上太吵").await.expect(201));
    other.post(&format!("{BASE}/messages/{message}/reports"), &json!({"reason": "abuse"})).await.expect(201);
    let browser = Browser::start(&app, scripts).await;
    browser.sign_in(&app, &worker, scripts).await;
    browser.click("nav.menu a[href='/console/chat']").await;
    browser.read("楼上太吵").await;
    browser.choose("form[action$='/hide'] select[name=reason]", "abuse").await;
    browser.click("form[action$='/hide'] button").await;
    browser.read("已隐藏，作者已收到原因").await;
    assert_eq!(texts(&read(&other, &topic).await), ["-"], "nobody else reads it");
    browser.sign_out().await;
    let measures = author.get(&format!("{BASE}/measures/mine")).await.expect(200);
    let measure = id(&measures["items"][0]);
    author.post(&format!("{BASE}/measures/{measure}/appeal"), &json!({"text": "我没有骂人"})).await.expect(200);
    browser.sign_in(&app, &staff, scripts).await;
    browser.open("/console/chat/measures?state=appealed").await;
    browser.read("我没有骂人").await;
    browser.write("textarea[name=note]", "不构成辱骂").await;
    browser.click("button[name=lift][value=true]").await;
    browser.read("已处理申诉").await;
    browser.end().await;
    assert_eq!(texts(&read(&other, &topic).await), ["楼上太吵"]);
}

#[actix_web::test]
async fn a_message_is_hidden_objected_to_and_restored_with_scripts() {
    a_message_is_hidden_objected_to_and_restored(true).await;
}

#[actix_web::test]
async fn a_message_is_hidden_objected_to_and_restored_without_scripts() {
    a_message_is_hidden_objected_to_and_restored(false).await;
}

#[actix_web::test]
async fn a_worker_of_another_block_sees_and_moderates_nothing() {
    let app = TestApp::start().await;
    let topic = topic(&app.grid_worker(), &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (author, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&author, &topic, "<script>window.harmed=1</script>").await.expect(201));
    other.post(&format!("{BASE}/messages/{message}/reports"), &json!({"reason": "abuse"})).await.expect(201);
    let (own, elsewhere) = (Pages::new(&app), Pages::new(&app));
    own.sign_in(&app.grid_worker()).await;
    elsewhere.sign_in(&app.actor(Role::GridWorker, "S1/C1/E1/B2")).await;
    let page = own.get("/console/chat").await.text;
    assert!(page.contains(&message) && !page.contains("<script>window"), "{page}");
    let form = elsewhere.get("/console/chat").await.text;
    assert!(!form.contains(&message));
    let home = elsewhere.get("/console").await.text;
    let fields = [("csrf", hidden(&home, "csrf")), ("key", "0123456789abcdef"), ("reason", "abuse")];
    let refused = elsewhere.post(&format!("/console/chat/messages/{message}/hide"), &fields).await;
    assert_eq!(refused.status, 404, "{}", refused.text);
    assert_eq!(texts(&read(&other, &topic).await), ["<script>window.harmed=1</script>"]);
}
