//! Topics: proposed, scheduled, opened, voted on, confirmed, closed.

use chrono::Duration;
use people::identity::Role;
use serde_json::{Value, json};

use super::{BASE, group, id, items, neighbour, say, told, topic};
use crate::support::{Actor, TestApp};

async fn act(actor: &Actor, topic: &str, what: &str, body: &Value) -> crate::support::Reply {
    actor.post(&format!("{BASE}/topics/{topic}/{what}"), body).await
}

#[actix_web::test]
async fn a_resident_proposes_and_a_worker_takes_it_up_or_says_why_not() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let (me, other) = (app.resident(), app.resident());
    let proposals = format!("{BASE}/groups/{group}/proposals");
    let first = me.post(&proposals, &json!({"title": "电动车充电", "text": "哪里装充电桩？"})).await.expect(201);
    let second = me.post(&proposals, &json!({"title": "广场舞", "text": "几点结束？", "question": true})).await.expect(201);
    assert_eq!((&first["state"], &second["kind"]), (&json!("proposed"), &json!("question")));
    assert_eq!(told(&worker).await, ["chat_proposed", "chat_proposed"]);
    other.get(&format!("{BASE}/topics/{}", id(&first))).await.problem(404, "not_found");
    say(&me, &id(&first), "先说一句").await.problem(409, "chat_topic_not_open");
    assert_eq!(items(&other.get(&format!("{BASE}/groups/{group}/topics")).await.expect(200)).len(), 0);
    assert_eq!(items(&me.get(&format!("{BASE}/groups/{group}/topics?state=proposed")).await.expect(200)).len(), 2);
    act(&app.actor(Role::GridWorker, "S1/C1/E1/B2"), &id(&first), "accept", &json!({})).await.problem(404, "not_found");
    assert_eq!(act(&worker, &id(&first), "accept", &json!({})).await.expect(200)["state"], "open");
    act(&worker, &id(&first), "accept", &json!({})).await.problem(409, "state_conflict");
    let declined = act(&worker, &id(&second), "decline", &json!({"reason": "已有同样话题"})).await.expect(200);
    assert_eq!(declined["state"], "declined");
    assert_eq!(told(&me).await, ["chat_proposal_decided", "chat_proposal_decided"]);
    other.get(&format!("{BASE}/topics/{}", id(&first))).await.expect(200);
    for number in 0..3 {
        me.post(&proposals, &json!({"title": format!("提议 {number}"), "text": "说明"})).await.expect(201);
    }
    me.post(&proposals, &json!({"title": "第四个", "text": "说明"})).await.problem(409, "chat_proposals");
}

#[actix_web::test]
async fn a_scheduled_topic_opens_at_its_time() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let topics = format!("{BASE}/groups/{group}/topics");
    let at = base::db::now(&mut app.owner()).expect("now") + Duration::hours(2);
    let new = json!({"kind": "talk", "title": "周末清扫", "text": "一起来", "opens_at": at});
    let topic = id(&worker.post(&topics, &new).await.expect(201));
    let me = app.resident();
    me.get(&format!("{BASE}/topics/{topic}")).await.problem(404, "not_found");
    app.drain().await;
    say(&worker, &topic, "提前").await.problem(409, "chat_topic_not_open");
    app.move_clock(Duration::hours(2));
    app.drain().await;
    assert_eq!(me.get(&format!("{BASE}/topics/{topic}")).await.expect(200)["state"], "open");
    let past = json!({"kind": "talk", "title": "x", "text": "x", "opens_at": at - Duration::days(1)});
    worker.post(&topics, &past).await.problem(422, "chat_opens_at");
}

