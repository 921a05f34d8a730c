//! The screens of requests, without a browser: who sees which, what a refused form brings back, that a form sent twice is done once.

use serde_json::json;

use super::HARMFUL;
use super::pages::{Pages, hidden};
use crate::routes::governance::requests::{REQUESTS, duty, handler_of, id, lamp, unit_at};
use crate::support::TestApp;

#[actix_web::test]
async fn another_grid_sees_nothing_and_may_do_nothing() {
    let app = TestApp::start().await;
    let request = id(&app.resident().post(REQUESTS, &lamp(&app)).await.expect(201));
    let (own, neighbour) = (Pages::new(&app), Pages::new(&app));
    own.sign_in(&app.grid_worker()).await;
    neighbour.sign_in(&app.actor(people::identity::Role::GridWorker, "S1/C2/E1/B1")).await;
    let page = format!("/console/requests/{request}");
    assert_eq!(own.get(&page).await.status, 200);
    assert!(own.get("/console/requests").await.text.contains(&page));
    let other = neighbour.get(&page).await;
    assert_eq!((other.status, other.text.contains("没有找到")), (404, true));
    assert!(!neighbour.get("/console/requests").await.text.contains(&page));
    let form = neighbour.get("/console").await;
    let fields = [("csrf", hidden(&form.text, "csrf")), ("key", "0123456789abcdef")];
    for verb in ["accept", "answer", "dispatch", "ask", "progress", "note", "confirm"] {
        let all: Vec<_> = fields.iter().copied().chain([("text", "好"), ("outcome", "solved"), ("note", "好")]).collect();
        let fields = match verb {
            "accept" => &all[..3],
            "confirm" | "dispatch" => &fields[..],
            "note" => &[all[0], all[1], all[4]][..],
            "answer" => &all[..4],
            _ => &all[..3],
        };
        assert_eq!(neighbour.post(&format!("{page}/{verb}"), fields).await.status, 404, "{verb}");
    }
    for verb in ["return", "pause", "extend", "resume", "arbitrate"] {
        let reply = neighbour.post(&format!("{page}/{verb}"), &fields).await;
        assert!([403, 404].contains(&reply.status), "{verb}: {}", reply.status);
    }
}

#[actix_web::test]
async fn a_form_sent_twice_is_done_once_and_a_refused_one_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let (resident, worker, staff) = (app.resident(), app.grid_worker(), app.staff());
    let request = id(&resident.post(REQUESTS, &lamp(&app)).await.expect(201));
    let page = format!("/console/requests/{request}");
    let (one, other) = (Pages::new(&app), Pages::new(&app));
    one.sign_in(&worker).await;
    other.sign_in(&staff).await;
    let late = other.get(&page).await;
    let shown = one.get(&page).await;
    let fields =
        [("csrf", hidden(&shown.text, "csrf")), ("key", hidden(&shown.text, "key")), ("text", "下午上门"), ("note", "带梯子")];
    for _ in 0..2 {
        let done = one.post(&format!("{page}/accept"), &fields).await;
        assert_eq!((done.status, done.header("location")), (303, page.as_str()), "{}", done.text);
    }
    let after = one.get(&page).await;
    assert!(after.text.contains("已受理，已通知居民"), "no message");
    assert_eq!(after.text.matches("带梯子").count(), 1, "accepted twice");
    assert!(!one.get(&page).await.text.contains("class=\"flash\""), "the message is shown once");
    // The colleague's page is from before.
    let typed = [("csrf", hidden(&late.text, "csrf")), ("key", hidden(&late.text, "key")), ("text", "我明天去看看")];
    let conflict = other.post(&format!("{page}/accept"), &typed).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.text.contains("情况已变化") && conflict.text.contains("带梯子"), "the new state is shown");
    assert!(conflict.text.contains("readonly>我明天去看看</textarea>"), "what was typed is kept: {}", conflict.text);
    // An answer that lacks what its outcome needs.
    let refused =
        one.submit(&page, &format!("{page}/answer"), &[("outcome", "cannot_be_solved"), ("text", "暂时无法更换")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("暂时无法更换") && refused.text.contains("field wrong"), "{}", refused.text);
    let events = resident.get(&format!("{REQUESTS}/{request}/events")).await.expect(200);
    assert_eq!(events["items"].as_array().map(Vec::len), Some(2), "filed, accepted: {events}");
}

#[actix_web::test]
async fn only_legal_actions_are_offered_and_a_returned_request_leaves_the_unit() {
    let app = TestApp::start().await;
    let unit = unit_at(&app, "S1", "路灯管理所");
    duty(&app, "S1/C1", "A01-01", Some(unit), &[], json!([]));
    let handler = handler_of(&app, unit);
    let mut body = lamp(&app);
    body["category"] = json!("A01-01");
    let request = id(&app.resident().post(REQUESTS, &body).await.expect(201));
    let page = format!("/console/requests/{request}");
    let (unit_side, community) = (Pages::new(&app), Pages::new(&app));
    unit_side.sign_in(&handler).await;
    community.sign_in(&app.staff()).await;
    let (theirs, ours) = (unit_side.get(&page).await.text, community.get(&page).await.text);
    assert!(theirs.contains("/accept\"") && theirs.contains("/return\"") && !theirs.contains("/answer\""), "not yet begun");
    assert!(!ours.contains("/accept\"") && !ours.contains("/answer\"") && ours.contains("/note\""), "it lies with the unit");
    let back = unit_side.submit(&page, &format!("{page}/return"), &[("reason", "not_our_area")]).await;
    assert_eq!((back.status, back.header("location")), (303, "/console/requests"));
    assert_eq!(unit_side.get(&page).await.status, 404);
    assert!(community.get(&page).await.text.contains("/dispatch\""), "back in the community's queue");
}

