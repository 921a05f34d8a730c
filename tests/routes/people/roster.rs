//! The roster: rows become roles by phone or by a one-time code.

use base::db::{Context, now};
use chrono::{DateTime, Duration, Utc};
use people::identity::{Phone, Role, RosterEntry, Upserted, roster_upsert};
use serde_json::{Value, json};

use super::{bind_phone, sign_in};
use crate::support::{Actor, TestApp};

fn entry(app: &TestApp, key: &str, phone: &str, role: Role, path: &str) -> RosterEntry {
    RosterEntry {
        key: key.to_owned(),
        phone: Phone::parse(phone).expect("a phone"),
        name: Some("工作人员甲".to_owned()),
        role,
        unit: Some(app.world.unit(path)),
        organization: None,
        starts_at: DateTime::<Utc>::UNIX_EPOCH,
        ends_at: None,
    }
}

fn upsert(app: &TestApp, entry: &RosterEntry) -> Upserted {
    let (db, ring) = (&app.serving.parts.db, &app.serving.parts.ring);
    db.transaction_now(&Context::operator(), |mut tx| -> Result<_, base::error::ApiError> {
        let done = roster_upsert(&mut tx, ring, entry)?;
        Ok(tx.done(done)?)
    })
    .expect("the roster takes the row")
}

