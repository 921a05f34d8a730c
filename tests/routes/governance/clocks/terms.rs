//! Which deadlines a request gets, and what moves them.

use people::identity::Role;
use serde_json::{Value, json};

use super::{GOVERNANCE, clock, count, duty, events, file, find, id, local, move_to, sweep, time, unit};
use crate::support::TestApp;

#[actix_web::test]
async fn a_gas_leak_of_friday_evening_is_due_two_hours_later() {
    let app = TestApp::start().await;
    let (gas, handler) = unit(&app, "S1/C1", "燃气公司");
    duty(&app, "S1/C1", "A01-01", "danger_2h", Some(gas));
    duty(&app, "S1/C1", "A02-01", "utility_24h", Some(gas));
    move_to(&app, "2026-12-04T18:00:00");
    let resident = app.resident();
    let leak = file(&app, &resident, Some("A01-01")).await;
    let near = |value: &Value, text: &str| (time(value) - local(text)).num_seconds().abs() < 60;
    assert!(near(&leak["resolve_by"], "2026-12-04T20:00:00"), "{leak}");
    assert!(near(&leak["due_at"], "2026-12-04T20:00:00"), "{leak}");
    assert_eq!(clock(&leak, "resolve")["class"], "danger_2h");
    assert_eq!(clock(&leak, "on_call")["state"], "running");
    let outage = file(&app, &resident, Some("A02-01")).await;
    assert!(near(&outage["resolve_by"], "2026-12-05T18:00:00"), "{outage}");
    // Nobody stops or extends danger.
    let pause = json!({"reason": "weather", "text": "大雪", "days": 2});
    let path = format!("{GOVERNANCE}/requests/{}", id(&leak));
    handler.post(&format!("{path}/pause"), &pause).await.problem(409, "clock_round_the_clock");
    handler.post(&format!("{path}/extend"), &json!({"by": 1, "reason": "抢修中"})).await.problem(409, "clock_round_the_clock");
}

#[actix_web::test]
async fn ordinary_requests_count_working_time_and_danger_words_count_as_danger() {
    let app = TestApp::start().await;
    duty(&app, "S1/C1", "B01-01", "general_7d", None);
    duty(&app, "S1/C1", "B01-02", "complex_15d", None);
    // A Friday evening: acceptance is due on Monday at half past ten, the answer seven working days after Friday.
    move_to(&app, "2026-12-04T18:00:00");
    let resident = app.resident();
    let ordinary = file(&app, &resident, Some("B01-01")).await;
    assert_eq!(time(&clock(&ordinary, "accept")["due_at"]), local("2026-12-07T10:30:00"), "{ordinary}");
    assert_eq!(time(&ordinary["resolve_by"]), local("2026-12-15T17:30:00"));
    assert_eq!(clock(&ordinary, "resolve")["provisional"], false);
    assert_eq!(clock(&ordinary, "resolve")["summary"], "答复办结：12月15日 17:30 前");
    assert_eq!(clock(&ordinary, "on_call"), &Value::Null);
    // Without a category: as a general matter; with danger in its words: as danger.
    let unknown = file(&app, &resident, None).await;
    assert_eq!(clock(&unknown, "resolve")["class"], "general_7d");
    let body = json!({"text": "楼道里有煤气味，可能燃气泄漏", "unit": app.world.unit("S1/C1/E1/B1/D1")});
    let danger = resident.post(&format!("{GOVERNANCE}/requests"), &body).await.expect(201);
    assert_eq!(clock(&danger, "resolve")["class"], "danger_2h", "{danger}");
    // The last days of the year reach into one whose holidays aren't published.
    move_to(&app, "2026-12-28T09:00:00");
    let late = file(&app, &resident, Some("B01-02")).await;
    assert_eq!(clock(&late, "resolve")["provisional"], true, "{late}");
    assert!(clock(&late, "resolve")["summary"].as_str().expect("a summary").ends_with("（暂定）"), "{late}");
}

