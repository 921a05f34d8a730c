//! What a system says: signed, once, in whatever order.

use serde_json::{Value, json};

use super::Stage;

fn update(request: &str, status: &str, at: &str) -> Value {
    json!({"request_id": request, "external_id": "GD-1", "status": status, "text": "已安排人员处理", "happened_at": at})
}

#[actix_web::test]
async fn a_systems_own_words_move_a_request_to_its_end_once() {
    let stage = Stage::new().await;
    let id = stage.filed().await;
    let begun = update(&id, "已派工", "2026-11-24T08:00:00Z");
    let receipt = stage.says("m-1", &stage.secret, &begun).await.expect(200);
    assert_eq!((&receipt["applied"], &receipt["state"]), (&json!(true), &json!("in_progress")), "{receipt:#}");
    let again = stage.says("m-1", &stage.secret, &begun).await.expect(200);
    assert_eq!((&again["repeated"], &again["applied"]), (&json!(true), &json!(true)));
    // Its own id is enough from now on.
    let mut done = update(&id, "修好了", "2026-11-24T10:00:00Z");
    done.as_object_mut().expect("an object").remove("request_id");
    let receipt = stage.says("m-2", &stage.secret, &done).await.expect(200);
    assert_eq!((&receipt["applied"], &receipt["state"]), (&json!(true), &json!("answered")), "{receipt:#}");
    stage.app.drain().await;
    let kinds: Vec<Value> = stage.receiver.got().iter().map(|one| one.json()["type"].clone()).collect();
    assert_eq!(kinds, [json!("request.filed"), json!("request.dispatched")], "what it said itself is no news for it");
}

#[actix_web::test]
async fn an_end_that_comes_first_counts_and_the_late_beginning_is_news() {
    let stage = Stage::new().await;
    let id = stage.filed().await;
    let receipt = stage.says("m-2", &stage.secret, &update(&id, "修好了", "2026-11-24T10:00:00Z")).await.expect(200);
    assert_eq!((&receipt["applied"], &receipt["state"]), (&json!(true), &json!("answered")), "{receipt:#}");
    let late = stage.says("m-1", &stage.secret, &update(&id, "已派工", "2026-11-24T08:00:00Z")).await.expect(200);
    assert_eq!((&late["applied"], &late["state"]), (&json!(false), &json!("answered")));
}

#[actix_web::test]
async fn nothing_unsigned_strange_or_of_another_unit_gets_in() {
    let stage = Stage::new().await;
    let id = stage.filed().await;
    let good = update(&id, "已派工", "2026-11-24T08:00:00Z");
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    stage.says("m-1", other, &good).await.problem(401, "webhook_signature_invalid");
    let plain = stage.app.anonymous().post(&stage.path("/updates"), &good).await;
    plain.problem(401, "webhook_signature_invalid");
    stage.says("m-1", &stage.secret, &update(&id, "不认识", "2026-11-24T08:00:00Z")).await.problem(422, "status_word_unknown");
    stage.says("m-1", &stage.secret, &json!({"x": 1})).await.problem(422, "unknown_field");
    let foreign = update(&uuid::Uuid::now_v7().to_string(), "已派工", "2026-11-24T08:00:00Z");
    stage.says("m-1", &stage.secret, &foreign).await.problem(404, "request_not_of_unit");
    let elsewhere = json!({"text": "别的事", "unit": stage.app.world.unit("S1/C1")});
    let elsewhere = stage.app.resident().post("/api/v1/governance/requests", &elsewhere).await.expect(201);
    let elsewhere = update(elsewhere["id"].as_str().expect("an id"), "已派工", "2026-11-24T08:00:00Z");
    stage.says("m-1", &stage.secret, &elsewhere).await.problem(404, "request_not_of_unit");
    assert_eq!(super::super::count(&stage.app, "connector_messages"), 0);
    stage.handler.post(&stage.path("/close"), &json!({})).await.expect(200);
    stage.says("m-1", &stage.secret, &good).await.problem(401, "webhook_signature_invalid");
}
