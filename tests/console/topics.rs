//! Topics of the grid chat on the console: opened, followed as people write, made into requests, closed; with a browser and without.

use people::identity::Role;
use serde_json::json;

use super::HARMFUL;
use super::browser::Browser;
use super::pages::{Pages, hidden};
use crate::routes::governance::chat::{BASE, group, id, neighbour, read, say, texts, topic};
use crate::support::TestApp;

/// The whole way, staff on the console, residents on their phones: a topic is opened, a message reported and hidden, its author objects,
/// staff restore it.
async fn a_topic_is_opened_and_what_was_hidden_restored(scripts: bool) {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let group = group(&app, "S1/C1/E1/B1").await;
    let (author, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let browser = Browser::start(&app, scripts).await;
    browser.sign_in(&app, &worker, scripts).await;
    browser.click("nav.menu a[href='/console/chat']").await;
    browser.click("a[href='/console/chat/topics']").await;
    browser.click("details:has(input[name=title]) summary").await;
    browser.write("input[name=title]", "楼道照明").await;
    browser.write("form[action='/console/chat/topics'] textarea[name=text]", "请大家说说哪里太暗").await;
    browser.click("form[action='/console/chat/topics'] button.primary").await;
    browser.read("话题已建好").await;
    let path = browser.path().await;
    let topic = path.rsplit('/').next().expect("a topic").to_owned();
    let listed = author.get(&format!("{BASE}/groups/{group}/topics")).await.expect(200);
    assert_eq!(id(&listed["items"][0]), topic);
    let message = id(&say(&author, &topic, "三楼的灯一直不亮").await.expect(201));
    if !scripts {
        browser.open(&path).await;
    }
    // With scripts nothing is loaded anew: the page asks again by itself.
    browser.read("三楼的灯一直不亮").await;
    other.post(&format!("{BASE}/messages/{message}/reports"), &json!({"reason": "abuse"})).await.expect(201);
    browser.click(&format!("#message-{message} summary")).await;
    browser.choose(&format!("#message-{message} select[name=reason]"), "abuse").await;
    browser.click(&format!("#message-{message} form[action$='/hide'] button")).await;
    browser.read("已隐藏，作者已收到原因").await;
    assert_eq!(browser.path().await, path, "one stays in the topic");
    assert_eq!(texts(&read(&other, &topic).await), ["-"]);
    browser.sign_out().await;
    let measures = author.get(&format!("{BASE}/measures/mine")).await.expect(200);
    let measure = id(&measures["items"][0]);
    author.post(&format!("{BASE}/measures/{measure}/appeal"), &json!({"text": "我说的是事实"})).await.expect(200);
    browser.sign_in(&app, &staff, scripts).await;
    browser.open("/console/chat/measures?state=appealed").await;
    browser.read("我说的是事实").await;
    browser.write("textarea[name=note]", "内容属实，恢复显示").await;
    browser.click("button[name=lift][value=true]").await;
    browser.read("已处理申诉").await;
    browser.open(&path).await;
    browser.read("三楼的灯一直不亮").await;
    browser.end().await;
    assert_eq!(texts(&read(&other, &topic).await), ["三楼的灯一直不亮"]);
}

#[actix_web::test]
async fn a_topic_is_opened_and_what_was_hidden_restored_with_scripts() {
    a_topic_is_opened_and_what_was_hidden_restored(true).await;
}

#[actix_web::test]
async fn a_topic_is_opened_and_what_was_hidden_restored_without_scripts() {
    a_topic_is_opened_and_what_was_hidden_restored(false).await;
}

#[actix_web::test]
async fn the_key_r_makes_a_request_of_what_was_reported() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (author, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&author, &topic, "楼道里堆满纸箱").await.expect(201));
    other.post(&format!("{BASE}/messages/{message}/reports"), &json!({"reason": "abuse"})).await.expect(201);
    let browser = Browser::start(&app, true).await;
    browser.sign_in(&app, &worker, true).await;
    browser.open("/console/chat").await;
    browser.read("楼道里堆满纸箱").await;
    browser.press("r").await;
    browser.write("details[open] form[action$='/request'] input[name=place_text]", "三单元二层").await;
    browser.click("details[open] form[action$='/request'] button").await;
    browser.read("已转为诉求").await;
    browser.open(&format!("/console/chat/topics/{topic}")).await;
    browser.click(&format!("#message-{message} a[href^='/console/requests/']")).await;
    browser.read("三单元二层").await;
    browser.end().await;
}