#[actix_web::test]
async fn a_pause_has_a_reason_and_gives_the_time_back() {
    let app = TestApp::start().await;
    let (lamps, handler) = unit(&app, "S1/C1", "路灯所");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(lamps));
    move_to(&app, "2026-12-01T09:00:00");
    let resident = app.resident();
    let request = file(&app, &resident, Some("B01-01")).await;
    assert_eq!(time(&request["resolve_by"]), local("2026-12-10T17:30:00"));
    let path = format!("{GOVERNANCE}/requests/{}", id(&request));
    let pause = json!({"reason": "waiting_for_parts", "text": "灯具已订货", "days": 10});
    resident.post(&format!("{path}/pause"), &pause).await.problem(403, "forbidden");
    app.actor(Role::CommunityStaff, "S1/C2").post(&format!("{path}/pause"), &pause).await.problem(404, "not_found");
    unit(&app, "S1/C1", "别的单位").1.post(&format!("{path}/pause"), &pause).await.problem(404, "not_found");
    let by_hand = json!({"reason": "waiting_for_resident", "text": "等居民", "days": 1});
    handler.post(&format!("{path}/pause"), &by_hand).await.problem(422, "invalid_field");
    let paused = handler.post(&format!("{path}/pause"), &pause).await.expect(200);
    assert_eq!(
        (&clock(&paused, "resolve")["state"], &clock(&paused, "resolve")["pause_reason"]),
        (&json!("paused"), &json!("waiting_for_parts"))
    );
    handler.post(&format!("{path}/pause"), &pause).await.problem(409, "clock_not_running");
    // Two working days later it goes on: two working days more.
    move_to(&app, "2026-12-03T10:00:00");
    let key = "resume-0001";
    let resumed = handler.post_with_key(&format!("{path}/resume"), key, &json!({})).await.expect(200);
    assert_eq!(time(&resumed["resolve_by"]), local("2026-12-14T17:30:00"), "{resumed}");
    let again = handler.post_with_key(&format!("{path}/resume"), key, &json!({})).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    handler.post(&format!("{path}/resume"), &json!({})).await.problem(409, "clock_not_paused");
    let told = resident.get(&format!("{path}/events")).await.expect(200);
    let said = told["items"].as_array().expect("events").iter().find(|event| event["kind"] == "paused").expect("the pause");
    assert!(said["text"].as_str().expect("a text").contains("等待配件到货"), "{said}");
    // A pause that nobody ends ends by itself.
    handler.post(&format!("{path}/pause"), &pause).await.expect(200);
    move_to(&app, "2026-12-13T10:00:01");
    sweep(&app, None).await;
    let request = find(&resident, &id(&request)).await;
    assert_eq!(clock(&request, "resolve")["state"], "running", "{request}");
    assert_eq!(time(&request["resolve_by"]), local("2026-12-22T17:30:00"), "{request}");
}

#[actix_web::test]
async fn an_extension_has_a_reason_and_is_told_once_and_only_before_the_deadline() {
    let app = TestApp::start().await;
    let (lamps, handler) = unit(&app, "S1/C1", "路灯所");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(lamps));
    move_to(&app, "2026-12-01T09:00:00");
    let resident = app.resident();
    let request = file(&app, &resident, Some("B01-01")).await;
    let path = format!("{GOVERNANCE}/requests/{}", id(&request));
    let extend = format!("{path}/extend");
    handler.post(&extend, &json!({"by": 8, "reason": "工程量大"})).await.problem(422, "invalid_field");
    handler.post(&extend, &json!({"by": 3})).await.problem(422, "invalid_field");
    let extended = handler.post(&extend, &json!({"by": 3, "reason": "需更换整条线路"})).await.expect(200);
    assert_eq!(time(&extended["resolve_by"]), local("2026-12-15T17:30:00"), "{extended}");
    assert_eq!((&extended["extended"], &clock(&extended, "resolve")["extra"]), (&json!(true), &json!(3)));
    handler.post(&extend, &json!({"by": 1, "reason": "还不够"})).await.problem(409, "clock_extended");
    assert_eq!(events(&resident, &id(&request)).await, ["filed", "dispatched", "extended"]);
    let inbox =
        format!("SELECT 1 FROM notifications WHERE person_id = '{}' AND body_zh LIKE '%需更换整条线路%'", resident.person);
    assert_eq!(count(&app, &inbox), 1);
    let other = file(&app, &resident, Some("B01-01")).await;
    move_to(&app, "2026-12-20T09:00:00");
    let late = format!("{GOVERNANCE}/requests/{}/extend", id(&other));
    handler.post(&late, &json!({"by": 3, "reason": "来不及"})).await.problem(409, "clock_overdue");
}