#[actix_web::test]
async fn a_poll_takes_one_vote_a_person_however_often_it_is_sent() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let poll = topic(&worker, &group, "poll").await;
    let (me, other) = (app.resident(), app.resident());
    assert_eq!(
        me.get(&format!("{BASE}/topics/{poll}")).await.expect(200)["options"][0]["votes"],
        json!(null),
        "not before voting"
    );
    // Two options at once, each with a key of its own: one of them counts.
    let votes = (0..10).map(|number| act_vote(&me, &poll, 1 + number % 2)).collect::<Vec<_>>();
    let replies = futures_util::future::join_all(votes).await;
    assert_eq!(replies.iter().filter(|status| **status == 201).count(), 1, "{replies:?}");
    assert!(replies.iter().all(|status| [201, 409].contains(status)), "{replies:?}");
    assert_eq!(act_vote(&other, &poll, 3).await, 422);
    assert_eq!(act_vote(&other, &poll, 2).await, 201);
    let seen = other.get(&format!("{BASE}/topics/{poll}")).await.expect(200);
    let votes: i64 = seen["options"].as_array().expect("options").iter().filter_map(|one| one["votes"].as_i64()).sum();
    assert_eq!((votes, &seen["own_vote"]), (2, &json!(2)));
    act(&worker, &poll, "close", &json!({"summary": "东门装灯"})).await.expect(200);
    assert_eq!(act_vote(&app.resident(), &poll, 1).await, 409);
    let wrong = json!({"kind": "poll", "title": "x", "text": "x", "options": ["同", "同"]});
    worker.post(&format!("{BASE}/groups/{group}/topics"), &wrong).await.problem(422, "chat_poll_options");
}

async fn act_vote(actor: &Actor, poll: &str, option: i32) -> u16 {
    act(actor, poll, "votes", &json!({"option": option})).await.status
}

#[actix_web::test]
async fn a_notice_is_confirmed_and_only_workers_write_under_it() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let notice = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "notice").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    say(&me, &notice, "收到").await.problem(409, "chat_read_only");
    assert_eq!(act(&me, &notice, "receipt", &json!({})).await.expect(200)["received"], true);
    act(&me, &notice, "receipt", &json!({})).await.expect(200);
    let receipts = worker.get(&format!("{BASE}/topics/{notice}/receipts")).await.expect(200);
    assert_eq!(items(&receipts).len(), 1);
    assert_eq!(worker.get(&format!("{BASE}/topics/{notice}")).await.expect(200)["receipts"], 1);
    me.get(&format!("{BASE}/topics/{notice}/receipts")).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn a_topic_ends_with_a_summary_and_can_be_taken_up_again() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let (older, newer) = (topic(&worker, &group, "talk").await, topic(&worker, &group, "talk").await);
    let me = app.resident();
    act(&worker, &older, "pin", &json!({})).await.expect(200);
    let list = me.get(&format!("{BASE}/groups/{group}/topics")).await.expect(200);
    let order: Vec<String> = items(&list).iter().map(id).collect();
    assert_eq!(order, [older.clone(), newer.clone()]);
    act(&me, &older, "close", &json!({"summary": "x"})).await.problem(403, "forbidden");
    let closed = act(&worker, &older, "close", &json!({"summary": "下周安装"})).await.expect(200);
    assert_eq!((&closed["state"], &closed["closing"]), (&json!("closed"), &json!("下周安装")));
    say(&worker, &older, "补充").await.problem(409, "chat_topic_not_open");
    act(&worker, &older, "close", &json!({"summary": "x"})).await.problem(409, "chat_topic_not_open");
    act(&worker, &older, "reopen", &json!({})).await.expect(200);
    say(&neighbour(&app, "甲", "19900000001").await, &older, "补充").await.expect(201);
    let read = |sequence: i32| json!({"sequence": sequence});
    assert_eq!(act(&me, &older, "read", &read(1)).await.status, 204);
    assert_eq!(act(&me, &older, "read", &read(0)).await.status, 204);
    assert_eq!(me.get(&format!("{BASE}/topics/{older}")).await.expect(200)["read_up_to"], 1, "a mark never moves back");
}

#[actix_web::test]
async fn a_nickname_stands_in_front_in_its_group_alone_and_is_checked() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let topic = topic(&worker, &group, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    let settings = format!("{BASE}/groups/{group}/settings");
    me.post(&settings, &json!({"nickname": "违规样例", "quiet": false})).await.problem(422, "chat_nickname_refused");
    let set = me.post(&settings, &json!({"nickname": "三号楼热心人", "quiet": true})).await.expect(200);
    assert_eq!((&set["nickname"], &set["quiet"]), (&json!("三号楼热心人"), &json!(true)));
    assert_eq!(say(&me, &topic, "大家好").await.expect(201)["author_name"], "三号楼热心人");
    assert_eq!(me.get("/api/v1/me").await.expect(200)["nickname"].as_str().map(|name| name == "三号楼热心人"), Some(false));
}
