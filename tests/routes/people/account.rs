//! My account: nickname, home screen, consents, who looked, export, end.

use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use people::identity::Role;
use serde_json::{Value, json};

use super::{bind_phone, login_code, sign_in};
use crate::support::TestApp;

#[actix_web::test]
async fn a_nickname_is_bounded_and_shown() {
    let app = TestApp::start().await;
    let (me, _) = sign_in(&app, "甲").await;
    let body = |nickname: &str| json!({"nickname": nickname});
    assert_eq!(me.put("/api/v1/me/nickname", "*", &body(" 热心邻居 ")).await.expect(200)["nickname"], "热心邻居");
    me.put("/api/v1/me/nickname", "*", &body(&"长".repeat(21))).await.problem(422, "invalid_field");
    me.put("/api/v1/me/nickname", "*", &body("a\u{0}")).await.problem(422, "invalid_field");
    assert_eq!(me.get("/api/v1/me/home").await.expect(200)["nickname"], "热心邻居");
}

#[actix_web::test]
async fn the_home_screen_is_answered_with_its_tag() {
    let app = TestApp::start().await;
    let (me, _) = sign_in(&app, "甲").await;
    let first = me.get("/api/v1/me/home").await;
    assert_eq!(first.expect(200)["items"][0]["kind"], "phone");
    let tag = first.header("etag").to_owned();
    let same = me.send(reqwest::Method::GET, "/api/v1/me/home", |request| request.header("if-none-match", &tag)).await;
    assert_eq!(same.status, 304);
    bind_phone(&app, &me, "19900000001").await.expect(200);
    let (me, _) = sign_in(&app, "甲").await;
    let after = me.send(reqwest::Method::GET, "/api/v1/me/home", |request| request.header("if-none-match", &tag)).await;
    assert_eq!(after.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn consents_are_versions_in_force_and_ended() {
    let app = TestApp::start().await;
    let (me, _) = sign_in(&app, "甲").await;
    let give = async |document: &str, version: &str, given: bool| {
        me.post("/api/v1/me/consents", &json!({"document": document, "version": version, "given": given})).await
    };
    give("privacy", "1", true).await.expect(204);
    give("privacy", "1", true).await.expect(204);
    give("privacy", "2", true).await.expect(204);
    give("location", "1", true).await.expect(204);
    give("location", "1", false).await.expect(204);
    give("soul", "1", true).await.problem(422, "invalid_field");
    let items = me.get("/api/v1/me/consents").await.expect(200)["items"].clone();
    let seen: Vec<(&str, &str, bool)> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["document"].as_str().unwrap(), item["version"].as_str().unwrap(), item["withdrawn_at"].is_null()))
        .collect();
    assert_eq!(seen, [("location", "1", false), ("privacy", "2", true), ("privacy", "1", false)]);
}

#[actix_web::test]
async fn a_field_is_shown_in_scope_with_a_reason_and_its_person_sees_who_looked() {
    let app = TestApp::start().await;
    let resident = app.actor(Role::Resident, "S1/C1/E1/B1/D1");
    let worker = app.grid_worker();
    let path = format!("/api/v1/people/{}", resident.person);
    let view = worker.get(&path).await.expect(200);
    assert!(view["phone"].as_str().unwrap().contains("****"));
    let look = json!({"field": "phone", "reason": "核实上门时间"});
    for stranger in [app.actor(Role::GridWorker, "S1/C1/E1/B2"), app.actor(Role::CommunityStaff, "S1/C2")] {
        stranger.get(&path).await.problem(404, "not_found");
        stranger.post(&format!("{path}/reveal"), &look).await.problem(404, "not_found");
    }
    app.resident().get(&path).await.problem(404, "not_found");
    app.resident().post(&format!("{path}/reveal"), &look).await.problem(403, "forbidden");
    worker.post(&format!("{path}/reveal"), &json!({"field": "phone"})).await.problem(422, "invalid_field");
    let shown = worker.post(&format!("{path}/reveal"), &look).await.expect(200);
    assert!(shown["value"].as_str().unwrap().starts_with("199"));
    assert_eq!(shown["value"].as_str().unwrap().len(), 11);

    let log = resident.get("/api/v1/me/access-log").await.expect(200);
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    assert_eq!((log["items"][0]["field"].as_str(), log["items"][0]["reason"].as_str()), (Some("phone"), Some("核实上门时间")));
    assert_eq!(worker.get("/api/v1/me/access-log").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn fields_in_clear_are_limited_a_day() {
    let app = TestApp::start().await;
    let (resident, worker) = (app.resident(), app.grid_worker());
    let path = format!("/api/v1/people/{}/reveal", resident.person);
    for _ in 0..50 {
        worker.post(&path, &json!({"field": "name", "reason": "核实"})).await.expect(200);
    }
    worker.post(&path, &json!({"field": "name", "reason": "核实"})).await.problem(429, "too_many_requests");
}

#[actix_web::test]
async fn an_export_wants_a_fresh_sign_in_and_comes_once_a_day() {
    let app = TestApp::start().await;
    let (me, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &me, "19900000001").await.expect(200);
    let document = me.get("/api/v1/me/export").await.expect(200);
    assert_eq!(document["identity"]["phone"], "19900000001");
    me.get("/api/v1/me/export").await.problem(429, "too_many_requests");
    app.move_clock(Duration::days(1));
    me.get("/api/v1/me/export").await.problem(403, "sign_in_again");
    let (me, _) = sign_in(&app, "甲").await;
    me.get("/api/v1/me/export").await.expect(200);
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    blank: bool,
}

#[actix_web::test]
async fn a_closed_account_is_blank_and_its_phone_is_free() {
    let app = TestApp::start().await;
    let (me, tokens) = sign_in(&app, "甲").await;
    bind_phone(&app, &me, "19900000001").await.expect(200);
    app.grant(&me, Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    let close = async |code: String| me.post("/api/v1/me/close", &json!({"code": code})).await;
    close(login_code(&app, "乙").await).await.problem(403, "sign_in_again");
    close("no-such-code".to_owned()).await.problem(401, "login_code_invalid");
    close(login_code(&app, "甲").await).await.expect(204);
    me.post("/api/v1/me/consents", &json!({})).await.problem(401, "unauthorized");
    let body = json!({"refresh_token": tokens["refresh_token"]});
    app.anonymous().post("/api/v1/sessions/refresh", &body).await.problem(401, "refresh_token_invalid");
    assert!(app.drain().await >= 1);
    let left: Left = sql_query(
        "SELECT (p.name_sealed IS NULL AND p.phone_sealed IS NULL AND p.phone_lookup IS NULL AND p.openid_sealed IS NULL AND p.openid_lookup IS NULL \
         AND p.nickname = '已注销用户' AND NOT EXISTS (SELECT FROM roles r WHERE r.person_id = p.id AND (r.ends_at IS NULL OR r.ends_at > palm_now())) \
         AND EXISTS (SELECT FROM audit_entries a WHERE a.object_id = p.id AND a.action = 'account_erase')) AS blank FROM persons p WHERE p.id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(me.person.0)
    .get_result(&mut app.owner())
    .unwrap();
    assert!(left.blank);

    let (new, _) = sign_in(&app, "甲").await;
    assert_ne!(new.person, me.person);
    bind_phone(&app, &new, "19900000001").await.expect(200);
    assert_eq!(new.get("/api/v1/me").await.expect(200)["roles"], Value::Array(Vec::new()));
}