#[actix_web::test]
async fn many_are_accepted_at_once_from_the_to_do_list() {
    let app = TestApp::start().await;
    let resident = app.resident();
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(id(&resident.post(REQUESTS, &lamp(&app)).await.expect(201)));
    }
    let browser = Pages::new(&app);
    browser.sign_in(&app.grid_worker()).await;
    let home = browser.get("/console").await.text;
    assert!(home.contains(&format!("/console/requests/{}", requests[0])) && home.contains("还剩"), "{home}");
    assert!(home.contains("<td>本人</td>") && !home.contains("<td>本办公室同事均可</td>"), "a worker's own block: {home}");
    let office = Pages::new(&app);
    office.sign_in(&app.staff()).await;
    let theirs = office.get("/console").await.text;
    assert!(theirs.contains("<td>本办公室同事均可</td>"), "anybody of the community's staff: {theirs}");
    let picked = [("case", requests[0].as_str()), ("case", requests[1].as_str())];
    let done = browser.submit("/console", "/console/todo/accept", &picked).await;
    let home = browser.follow(done).await.text;
    assert!(home.contains("已受理 2 件诉求"), "{home}");
    for (request, state) in requests.iter().zip(["accepted", "accepted", "submitted"]) {
        assert_eq!(resident.get(&format!("{REQUESTS}/{request}")).await.expect(200)["state"], state);
    }
    let none = browser.submit("/console", "/console/todo/accept", &[]).await;
    assert!(browser.follow(none).await.text.contains("请先勾选"));
}

#[actix_web::test]
async fn harmful_texts_are_shown_as_texts() {
    let app = TestApp::start().await;
    let resident = app.resident();
    let browser = Pages::new(&app);
    browser.sign_in(&app.grid_worker()).await;
    for harm in HARMFUL {
        resident.send(reqwest::Method::PUT, "/api/v1/me/nickname", |request| request.json(&json!({"nickname": harm}))).await;
        let mut body = lamp(&app);
        body["text"] = json!(harm);
        body["place_text"] = json!(harm);
        let request = id(&resident.post(REQUESTS, &body).await.expect(201));
        let page = format!("/console/requests/{request}");
        let form = browser.get(&page).await;
        let fields = [("csrf", hidden(&form.text, "csrf")), ("key", hidden(&form.text, "key")), ("note", *harm)];
        browser.post(&format!("{page}/note"), &fields).await;
        let refused = [fields[0], fields[1], ("outcome", "cannot_be_solved"), ("text", *harm)];
        let refused = browser.post(&format!("{page}/answer"), &refused).await;
        for shown in [browser.get(&page).await, browser.get("/console/requests").await, browser.get("/console").await, refused] {
            super::shows_as_text(&shown.text, harm);
        }
    }
}

#[actix_web::test]
async fn a_picture_comes_with_the_answer_and_the_page_counts_households() {
    let app = TestApp::start().await;
    let (resident, worker) = (app.resident(), app.grid_worker());
    let mut body = lamp(&app);
    body["pin"] = json!({"lat": 39.9087, "lon": 116.3975, "system": "wgs84"});
    let request = id(&resident.post(REQUESTS, &body).await.expect(201));
    let page = format!("/console/requests/{request}");
    let browser = Pages::new(&app);
    browser.sign_in(&worker).await;
    let accepted = browser.submit(&page, &format!("{page}/accept"), &[]).await;
    let shown = browser.follow(accepted).await;
    assert!(shown.text.contains("<dt>同样遇到的户数</dt><dd>0</dd>"), "{}", shown.text);
    assert!(shown.text.contains("href=\"geo:39.9087,116.3975\""), "{}", shown.text);
    let fields = |key: &'static str| {
        [
            ("csrf", hidden(&shown.text, "csrf").to_owned()),
            ("key", key.to_owned()),
            ("outcome", "solved".to_owned()),
            ("text", "灯泡已更换。".to_owned()),
        ]
    };
    let as_fields = |fields: &[(&'static str, String)]| -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let verb = format!("{page}/answer");
    let sent = as_fields(&fields("0123456789abcdef"));
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = browser.upload(&verb, &sent, b"no picture at all").await;
    assert_eq!(refused.status, 415, "{}", refused.text);
    assert!(refused.text.contains("灯泡已更换。"), "what was typed is kept");
    let sent = as_fields(&fields("0123456789abcdeg"));
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        let answered = browser.upload(&verb, &sent, &crate::routes::people::files::jpeg()).await;
        assert_eq!(answered.status, 303, "{}", answered.text);
    }
    let view = worker.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!(view["result_files"].as_array().map(Vec::len), Some(1), "sent twice, kept once: {view}");
    assert!(browser.get(&page).await.text.contains("办理照片"));
}
