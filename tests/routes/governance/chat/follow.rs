//! What becomes of what is said: requests and their answers, questions owed, leads, summaries, cards, and what stays of somebody who left.

use chrono::Duration;
use diesel::prelude::*;
use people::identity::Role;
use serde_json::{Value, json};

use super::{BASE, group, id, items, neighbour, read, say, texts, told, topic, worker_known};
use crate::routes::people::{login_code, sign_in};
use crate::routes::points::Points;
use crate::support::{Actor, TestApp};

async fn home(actor: &Actor, kind: &str) -> Vec<Value> {
    let home = actor.get("/api/v1/me/home").await.expect(200);
    items(&home).into_iter().filter(|item| item["kind"] == kind).collect()
}

#[actix_web::test]
async fn a_message_becomes_a_request_and_its_answer_returns_to_the_topic() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&me, &topic, "东门路灯不亮已经一周").await.expect(201));
    let path = format!("{BASE}/messages/{message}/request");
    other.post(&path, &json!({})).await.problem(403, "forbidden");
    app.actor(Role::GridWorker, "S1/C1/E1/B2").post(&path, &json!({})).await.problem(404, "not_found");
    worker.post(&path, &json!({"unit": app.world.unit("S1/C1/E1/B2")})).await.problem(422, "invalid_field");
    let linked = worker.post_with_key(&path, "once-only", &json!({"unit": app.world.unit("S1/C1/E1/B1/D1")})).await.expect(201);
    worker.post_with_key(&path, "once-only", &json!({"unit": app.world.unit("S1/C1/E1/B1/D1")})).await.expect(201);
    worker.post(&path, &json!({})).await.problem(409, "chat_case_there");
    let (case, number) = (linked["case"].as_str().expect("a request").to_owned(), linked["case_number"].clone());
    assert!(told(&me).await.contains(&"chat_taken_up".to_owned()));
    me.post(&format!("{BASE}/messages/{message}/withdraw"), &json!({})).await.problem(409, "state_conflict");
    let request = format!("/api/v1/governance/requests/{case}");
    let seen = me.get(&request).await.expect(200);
    assert_eq!((&seen["source"], &seen["text"], &seen["number"]), (&json!("chat"), &json!("东门路灯不亮已经一周"), &number));
    worker.post(&format!("{request}/accept"), &json!({})).await.expect(200);
    worker.post(&format!("{request}/answer"), &json!({"outcome": "solved", "text": "已更换灯泡"})).await.expect(200);
    app.drain().await;
    let after = texts(&read(&other, &topic).await);
    assert!(after[0].contains("已更换灯泡"), "the answer comes back: {after:?}");
    assert_eq!(after.iter().filter(|text| text.contains("已更换灯泡")).count(), 1);
    assert!(after.iter().any(|text| text.contains("已转为诉求")), "{after:?}");
    // The same events again, as after a crash: nothing is told twice.
    use diesel::sql_types::Text;
    let again = "INSERT INTO jobs (id, kind, payload, run_at) SELECT gen_random_uuid(), 'request_chat_event', jsonb_build_object('case', $1::text, 'sequence', s), palm_now() FROM generate_series(1, 9) s";
    diesel::sql_query(again).bind::<Text, _>(&case).execute(&mut app.owner()).expect("jobs");
    app.drain().await;
    assert_eq!(texts(&read(&other, &topic).await), after);
}

