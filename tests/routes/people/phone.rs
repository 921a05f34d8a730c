//! Binding a phone.

use chrono::Duration;
use people::identity::Role;
use serde_json::{Value, json};

use super::{bind_phone, sign_in, trouble};
use crate::support::{Actor, TestApp};

async fn face_to_face(actor: &Actor, phone: &str, code: &Value) -> crate::support::Reply {
    actor.post("/api/v1/me/phone/face-to-face", &json!({"phone": phone, "code": code})).await
}

#[actix_web::test]
async fn one_phone_is_one_person() {
    let app = TestApp::start().await;
    let (one, _) = sign_in(&app, "甲").await;
    let (two, _) = sign_in(&app, "乙").await;
    let bound = bind_phone(&app, &one, "19900000001").await.expect(200);
    assert_eq!(bound["phone"], "199****0001");
    assert_eq!(one.get("/api/v1/me").await.expect(200)["phone"], "199****0001");
    bind_phone(&app, &one, "19900000001").await.expect(200);
    bind_phone(&app, &two, "19900000001").await.problem(409, "phone_taken");
    bind_phone(&app, &one, "19900000002").await.expect(200);
    bind_phone(&app, &two, "19900000001").await.expect(200);
    one.post("/api/v1/me/phone", &json!({"code": "unknown"})).await.problem(422, "phone_code_invalid");
}

#[actix_web::test]
async fn a_worker_vouches_when_wechat_refuses() {
    let app = TestApp::start().await;
    let (person, _) = sign_in(&app, "甲").await;
    let worker = app.grid_worker();
    trouble(&app, &json!({"phone_refused_percent": 100})).await;
    bind_phone(&app, &person, "19900000001").await.problem(503, "phone_check_unavailable");

    let path = "/api/v1/grid/phone-codes";
    let body = json!({"phone": "+86 199 0000 0001"});
    app.resident().post(path, &body).await.problem(403, "forbidden");
    let issued = worker.post_with_key(path, "first-key", &body).await.expect(201);
    let replayed = worker.post_with_key(path, "first-key", &body).await;
    assert_eq!(replayed.expect(201)["code"], Value::Null, "shown once");
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    worker.post(path, &json!({"phone": "12345"})).await.problem(422, "invalid_field");

    face_to_face(&person, "19900000002", &issued["code"]).await.problem(422, "code_wrong");
    face_to_face(&person, "19900000001", &issued["code"]).await.expect(200);
    face_to_face(&person, "19900000001", &issued["code"]).await.problem(422, "code_wrong");
    assert_eq!(person.get("/api/v1/me").await.expect(200)["phone"], "199****0001");
}

#[actix_web::test]
async fn a_workers_code_has_three_tries_and_ten_minutes() {
    let app = TestApp::start().await;
    let (person, _) = sign_in(&app, "甲").await;
    let worker = app.grid_worker();
    let issue =
        async |phone: &str| worker.post("/api/v1/grid/phone-codes", &json!({"phone": phone})).await.expect(201)["code"].clone();
    let code = issue("19900000001").await;
    let wrong = json!(if code == "000000" { "000001" } else { "000000" });
    for _ in 0..3 {
        face_to_face(&person, "19900000001", &wrong).await.problem(422, "code_wrong");
    }
    face_to_face(&person, "19900000001", &code).await.problem(422, "code_wrong");
    let code = issue("19900000001").await;
    app.move_clock(Duration::minutes(10));
    face_to_face(&person, "19900000001", &code).await.problem(422, "code_wrong");
    let (old, new) = (issue("19900000001").await, issue("19900000001").await);
    if old != new {
        face_to_face(&person, "19900000001", &old).await.problem(422, "code_wrong");
    }
    face_to_face(&person, "19900000001", &new).await.expect(200);
}

#[actix_web::test]
async fn a_phone_in_use_is_refused_face_to_face_too() {
    let app = TestApp::start().await;
    app.person(Some("19900000001"));
    let (person, _) = sign_in(&app, "甲").await;
    let staff = app.actor(Role::CommunityStaff, "S1/C1");
    let code = staff.post("/api/v1/grid/phone-codes", &json!({"phone": "19900000001"})).await.expect(201)["code"].clone();
    face_to_face(&person, "19900000001", &code).await.problem(409, "phone_taken");
}
