//! Moderation: reports, hiding and the way back, mutes with two workers, moving, batches, the record.

use chrono::Duration;
use diesel::prelude::*;
use people::identity::Role;
use serde_json::{Value, json};

use super::{BASE, group, id, items, neighbour, read, say, texts, told, topic, worker_known};
use crate::support::{Actor, Reply, TestApp};

async fn act(actor: &Actor, message: &str, what: &str, body: &Value) -> Reply {
    actor.post(&format!("{BASE}/messages/{message}/{what}"), body).await
}

async fn measure(actor: &Actor, measure: &str, what: &str, body: &Value) -> Reply {
    actor.post(&format!("{BASE}/measures/{measure}/{what}"), body).await
}

fn abuse() -> Value {
    json!({"reason": "abuse"})
}

async fn mine(actor: &Actor) -> Vec<Value> {
    items(&actor.get(&format!("{BASE}/measures/mine")).await.expect(200))
}

#[actix_web::test]
async fn a_reported_message_is_hidden_its_author_objects_and_staff_restore_it() {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&me, &topic, "楼上太吵").await.expect(201));
    let reasons = other.get(&format!("{BASE}/reasons")).await.expect(200);
    assert!(items(&reasons).iter().any(|reason| reason["code"] == "abuse"));
    act(&other, &message, "reports", &json!({"reason": "nothing"})).await.problem(422, "chat_reason_unknown");
    act(&other, &message, "reports", &json!({"reason": "other"})).await.problem(422, "chat_note_missing");
    act(&me, &message, "reports", &abuse()).await.problem(409, "state_conflict");
    act(&other, &message, "reports", &abuse()).await.expect(201);
    act(&other, &message, "reports", &abuse()).await.problem(409, "chat_reported");
    let queue = worker.get(&format!("{BASE}/moderation/queue")).await.expect(200);
    assert_eq!(queue["items"][0]["reports"][0]["reason"], "abuse");
    assert!(!queue.to_string().contains(&other.person.to_string()), "who reported is never shown");
    let elsewhere = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    assert_eq!(items(&elsewhere.get(&format!("{BASE}/moderation/queue")).await.expect(200)).len(), 0);
    act(&elsewhere, &message, "hide", &abuse()).await.problem(404, "not_found");
    act(&other, &message, "hide", &abuse()).await.problem(403, "forbidden");
    assert_eq!(act(&worker, &message, "hide", &abuse()).await.expect(200)["state"], "hidden");
    act(&worker, &message, "hide", &abuse()).await.problem(409, "state_conflict");
    assert_eq!(items(&worker.get(&format!("{BASE}/moderation/queue")).await.expect(200)).len(), 0);
    assert_eq!(texts(&read(&other, &topic).await), ["-"], "its number stays");
    assert_eq!(texts(&read(&me, &topic).await), ["楼上太吵"]);
    assert_eq!(told(&me).await[0], "chat_hidden");
    let hidden = mine(&me).await;
    assert_eq!((hidden.len(), &hidden[0]["state"], &hidden[0]["reason"]), (1, &json!("in_force"), &json!("abuse")));
    let hidden = id(&hidden[0]);
    measure(&other, &hidden, "appeal", &json!({"text": "x"})).await.problem(404, "not_found");
    measure(&me, &hidden, "appeal", &json!({"text": "我没有骂人"})).await.expect(200);
    measure(&me, &hidden, "appeal", &json!({"text": "再说一次"})).await.problem(409, "state_conflict");
    act(&worker, &message, "restore", &json!({})).await.problem(409, "state_conflict");
    assert_eq!(told(&staff).await[0], "chat_appealed");
    let decide = json!({"lift": true, "note": "不构成辱骂"});
    measure(&worker, &hidden, "decide", &decide).await.problem(403, "forbidden");
    measure(&app.actor(Role::CommunityStaff, "S1/C2"), &hidden, "decide", &decide).await.problem(404, "not_found");
    assert_eq!(measure(&staff, &hidden, "decide", &decide).await.expect(200)["state"], "lifted");
    assert_eq!(texts(&read(&other, &topic).await), ["楼上太吵"]);
    assert_eq!(told(&me).await[0], "chat_appeal_decided");
}

