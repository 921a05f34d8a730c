//! Messages: sent once, seen by who belongs there, held back by the check, followed by their changes, withdrawn in time.

use chrono::Duration;
use people::identity::Role;
use reqwest::Method;
use serde_json::json;

use super::{BASE, group, id, items, neighbour, read, say, texts, told, topic};
use crate::routes::people::files::{deliver_pushes, sent};
use crate::routes::people::trouble;
use crate::support::TestApp;

#[actix_web::test]
async fn twenty_sends_with_one_key_are_one_message() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let path = format!("{BASE}/topics/{topic}/messages");
    let body = json!({"text": "东门太暗"});
    let sends = (0..20).map(|_| me.post_with_key(&path, "send-this-once", &body)).collect::<Vec<_>>();
    let replies = futures_util::future::join_all(sends).await;
    let ids: std::collections::BTreeSet<String> = replies.iter().map(|reply| id(&reply.expect(201))).collect();
    assert_eq!(ids.len(), 1, "one id for all");
    assert_eq!(texts(&read(&worker, &topic).await), ["东门太暗"]);
    me.post_with_key(&path, "send-this-once", &json!({"text": "西门太暗"})).await.problem(422, "idempotency_key_reused");
}

#[actix_web::test]
async fn numbers_have_no_gaps_whoever_writes_at_once() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (one, two) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let texts: Vec<String> = (0..15).map(|number| format!("第 {number} 条")).collect();
    let sends = texts.iter().flat_map(|text| [say(&one, &topic, text), say(&two, &topic, text)]);
    for reply in futures_util::future::join_all(sends).await {
        reply.expect(201);
    }
    let page = read(&worker, &topic).await;
    let numbers: Vec<i64> = items(&page).iter().filter_map(|item| item["sequence"].as_i64()).collect();
    assert_eq!(numbers, (1..=30).rev().collect::<Vec<_>>());
    // Read in pages, each message comes once.
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let page = one.get(&format!("{BASE}/topics/{topic}/messages?limit=7{before}")).await.expect(200);
        seen.extend(items(&page).iter().filter_map(|item| item["sequence"].as_i64()));
        let Some(next) = page["next_before"].as_i64() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seen, numbers);
}

#[actix_web::test]
async fn a_follower_hears_of_every_change_and_of_nothing_twice() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let path = format!("{BASE}/topics/{topic}/messages");
    let first = id(&say(&me, &topic, "第一条").await.expect(201));
    say(&me, &topic, "第二条").await.expect(201);
    let part = worker.get(&format!("{path}?after_change=0")).await;
    let (tag, page) = (part.header("etag").to_owned(), part.expect(200));
    assert_eq!(texts(&page), ["第一条", "第二条"]);
    let next = page["next_change"].as_i64().expect("a number");
    let follow = format!("{path}?after_change={next}");
    let same = worker.send(Method::GET, &follow, |request| request.header("if-none-match", &tag)).await;
    assert_eq!(same.status, 304, "nothing has changed");
    me.post(&format!("{BASE}/messages/{first}/withdraw"), &json!({})).await.expect(200);
    let changed = worker.send(Method::GET, &follow, |request| request.header("if-none-match", &tag)).await.expect(200);
    let changed = items(&changed);
    assert_eq!(changed.len(), 1, "the withdrawal alone");
    assert_eq!(
        (&changed[0]["id"], &changed[0]["state"], &changed[0]["text"]),
        (&json!(first), &json!("withdrawn"), &json!(null))
    );
    let page = worker.get(&format!("{path}?after_change=0&limit=1")).await.expect(200);
    assert_eq!((&page["more"], texts(&page)), (&json!(true), vec!["第二条".to_owned()]));
}

#[actix_web::test]
async fn a_message_is_withdrawn_within_two_minutes_by_its_author_alone() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let (soon, late) = (say(&me, &topic, "写错了").await.expect(201), say(&me, &topic, "留着").await.expect(201));
    let withdraw = |message: &serde_json::Value| format!("{BASE}/messages/{}/withdraw", id(message));
    other.post(&withdraw(&soon), &json!({})).await.problem(404, "not_found");
    worker.post(&withdraw(&soon), &json!({})).await.problem(404, "not_found");
    app.move_clock(Duration::seconds(110));
    me.post(&withdraw(&soon), &json!({})).await.expect(200);
    me.post(&withdraw(&soon), &json!({})).await.problem(409, "state_conflict");
    app.move_clock(Duration::seconds(11));
    me.post(&withdraw(&late), &json!({})).await.problem(409, "chat_withdraw_late");
    assert_eq!(texts(&read(&other, &topic).await), ["留着", "-"]);
}