#[actix_web::test]
async fn a_topic_is_written_into_closed_and_nobody_else_sees_it() {
    let app = TestApp::start().await;
    let group = group(&app, "S1/C1/E1/B1").await;
    let (own, elsewhere) = (Pages::new(&app), Pages::new(&app));
    own.sign_in(&app.grid_worker()).await;
    elsewhere.sign_in(&app.actor(Role::GridWorker, "S1/C1/E1/B2")).await;
    let list = "/console/chat/topics";
    let poll = [("group", group.as_str()), ("kind", "poll"), ("title", "先修哪里"), ("text", "请投票"), ("options", "东门\n")];
    let refused = own.submit(list, list, &poll).await;
    assert_eq!(refused.status, 422, "one option is no poll");
    assert!(refused.text.contains("先修哪里") && refused.text.contains("东门"), "{}", refused.text);
    let mut poll = poll.to_vec();
    poll[4].1 = "东门\r\n西门\r\n";
    let opened = own.submit(list, list, &poll).await;
    let path = opened.header("location").to_owned();
    let page = own.follow(opened).await;
    assert!(page.text.contains("西门") && page.text.contains("data-poll=\"5\""), "{}", page.text);
    let said = own.submit(&path, &format!("{path}/messages"), &[("text", "周五前请投票")]).await;
    assert!(own.follow(said).await.text.contains("周五前请投票"));
    assert_eq!(elsewhere.get(&path).await.status, 404);
    assert!(!elsewhere.get(list).await.text.contains("先修哪里"));
    let home = elsewhere.get("/console").await.text;
    let fields = [("csrf", hidden(&home, "csrf")), ("key", "0123456789abcdef"), ("summary", "不关您的事")];
    assert_eq!(elsewhere.post(&format!("{path}/close"), &fields).await.status, 404);
    let closed = own.submit(&path, &format!("{path}/close"), &[("summary", "先修西门")]).await;
    let page = own.follow(closed).await;
    assert!(page.text.contains("先修西门") && page.text.contains("已结束"), "{}", page.text);
    let figures = own.get("/console/chat/figures").await;
    assert!(
        figures.text.contains("<svg class=\"chart\"") && figures.text.contains("<td>结束话题</td><td class=\"figure\">1</td>")
    );
}

#[actix_web::test]
async fn harmful_texts_of_a_topic_are_shown_as_texts() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let author = neighbour(&app, "甲", "19900000001").await;
    let browser = Pages::new(&app);
    browser.sign_in(&worker).await;
    let list = "/console/chat/topics";
    for harm in HARMFUL {
        let fields = [("group", group.as_str()), ("kind", "talk"), ("title", *harm), ("text", *harm)];
        let opened = browser.submit(list, list, &fields).await;
        let path = opened.header("location").to_owned();
        let page = browser.follow(opened).await;
        let topic = path.rsplit('/').next().expect("a topic");
        say(&author, topic, harm).await;
        browser.submit(&path, &format!("{path}/messages"), &[("text", *harm)]).await;
        let fields = [
            ("csrf", hidden(&page.text, "csrf")),
            ("key", "0123456789abcdef"),
            ("group", &group),
            ("kind", harm),
            ("title", harm),
            ("text", harm),
            ("options", harm),
        ];
        let refused = browser.post(list, &fields).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        for shown in [browser.get(&path).await, browser.get(list).await, page, refused] {
            super::shows_as_text(&shown.text, harm);
        }
    }
}