#[actix_web::test]
async fn a_question_is_owed_until_it_is_answered_and_reminded_of_once() {
    let app = TestApp::start().await;
    let worker = worker_known(&app, "网", "19900000009").await;
    let group = group(&app, "S1/C1/E1/B1").await;
    let talk = topic(&worker, &group, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let ask = json!({"text": "什么时候修路灯？", "mentions": [worker.person]});
    let asked = me.post(&format!("{BASE}/topics/{talk}/messages"), &ask).await.expect(201);
    assert_eq!(home(&worker, "chat_question").await.len(), 1);
    app.move_clock(Duration::days(10));
    app.drain().await;
    app.move_clock(Duration::hours(1));
    app.drain().await;
    let worker = sign_in(&app, "网").await.0;
    assert_eq!(told(&worker).await.iter().filter(|kind| *kind == "chat_unanswered").count(), 1);
    let answer = json!({"text": "明天上午", "reply_to": asked["sequence"]});
    worker.post(&format!("{BASE}/topics/{talk}/messages"), &answer).await.expect(201);
    assert_eq!(home(&worker, "chat_question").await.len(), 0);
    // A question to the committee is owed by whoever takes it up.
    let me = sign_in(&app, "甲").await.0;
    let proposal = json!({"title": "垃圾分类", "text": "几点投放？", "question": true});
    let question = id(&me.post(&format!("{BASE}/groups/{group}/proposals"), &proposal).await.expect(201));
    assert_eq!(home(&worker, "chat_proposal").await.len(), 1);
    worker.post(&format!("{BASE}/topics/{question}/accept"), &json!({})).await.expect(200);
    assert_eq!(home(&worker, "chat_question").await.len(), 1);
    worker.post(&format!("{BASE}/topics/{question}/close"), &json!({"summary": "早晚各两小时"})).await.expect(200);
    assert_eq!(home(&worker, "chat_question").await.len(), 0);
}

#[actix_web::test]
async fn a_keyword_feeds_one_lead_that_counts_and_names_nobody() {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let keywords = format!("{BASE}/keywords");
    let word = json!({"community": app.world.unit("S1/C1"), "word": "飞线"});
    let entered = id(&staff.post(&keywords, &word).await.expect(201));
    staff.post(&keywords, &word).await.problem(409, "chat_keyword_there");
    for text in ["三单元有飞线充电", "又有飞线了", "今天停水"] {
        say(&me, &topic, text).await.expect(201);
    }
    app.drain().await;
    let leads = worker.get("/api/v1/governance/leads").await.expect(200);
    let leads = items(&leads);
    assert_eq!(leads.len(), 2, "one a word: {leads:?}");
    let wires = leads.iter().find(|lead| lead["title"].as_str().is_some_and(|title| title.contains("飞线"))).expect("the lead");
    assert_eq!((&wires["count"], &wires["source"]), (&json!(2), &json!("chat")));
    assert!(!wires.to_string().contains("三单元"), "nothing of what was written");
    staff.post(&format!("{keywords}/{entered}/end"), &json!({})).await.expect(200);
    staff.post(&format!("{keywords}/{entered}/end"), &json!({})).await.problem(409, "state_conflict");
}

#[actix_web::test]
async fn an_accepted_summary_earns_by_rule_and_messages_earn_nothing() {
    let points = Points::start().await;
    let app = &points.app;
    let budget = points.budget("1000").await;
    let terms = json!({"name": "议题总结", "budget": budget, "amount_per_unit": "5", "valid_from": "2020-01-01"});
    points.rule("chat_summary", &terms).await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(app, "甲", "19900000001").await, neighbour(app, "乙", "19900000002").await);
    for number in 0..5 {
        say(&other, &topic, &format!("第 {number} 条")).await.expect(201);
    }
    let summaries = format!("{BASE}/topics/{topic}/summaries");
    let mine = me.post(&summaries, &json!({"text": "大家同意东门装灯"})).await.expect(201);
    me.post(&summaries, &json!({"text": "再写一次"})).await.problem(409, "chat_summary_there");
    other.post(&summaries, &json!({"text": "西门也要"})).await.expect(201);
    other.get(&summaries).await.problem(403, "forbidden");
    assert_eq!(items(&worker.get(&summaries).await.expect(200)).len(), 2);
    let close = format!("{BASE}/topics/{topic}/close");
    worker.post(&close, &json!({})).await.problem(422, "invalid_field");
    let closed = worker.post(&close, &json!({"accepted": mine["id"]})).await.expect(200);
    assert_eq!(closed["closing"], "大家同意东门装灯");
    app.drain().await;
    assert_eq!(points.wallet(&me).await["available"], "5");
    assert_eq!(points.wallet(&other).await["available"], "0", "five messages earn nothing");
}

