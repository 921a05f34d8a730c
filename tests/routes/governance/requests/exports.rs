//! A list of requests as a file: asked for, made by the job, fetched by its link, removed after seven days.

use chrono::Duration;
use serde_json::{Value, json};

use super::{REQUESTS, Stage, id};
use crate::support::Actor;

fn exports() -> String {
    "/api/v1/governance/request-exports".to_owned()
}

async fn made(stage: &Stage, by: &Actor, body: &Value) -> Value {
    let asked = by.post(&exports(), body).await.expect(202);
    assert_eq!((&asked["state"], &asked["link"]), (&json!("queued"), &Value::Null));
    stage.app.drain().await;
    let done = by.get(&format!("{}/{}", exports(), id(&asked))).await.expect(200);
    assert_eq!((&done["state"], &done["progress"]), (&json!("done"), &json!(100)), "{done}");
    done
}

fn link(view: &Value) -> &str {
    view["link"].as_str().expect("a link")
}

#[actix_web::test]
async fn a_file_holds_what_its_owner_may_see_with_personal_data_masked() {
    let stage = Stage::new().await;
    stage.answered().await;
    let called = json!({"text": "请打 19900001234，3号楼没水", "unit": stage.app.world.unit("S1/C1/E1/B1/D1")});
    stage.resident.post(REQUESTS, &called).await.expect(201);
    let all = made(&stage, &stage.staff, &json!({"format": "csv", "filters": {}})).await;
    assert_eq!(all["rows_total"], 2);
    // The link is enough: a browser fetches the file without a session.
    let file = stage.app.anonymous().get(link(&all)).await;
    let text = String::from_utf8(file.bytes.clone()).expect("UTF-8");
    assert_eq!((file.status, text.starts_with("\u{FEFF}编号"), text.lines().count()), (200, true, 3), "{text}");
    assert!(text.contains("199****，3号楼没水") && !text.contains("19900001234"), "{text}");
    assert_eq!(file.bytes.len() as u64, all["bytes"].as_u64().expect("a size"));
    let answered = made(&stage, &stage.staff, &json!({"format": "csv", "filters": {"state": "answered"}})).await;
    assert_eq!(answered["rows_done"], 1);
    let of_unit = made(&stage, &stage.lamp_man, &json!({"format": "xlsx", "filters": {}})).await;
    assert_eq!(of_unit["rows_done"], 1);
    let book = stage.app.anonymous().get(link(&of_unit)).await;
    assert_eq!((book.status, &book.bytes[..2]), (200, &b"PK"[..]));
    let none = made(&stage, &stage.staff, &json!({"format": "csv", "filters": {"source": "chat"}})).await;
    assert_eq!(stage.app.anonymous().get(link(&none)).await.text.lines().count(), 1);
    let fetched = stage.count("SELECT 1 FROM audit_entries WHERE action = 'request_export_fetch'");
    assert_eq!(fetched, 3);
}

#[actix_web::test]
async fn a_file_is_its_owners_and_goes_after_seven_days() {
    let stage = Stage::new().await;
    stage.queued().await;
    let body = json!({"format": "xlsx", "filters": {"open": true}});
    let view = made(&stage, &stage.staff, &body).await;
    let path = format!("{}/{}", exports(), id(&view));
    let other = stage.app.actor(people::identity::Role::CommunityStaff, "S1/C1");
    other.get(&path).await.problem(404, "not_found");
    other.delete(&path).await.problem(404, "not_found");
    assert_eq!(other.get(&exports()).await.expect(200)["items"], json!([]));
    stage.worker.post(&exports(), &body).await.problem(403, "forbidden");
    let forged = link(&view).replace("expires=", "expires=9");
    stage.app.anonymous().get(&forged).await.problem(404, "not_found");
    stage.app.move_clock(Duration::minutes(11));
    stage.app.anonymous().get(link(&view)).await.problem(403, "request_export_link_expired");
    let fresh = stage.staff.get(&path).await.expect(200);
    assert_eq!(stage.app.anonymous().get(link(&fresh)).await.status, 200);
    stage.app.move_clock(Duration::days(7));
    stage.app.drain().await;
    let gone = stage.staff.get(&path).await.expect(200);
    assert_eq!((&gone["state"], &gone["link"]), (&json!("removed"), &Value::Null));
    assert_eq!(stage.count("SELECT 1 FROM request_export_parts"), 0);
    let again = made(&stage, &stage.staff, &body).await;
    let path = format!("{}/{}", exports(), id(&again));
    stage.staff.delete(&path).await.expect(204);
    stage.app.anonymous().get(link(&again)).await.problem(409, "request_export_not_ready");
}

#[actix_web::test]
async fn three_at_a_time_and_the_same_key_asks_once() {
    let stage = Stage::new().await;
    let body = json!({"format": "csv", "filters": {}});
    let first = stage.staff.post_with_key(&exports(), "the-same-key", &body).await;
    let again = stage.staff.post_with_key(&exports(), "the-same-key", &body).await;
    assert_eq!((id(&first.expect(202)), again.header("idempotency-replayed")), (id(&again.expect(202)), "true"));
    for _ in 0..2 {
        stage.staff.post(&exports(), &body).await.expect(202);
    }
    stage.staff.post(&exports(), &body).await.problem(409, "request_exports_running");
    stage.staff.post(&exports(), &json!({"format": "csv", "filters": {"text": "！"}})).await.problem(422, "search_says_nothing");
}