async fn roles(actor: &Actor) -> Vec<String> {
    let me = actor.get("/api/v1/me").await.expect(200);
    me["roles"].as_array().unwrap().iter().map(|role| role["role"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn rows_are_adopted_when_the_phone_is_bound_and_when_they_come_later() {
    let app = TestApp::start().await;
    let early = entry(&app, "1", "19900000001", Role::CommunityStaff, "S1/C1");
    assert_eq!(upsert(&app, &early), Upserted::Created);
    assert_eq!(upsert(&app, &early), Upserted::Unchanged);
    let (person, _) = sign_in(&app, "甲").await;
    assert!(roles(&person).await.is_empty());
    bind_phone(&app, &person, "19900000001").await.expect(200);
    assert_eq!(roles(&person).await, ["community_staff"]);
    assert_eq!(person.get("/api/v1/me").await.expect(200)["name"], "工*");

    upsert(&app, &entry(&app, "2", "19900000001", Role::GridWorker, "S1/C1/E1/B1"));
    assert_eq!(roles(&person).await, ["community_staff", "grid_worker"]);
    assert_eq!(upsert(&app, &early), Upserted::Unchanged);
}

#[actix_web::test]
async fn the_end_of_a_row_is_the_end_of_its_role() {
    let app = TestApp::start().await;
    let (person, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &person, "19900000001").await.expect(200);
    let row = entry(&app, "1", "19900000001", Role::CommunityStaff, "S1/C1");
    upsert(&app, &row);
    let path = format!("/api/v1/people/{}/reveal", person.person);
    let look = json!({"field": "phone", "reason": "回访"});
    person.post(&path, &look).await.expect(200);
    let now = app.serving.parts.db.read_now(now).unwrap();
    assert_eq!(upsert(&app, &RosterEntry { ends_at: Some(now), ..row.clone() }), Upserted::Updated);
    person.post(&path, &look).await.problem(403, "forbidden");

    // The same row for another unit: the old role is over, the new one is there.
    upsert(
        &app,
        &RosterEntry {
            ends_at: Some(now + Duration::days(30)),
            ..entry(&app, "1", "19900000001", Role::CommunityStaff, "S1/C2")
        },
    );
    let me = person.get("/api/v1/me").await.expect(200);
    assert_eq!(me["roles"].as_array().unwrap().len(), 1);
    assert_eq!(me["roles"][0]["grid_path"], "S1/C2");
    app.move_clock(Duration::days(30));
    assert!(roles(&person).await.is_empty());
}

#[actix_web::test]
async fn staff_end_a_row_of_their_own_community_only() {
    let app = TestApp::start().await;
    upsert(&app, &entry(&app, "1", "19900000001", Role::GridWorker, "S1/C1/E1/B1"));
    let (person, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &person, "19900000001").await.expect(200);
    let (staff, other) = (app.staff(), app.actor(Role::CommunityStaff, "S1/C2"));
    let list = staff.get("/api/v1/roster").await.expect(200);
    assert_eq!(list["items"][0]["phone"], "199****0001");
    assert_eq!(list["items"][0]["name"], "工*");
    assert_eq!(other.get("/api/v1/roster").await.expect(200)["items"], json!([]));
    assert_eq!(staff.get("/api/v1/roster?open=true").await.expect(200)["items"], json!([]));
    let path = format!("/api/v1/roster/{}/end", list["items"][0]["id"].as_str().unwrap());
    other.post(&path, &json!({})).await.problem(404, "not_found");
    assert_eq!(roles(&person).await, ["grid_worker"]);
    staff.post(&path, &json!({})).await.expect(204);
    let me = person.get("/api/v1/me").await.expect(200);
    assert_eq!(me["roles"], json!([]));
}

#[actix_web::test]
async fn a_one_time_code_gives_the_row_to_another_phone() {
    let app = TestApp::start().await;
    upsert(&app, &entry(&app, "1", "19900000001", Role::GridWorker, "S1/C1/E1/B1"));
    let (person, _) = sign_in(&app, "甲").await;
    let staff = app.staff();
    let id = staff.get("/api/v1/roster?open=true").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/roster/{id}/code");
    app.actor(Role::CommunityStaff, "S1/C2").post(&path, &json!({})).await.problem(404, "not_found");
    let code = staff.post_with_key(&path, "code-key-1", &json!({})).await.expect(201)["code"].clone();
    assert_eq!(staff.post_with_key(&path, "code-key-1", &json!({})).await.expect(201)["code"], Value::Null);

    person.post("/api/v1/me/roster-code", &json!({"code": code})).await.problem(409, "phone_required");
    bind_phone(&app, &person, "19900000002").await.expect(200);
    person.post("/api/v1/me/roster-code", &json!({"code": code})).await.expect(204);
    assert_eq!(roles(&person).await, ["grid_worker"]);
    staff.post(&path, &json!({})).await.problem(409, "state_conflict");

    let stranger = app.person(Some("19900000003"));
    for _ in 0..3 {
        stranger.post("/api/v1/me/roster-code", &json!({"code": code})).await.problem(422, "code_wrong");
    }
    stranger.post("/api/v1/me/roster-code", &json!({"code": code})).await.problem(429, "too_many_requests");
}

#[actix_web::test]
async fn nobody_becomes_security_auditor_and_administrator() {
    let app = TestApp::start().await;
    let (person, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &person, "19900000001").await.expect(200);
    app.grant(&person, Role::Admin, Some(app.world.unit("S1")), None);
    upsert(&app, &entry(&app, "1", "19900000001", Role::SecurityAuditor, "S1"));
    assert_eq!(roles(&person).await, ["admin"]);
}

#[actix_web::test]
async fn roles_are_listed_and_ended_within_the_scope() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let (staff, other) = (app.staff(), app.actor(Role::CommunityStaff, "S1/C2"));
    let list = staff.get("/api/v1/roles?role=grid_worker").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["person_id"], worker.person.to_string());
    assert_eq!(other.get("/api/v1/roles?role=grid_worker").await.expect(200)["items"], json!([]));
    worker.get("/api/v1/roles").await.problem(403, "forbidden");
    let path = format!("/api/v1/roles/{}/end", list["items"][0]["id"].as_str().unwrap());
    other.post(&path, &json!({})).await.problem(404, "not_found");
    staff.post(&path, &json!({})).await.expect(204);
    staff.post(&path, &json!({})).await.problem(409, "state_conflict");
    worker.post("/api/v1/grid/phone-codes", &json!({"phone": "19900000001"})).await.problem(403, "forbidden");
    // A street's role stands above the community: not in its scope.
    let street = app.street();
    let list = street.get(&format!("/api/v1/roles?person_id={}", street.person)).await.expect(200);
    let path = format!("/api/v1/roles/{}/end", list["items"][0]["id"].as_str().unwrap());
    staff.post(&path, &json!({})).await.problem(404, "not_found");
}