#[actix_web::test]
async fn what_the_check_doubts_is_its_authors_alone_until_a_person_has_looked() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let passed = say(&me, &topic, "三号楼路灯坏了").await.expect(201);
    assert_eq!((&passed["state"], &passed["sequence"]), (&json!("published"), &json!(1)));
    let doubted = say(&me, &topic, "存疑样例").await.expect(201);
    let refused = say(&me, &topic, "违规样例").await.expect(201);
    assert_eq!((&doubted["state"], &refused["state"]), (&json!("pending"), &json!("refused")));
    for answer in [
        json!({"down": "unavailable", "only_path": "/wxa/msg_sec_check"}),
        json!({"garbage": {"errcode": 45009}, "only_path": "/wxa/msg_sec_check"}),
    ] {
        trouble(&app, &answer).await;
        assert_eq!(say(&me, &topic, "好的").await.expect(201)["state"], "pending", "{answer}: no answer publishes nothing");
    }
    trouble(&app, &json!({})).await;
    assert_eq!(texts(&read(&other, &topic).await), ["三号楼路灯坏了"]);
    assert_eq!(items(&json!({"items": read(&other, &topic).await["own"]})).len(), 0);
    let mine = read(&me, &topic).await;
    let own: Vec<_> = mine["own"].as_array().expect("own").iter().map(|one| one["state"].clone()).collect();
    assert_eq!(own, ["pending", "refused", "pending", "pending"]);
    let queue = worker.get("/api/v1/screening/items").await.expect(200);
    let item = |text: &str| items(&queue).iter().find(|item| item["text"] == text).map(id).expect("in the queue");
    let publish = format!("/api/v1/screening/items/{}/publish", item("存疑样例"));
    worker.post(&publish, &json!({})).await.expect(200);
    app.drain().await;
    // It is numbered when others see it first: at the end.
    let page = read(&other, &topic).await;
    assert_eq!(texts(&page), ["存疑样例", "三号楼路灯坏了"]);
    assert_eq!(page["last_sequence"], 2);
    // What was refused: its author objects, other staff show it.
    let mine = me.get("/api/v1/me/screening").await.expect(200);
    let refused = items(&mine).iter().find(|item| item["state"] == "refused").map(id).expect("refused");
    me.post(&format!("/api/v1/screening/items/{refused}/appeal"), &json!({"text": "没有违规"})).await.expect(200);
    let decide = format!("/api/v1/screening/items/{refused}/appeal/decide");
    app.staff().post(&decide, &json!({"publish": true, "note": "可以"})).await.expect(200);
    assert_eq!(texts(&read(&other, &topic).await), ["违规样例", "存疑样例", "三号楼路灯坏了"]);
}

#[actix_web::test]
async fn a_picture_is_seen_once_it_is_checked_and_that_is_a_change() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let path = format!("{BASE}/topics/{topic}/messages");
    let picture = sent(&me).await;
    let message = me.post(&path, &json!({"files": [picture]})).await.expect(201);
    assert_eq!(message["state"], "published");
    let before = read(&other, &topic).await;
    assert!(before["items"][0]["files"][0]["url"].is_null(), "not checked yet");
    app.drain().await;
    deliver_pushes(&app).await;
    app.move_clock(Duration::seconds(20));
    app.drain().await;
    let follow = format!("{path}?after_change={}", before["next_change"]);
    let after = other.get(&follow).await.expect(200);
    assert!(after["items"][0]["files"][0]["url"].is_string(), "{after}");
    me.post(&path, &json!({"files": [picture]})).await.problem(422, "file_not_usable");
    me.post(&path, &json!({})).await.problem(422, "chat_says_nothing");
}

#[actix_web::test]
async fn replies_and_mentions_name_what_is_there() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let elsewhere = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let path = format!("{BASE}/topics/{topic}/messages");
    let ask = json!({"text": "什么时候修？", "mentions": [worker.person, worker.person]});
    let asked = me.post(&path, &ask).await.expect(201);
    assert_eq!(asked["mentions"].as_array().map(Vec::len), Some(1));
    assert_eq!(told(&worker).await, ["chat_mentioned"]);
    let wrong = json!({"text": "您好", "mentions": [elsewhere.person]});
    me.post(&path, &wrong).await.problem(422, "chat_mention_wrong");
    let answer = worker.post(&path, &json!({"text": "明天", "reply_to": 1})).await.expect(201);
    assert_eq!((&answer["reply_to"], &answer["as_worker"]), (&json!(1), &json!(true)));
    me.post(&path, &json!({"text": "谢谢", "reply_to": 99})).await.problem(422, "chat_reply_unknown");
    me.post(&path, &json!({"text": "长".repeat(10_000)})).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn a_flood_is_stopped_and_goes_on_a_minute_later() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    for number in 0..20 {
        say(&me, &topic, &format!("第 {number} 条")).await.expect(201);
    }
    let stopped = say(&me, &topic, "再来").await;
    stopped.problem(429, "chat_flood");
    assert_eq!(stopped.header("retry-after"), "60");
    app.move_clock(Duration::seconds(61));
    say(&me, &topic, "再来").await.expect(201);
}
