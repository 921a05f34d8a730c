//! The operator's routes.

use diesel::prelude::*;
use diesel::sql_query;
use people::identity::Role;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;

fn dead_letters(app: &TestApp, count: usize) {
    for _ in 0..count {
        sql_query(
            "INSERT INTO jobs (id, kind, payload, state, run_at, attempts, last_error, finished_at) \
             VALUES ($1, 'housekeeping', '{}', 'dead', palm_now(), 8, 'no answer', palm_now())",
        )
        .bind::<diesel::sql_types::Uuid, _>(Uuid::now_v7())
        .execute(&mut app.owner())
        .expect("a dead job");
    }
}

#[actix_web::test]
async fn dead_letters_page_and_run_again_once() {
    let app = TestApp::start().await;
    dead_letters(&app, 3);
    let admin = app.actor(Role::Admin, "S1");
    let first = admin.get("/api/v1/operations/dead-jobs?limit=2").await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("/api/v1/operations/dead-jobs?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert!(second["next_cursor"].is_null());
    admin.get("/api/v1/operations/dead-jobs?limit=0").await.problem(422, "invalid_query");
    admin.get("/api/v1/operations/dead-jobs?page=2").await.problem(422, "invalid_query");
    admin.get("/api/v1/operations/dead-jobs?cursor=x").await.problem(422, "invalid_query");

    let id = first["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/operations/dead-jobs/{id}/rerun");
    admin.post(&path, &json!({})).await.expect(200);
    admin.post(&path, &json!({})).await.problem(404, "not_found");
    assert!(app.drain().await >= 1);
    let left = admin.get("/api/v1/operations/dead-jobs").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 2);

    let trail =
        app.actor(Role::SecurityAuditor, "S1").get(&format!("/api/v1/operations/audit-trail?object={id}")).await.expect(200);
    assert_eq!(trail["items"][0]["action"], "dead_job_rerun");
    assert_eq!(trail["items"][0]["principal_id"], admin.person.to_string());
}

#[actix_web::test]
async fn writes_want_a_key_and_a_used_key_answers_again() {
    let app = TestApp::start().await;
    dead_letters(&app, 1);
    let admin = app.actor(Role::Admin, "S1");
    let list = admin.get("/api/v1/operations/dead-jobs").await.expect(200);
    let path = format!("/api/v1/operations/dead-jobs/{}/rerun", list["items"][0]["id"].as_str().unwrap());
    admin.send(reqwest::Method::POST, &path, |request| request).await.problem(400, "idempotency_key_missing");
    for key in ["short", &"x".repeat(81), "with a space in it"] {
        admin.post_with_key(&path, key, &json!({})).await.problem(422, "idempotency_key_invalid");
    }
    admin.post_with_key(&path, "the-same-key", &json!({})).await.expect(200);
    admin.post_with_key(&path, "the-same-key", &json!({})).await.expect(200);
    let other = format!("/api/v1/operations/dead-jobs/{}/rerun", Uuid::new_v4());
    admin.post_with_key(&other, "the-same-key", &json!({})).await.problem(422, "idempotency_key_reused");
}

#[actix_web::test]
async fn a_right_that_was_taken_away_is_gone_at_once_for_writes() {
    let app = TestApp::start().await;
    let admin = app.actor(Role::Admin, "S1");
    let interfaces = admin.get("/api/v1/operations/wechat").await.expect(200);
    let interfaces = interfaces.as_array().unwrap();
    assert!(!interfaces.is_empty() && interfaces.iter().all(|one| one["state"] == "closed"), "{interfaces:?}");
    sql_query("UPDATE roles SET ends_at = palm_now()").execute(&mut app.owner()).unwrap();
    let path = format!("/api/v1/operations/dead-jobs/{}/rerun", Uuid::new_v4());
    admin.post(&path, &json!({})).await.problem(403, "forbidden");
    sql_query("UPDATE sessions SET ended_at = palm_now()").execute(&mut app.owner()).unwrap();
    admin.post(&path, &json!({})).await.problem(401, "unauthorized");
    admin.get("/api/v1/operations/wechat").await.problem(401, "unauthorized");
}
