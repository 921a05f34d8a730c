//! Managed accounts and cards.

use base::db::Context;
use base::error::ApiError;
use base::ids::PersonId;
use chrono::Duration;
use people::identity::{NewManaged, Pin, Role, card_holder, managed_create};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

fn elder(app: &TestApp, worker: &Actor, path: &str) -> PersonId {
    let person = PersonId::new();
    let new = NewManaged {
        person,
        name: "居民甲".to_owned(),
        birth_year: 1940,
        unit: app.world.unit(path),
        opened_by: worker.person,
        consent_version: "2026-1".to_owned(),
        consent_text: "当面口头同意".to_owned(),
    };
    let parts = &app.serving.parts;
    parts
        .db
        .transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            managed_create(&mut tx, &parts.ring, &new)?;
            Ok(tx.done(())?)
        })
        .expect("a managed account");
    person
}

fn shown(app: &TestApp, token: &str, pin: Option<&str>) -> Result<PersonId, &'static str> {
    let parts = &app.serving.parts;
    let pin = pin.map(|pin| Pin::parse(pin).expect("a PIN"));
    parts
        .db
        .read_now(|connection| card_holder(connection, &parts.ring, token, pin.as_ref()))
        .map_err(|refused| refused.code().code)
}

async fn issue(worker: &Actor, person: PersonId, body: &Value) -> Value {
    worker.post(&format!("/api/v1/managed-accounts/{person}/card"), body).await.expect(201)
}

#[actix_web::test]
async fn a_card_stands_for_the_person_until_it_is_revoked() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let person = elder(&app, &worker, "S1/C1/E1/B1/D1");
    let path = format!("/api/v1/managed-accounts/{person}/card");
    let first = worker.post_with_key(&path, "card-key-1", &json!({})).await.expect(201);
    let replayed = worker.post_with_key(&path, "card-key-1", &json!({})).await.expect(201);
    assert_eq!((replayed["id"].clone(), replayed["token"].clone()), (first["id"].clone(), Value::Null));
    assert!(first["card_svg"].as_str().unwrap().contains("<svg"));
    let page = first["print_html"].as_str().unwrap();
    assert!(page.contains("A6") && page.contains("居*") && !page.contains("居民甲"));
    let token = first["token"].as_str().unwrap();
    assert_eq!(shown(&app, token, None), Ok(person));
    assert_eq!(shown(&app, "PALMCARD:other", None), Err("card_invalid"));

    let second = issue(&worker, person, &json!({})).await;
    assert_eq!(shown(&app, token, None), Err("card_invalid"), "a new card replaces the old one");
    let token = second["token"].as_str().unwrap();
    let list = worker.get("/api/v1/managed-accounts").await.expect(200);
    assert_eq!(list["items"][0]["card"]["id"], second["id"]);
    let revoke = format!("/api/v1/cards/{}/revoke", second["id"].as_str().unwrap());
    let neighbour = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    neighbour.post(&revoke, &json!({})).await.problem(404, "not_found");
    assert_eq!(shown(&app, token, None), Ok(person));
    worker.post(&revoke, &json!({})).await.expect(204);
    worker.post(&revoke, &json!({})).await.problem(409, "state_conflict");
    assert_eq!(shown(&app, token, None), Err("card_invalid"));
}

#[actix_web::test]
async fn only_the_workers_of_the_place_issue_cards() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let person = elder(&app, &worker, "S1/C1/E1/B1/D1");
    let path = format!("/api/v1/managed-accounts/{person}/card");
    let neighbour = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    neighbour.post(&path, &json!({})).await.problem(404, "not_found");
    assert_eq!(neighbour.get("/api/v1/managed-accounts").await.expect(200)["items"], json!([]));
    app.resident().post(&path, &json!({})).await.problem(403, "forbidden");
    worker.post(&format!("/api/v1/managed-accounts/{}/card", worker.person), &json!({})).await.problem(404, "not_found");
    app.staff().post(&path, &json!({"pin": "12345"})).await.problem(422, "invalid_field");
    app.staff().post(&path, &json!({"daily_limit": 0})).await.problem(422, "invalid_field");
    app.staff().post(&path, &json!({"pin": "1234"})).await.expect(201);
}

#[actix_web::test]
async fn a_pin_is_asked_for_and_five_wrong_ones_lock_the_card() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let person = elder(&app, &worker, "S1/C1/E1/B1/D1");
    let card = issue(&worker, person, &json!({"pin": "0420"})).await;
    let token = card["token"].as_str().unwrap();
    assert_eq!(shown(&app, token, None), Err("card_pin_required"));
    for _ in 0..4 {
        assert_eq!(shown(&app, token, Some("0000")), Err("card_pin_wrong"));
    }
    assert_eq!(shown(&app, token, Some("0420")), Ok(person), "a right PIN starts the count anew");
    for _ in 0..5 {
        assert_eq!(shown(&app, token, Some("0000")), Err("card_pin_wrong"));
    }
    assert_eq!(shown(&app, token, Some("0420")), Err("card_locked"));
    assert_eq!(worker.get("/api/v1/managed-accounts").await.expect(200)["items"][0]["card"]["locked"], true);
}

#[actix_web::test]
async fn a_card_has_a_daily_limit() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let person = elder(&app, &worker, "S1/C1/E1/B1/D1");
    let card = issue(&worker, person, &json!({"daily_limit": 2})).await;
    let token = card["token"].as_str().unwrap();
    assert_eq!(shown(&app, token, None), Ok(person));
    assert_eq!(shown(&app, token, None), Ok(person));
    assert_eq!(shown(&app, token, None), Err("card_daily_limit"));
    app.move_clock(Duration::days(1));
    assert_eq!(shown(&app, token, None), Ok(person));
}