#[actix_web::test]
async fn whoever_hid_it_never_decides_the_objection_nor_anybody_their_own() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let topic = topic(&staff, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let message = id(&say(&me, &topic, "卖鸡蛋").await.expect(201));
    act(&staff, &message, "hide", &json!({"reason": "advertising"})).await.expect(200);
    let hidden = id(&mine(&me).await[0]);
    measure(&me, &hidden, "appeal", &json!({"text": "不是广告"})).await.expect(200);
    let keep = json!({"lift": false, "note": "属于广告"});
    measure(&staff, &hidden, "decide", &keep).await.problem(403, "chat_same_worker");
    assert_eq!(measure(&app.staff(), &hidden, "decide", &keep).await.expect(200)["state"], "upheld");
    measure(&me, &hidden, "appeal", &json!({"text": "再申诉"})).await.problem(409, "state_conflict");
    let own = id(&say(&staff, &topic, "请文明发言").await.expect(201));
    for (what, body) in [("hide", abuse()), ("mute-author", json!({"days": 1, "grounds": abuse()}))] {
        act(&staff, &own, what, &body).await.problem(403, "own_affair");
    }
}

#[actix_web::test]
async fn a_week_of_silence_takes_one_worker_and_longer_takes_two() {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let group = group(&app, "S1/C1/E1/B1").await;
    let topic = topic(&worker, &group, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let message = id(&say(&me, &topic, "刷屏刷屏").await.expect(201));
    let mute = |days: i32| json!({"days": days, "grounds": {"reason": "flooding"}});
    let short = act(&worker, &message, "mute-author", &mute(7)).await.expect(201);
    assert_eq!(short["state"], "in_force");
    say(&me, &topic, "还能说吗").await.problem(403, "chat_muted");
    say(&other, &topic, "别人可以").await.expect(201);
    assert_eq!(told(&me).await[0], "chat_muted");
    measure(&worker, &id(&short), "lift", &json!({})).await.expect(200);
    say(&me, &topic, "又可以了").await.expect(201);
    let long = act(&worker, &message, "mute-author", &mute(8)).await.expect(201);
    assert_eq!(long["state"], "proposed");
    say(&me, &topic, "还没有人同意").await.expect(201);
    me.get(&format!("{BASE}/measures/{}", id(&long))).await.problem(404, "not_found");
    measure(&worker, &id(&long), "approve", &json!({})).await.problem(403, "chat_same_worker");
    measure(&app.actor(Role::GridWorker, "S1/C1/E1/B2"), &id(&long), "approve", &json!({})).await.problem(404, "not_found");
    assert_eq!(measure(&staff, &id(&long), "approve", &json!({})).await.expect(200)["state"], "in_force");
    say(&me, &topic, "现在不行").await.problem(403, "chat_muted");
    // Both had a part in it.
    measure(&me, &id(&long), "appeal", &json!({"text": "太久"})).await.expect(200);
    measure(&staff, &id(&long), "decide", &json!({"lift": true, "note": "x"})).await.problem(403, "chat_same_worker");
    app.move_clock(Duration::days(8));
    let again = crate::routes::people::sign_in(&app, "甲").await.0;
    say(&again, &topic, "时间到了").await.expect(201);
    let refused = act(&staff, &message, "mute-author", &mute(30)).await.expect(201);
    assert_eq!(measure(&worker, &id(&refused), "refuse", &json!({})).await.expect(200)["state"], "refused");
    let of_worker = id(&say(&worker, &topic, "大家好").await.expect(201));
    act(&staff, &of_worker, "mute-author", &mute(1)).await.problem(409, "chat_not_a_member");
}

#[actix_web::test]
async fn a_message_moves_with_its_pictures_and_leaves_its_number() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let home = group(&app, "S1/C1/E1/B1").await;
    let (here, there) = (topic(&worker, &home, "talk").await, topic(&worker, &home, "talk").await);
    let elsewhere = topic(&app.staff(), &group(&app, "S1/C1/E1/B2").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    say(&me, &there, "原来就在").await.expect(201);
    let picture = crate::routes::people::files::sent(&me).await;
    let new = json!({"text": "走错了", "files": [picture]});
    let message = id(&me.post(&format!("{BASE}/topics/{here}/messages"), &new).await.expect(201));
    act(&worker, &message, "move", &json!({"topic": elsewhere})).await.problem(422, "chat_other_group");
    act(&worker, &message, "move", &json!({"topic": here})).await.problem(422, "chat_other_group");
    let moved = act(&worker, &message, "move", &json!({"topic": there})).await.expect(200);
    assert_eq!((&moved["sequence"], &moved["text"]), (&json!(2), &json!("走错了")));
    let left = read(&me, &here).await;
    assert_eq!((&left["items"][0]["state"], &left["items"][0]["moved_to"]), (&json!("moved"), &json!(there)));
    assert_eq!(read(&me, &there).await["items"][0]["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(told(&me).await[0], "chat_moved");
    act(&worker, &message, "move", &json!({"topic": there})).await.problem(409, "state_conflict");
}

#[actix_web::test]
async fn a_batch_does_what_it_can_and_says_what_it_cannot() {
    let app = TestApp::start().await;
    let worker = worker_known(&app, "网", "19900000009").await;
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let (one, two) = (id(&say(&me, &topic, "一").await.expect(201)), id(&say(&me, &topic, "二").await.expect(201)));
    let own = id(&say(&worker, &topic, "三").await.expect(201));
    let nowhere = uuid::Uuid::now_v7().to_string();
    let batch =
        |action: &str| json!({"action": action, "messages": [one, two, own, nowhere], "grounds": {"reason": "off_topic"}});
    let path = format!("{BASE}/moderation/batch");
    let done = worker.post_with_key(&path, "hide-them-once", &batch("hide")).await.expect(200);
    let again = worker.post_with_key(&path, "hide-them-once", &batch("hide")).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(items(&again.expect(200)).iter().filter(|one| one["done"] == true).count(), 2);
    let codes: Vec<Value> = [&one, &two, &own, &nowhere]
        .iter()
        .map(|wanted| items(&done).iter().find(|one| one["message"] == **wanted).expect("a result")["code"].clone())
        .collect();
    assert_eq!(codes, [json!(null), json!(null), json!("own_affair"), json!("not_found")]);
    assert_eq!(texts(&read(&app.resident(), &topic).await), ["三", "-", "-"]);
    worker.post(&path, &batch("restore")).await.expect(200);
    assert_eq!(texts(&read(&app.resident(), &topic).await), ["三", "二", "一"]);
    worker.post(&path, &json!({"action": "hide", "messages": [one]})).await.problem(422, "chat_reason_unknown");
    let many: Vec<String> = (0..51).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    worker.post(&path, &json!({"action": "dismiss", "messages": many})).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn every_act_is_recorded_for_good_and_counted_in_public() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let message = id(&say(&me, &topic, "一").await.expect(201));
    act(&worker, &message, "hide", &abuse()).await.expect(200);
    act(&worker, &message, "restore", &json!({})).await.expect(200);
    worker.post(&format!("{BASE}/topics/{topic}/pin"), &json!({})).await.expect(200);
    worker.post(&format!("{BASE}/topics/{topic}/close"), &json!({"summary": "说清了"})).await.expect(200);
    let record = app.staff().get(&format!("{BASE}/records")).await.expect(200);
    let acts: Vec<Value> = items(&record).iter().map(|row| row["action"].clone()).collect();
    assert_eq!(acts, [json!("close"), json!("pin"), json!("restore"), json!("hide")]);
    me.get(&format!("{BASE}/records")).await.problem(403, "forbidden");
    for sql in ["DELETE FROM chat_records", "UPDATE chat_records SET reason = NULL", "TRUNCATE chat_records"] {
        let refused = diesel::sql_query(sql).execute(&mut app.owner()).expect_err("append-only for the owner too");
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    let today = base::clock::shanghai_date(base::db::now(&mut app.owner()).expect("now"));
    let community = app.world.unit("S1/C1");
    let figures = format!("{BASE}/figures?community={community}&month={}", today.format("%Y-%m"));
    let figures = app.anonymous().get(&figures).await.expect(200);
    let count = |action: &str| {
        items(&figures).iter().find(|figure| figure["action"] == action).and_then(|figure| figure["count"].as_i64())
    };
    assert_eq!((count("hide"), count("restore"), count("mute")), (Some(1), Some(1), Some(0)));
    let none = format!("{BASE}/figures?community={community}&month=2020-01");
    assert!(items(&app.anonymous().get(&none).await.expect(200)).iter().all(|figure| figure["count"] == 0));
    app.anonymous().get(&format!("{BASE}/figures?community={community}&month=2020-13")).await.problem(422, "invalid_query");
}