#[actix_web::test]
async fn a_card_opens_title_and_summary_to_anybody_and_nothing_else() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    say(&me, &topic, "三单元的老王说的").await.expect(201);
    let share = format!("{BASE}/topics/{topic}/card");
    me.post(&share, &json!({})).await.problem(403, "forbidden");
    worker.get(&format!("{share}/code")).await.problem(404, "not_found");
    let card = worker.post(&share, &json!({})).await.expect(200);
    assert_eq!(card["ticket"], worker.post(&share, &json!({})).await.expect(200)["ticket"], "one card a topic");
    assert!(card["paste_text"].as_str().is_some_and(|text| text.contains("小区照明")));
    let code = worker.get(&format!("{share}/code")).await;
    assert_eq!((code.status, &code.bytes[..4]), (200, &b"\x89PNG"[..]));
    let ticket = card["ticket"].as_str().expect("a ticket");
    let opened = app.anonymous().get(&format!("{BASE}/cards/{ticket}")).await;
    assert_eq!((&opened.expect(200)["title"], &opened.json()["closing"]), (&json!("小区照明"), &json!(null)));
    assert!(!opened.text.contains("老王") && !opened.text.contains(&topic), "nothing else: {}", opened.text);
    worker.post(&format!("{BASE}/topics/{topic}/close"), &json!({"summary": "下周装灯"})).await.expect(200);
    let closed = app.anonymous().get(&format!("{BASE}/cards/{ticket}")).await.expect(200);
    assert_eq!(closed["closing"], "下周装灯");
    for wrong in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%00"] {
        let status = app.anonymous().get(&format!("{BASE}/cards/{wrong}")).await.status;
        assert!([404, 422].contains(&status), "{wrong}: {status}");
    }
}

#[actix_web::test]
async fn who_leaves_becomes_nobody_and_texts_age() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let home = group(&app, "S1/C1/E1/B1").await;
    let topic = topic(&worker, &home, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    say(&me, &topic, "请打 19912345678 找我").await.expect(201);
    say(&me, &topic, "存疑样例").await.expect(201);
    let kept = id(&say(&other, &topic, "井盖松了").await.expect(201));
    let aged = id(&say(&other, &topic, "天气不错").await.expect(201));
    worker.post(&format!("{BASE}/messages/{kept}/request"), &json!({})).await.expect(201);
    let fresh = sign_in(&app, "甲").await.0;
    let export = fresh.get("/api/v1/me/export").await;
    assert!(export.text.contains("存疑样例"), "one's own texts are exported: {} {}", export.status, export.text);
    fresh.post("/api/v1/me/close", &json!({"code": login_code(&app, "甲").await})).await.expect(204);
    app.drain().await;
    let page = read(&other, &topic).await;
    let left = items(&page).into_iter().find(|item| item["text"].as_str().is_some_and(|text| text.contains("找我")));
    let left = left.expect("what others have read stays");
    assert_eq!((&left["author_name"], &left["text"]), (&json!("已注销用户"), &json!("请打 *** 找我")));
    let dump = "SELECT count(*) AS n FROM chat_messages WHERE text LIKE '%存疑样例%' OR text LIKE '%19912345678%'";
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    assert_eq!(diesel::sql_query(dump).get_result::<Count>(&mut app.owner()).expect("a count").n, 0);
    app.move_clock(Duration::days(181));
    app.drain().await;
    let other = sign_in(&app, "乙").await.0;
    let page = items(&read(&other, &topic).await);
    let text = |wanted: &str| page.iter().find(|item| item["id"] == wanted).map(|item| item["text"].clone());
    assert_eq!(text(&kept), Some(json!("井盖松了")), "linked to a request");
    assert_eq!(text(&aged), Some(json!(null)));
}
