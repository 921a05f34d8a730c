//! Systems that may file: their keys, their reach, their limits.

use people::identity::Role;
use serde_json::json;

use super::{GOOD, Stage, refusal, with};

const CLIENTS: &str = "/api/v1/governance/open311-clients";

#[actix_web::test]
async fn a_key_is_shown_once_works_where_it_serves_and_not_after_it_was_revoked() {
    let stage = Stage::new().await;
    let street = stage.app.street();
    let new = json!({"name": "市民热线", "grid_unit_id": stage.app.world.unit("S1/C1")});
    let made = street.post_with_key(CLIENTS, "client-key-1", &new).await.expect(201);
    let again = street.post_with_key(CLIENTS, "client-key-1", &new).await.expect(201);
    assert_eq!((&made["id"], &again["api_key"]), (&again["id"], &json!(null)), "a key is shown once");
    let key = made["api_key"].as_str().expect("a key");
    let listed = street.get(CLIENTS).await.expect(200);
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["api_key"]), (&json!("市民热线"), &json!(null)));

    stage.post("/requests.json", &with(&GOOD, &[("api_key", key)])).await.expect(200);
    let elsewhere = [("api_key", key), ("jurisdiction_id", "S1/C2"), ("service_code", "OTHER")];
    refusal(&stage.post("/requests.json", &with(&GOOD, &elsewhere)).await, 403);
    let revoke = format!("{CLIENTS}/{}/revoke", made["id"].as_str().expect("an id"));
    street.post(&revoke, &json!({})).await.expect(204);
    street.post(&revoke, &json!({})).await.problem(409, "open311_client_revoked");
    refusal(&stage.post("/requests.json", &with(&GOOD, &[("api_key", key)])).await, 403);
}

#[actix_web::test]
async fn each_client_has_its_own_limit() {
    let stage = Stage::new().await;
    let street = stage.app.street();
    let new = json!({"name": "慢系统", "grid_unit_id": stage.app.world.unit("S1"), "per_minute": 2});
    let made = street.post(CLIENTS, &new).await.expect(201);
    let key = made["api_key"].as_str().expect("a key");
    for _ in 0..2 {
        stage.post("/requests.json", &with(&GOOD, &[("api_key", key)])).await.expect(200);
    }
    let refused = stage.post("/requests.json", &with(&GOOD, &[("api_key", key)])).await;
    refusal(&refused, 429);
    assert!(!refused.header("retry-after").is_empty());
    stage.post("/requests.json", &GOOD).await.expect(200);
}

#[actix_web::test]
async fn only_the_street_of_the_place_enters_clients() {
    let stage = Stage::new().await;
    let new = json!({"name": "系统", "grid_unit_id": stage.app.world.unit("S1/C1")});
    stage.app.resident().post(CLIENTS, &new).await.problem(403, "forbidden");
    stage
        .app
        .actor(Role::StreetStaff, "S1/C2")
        .post(CLIENTS, &json!({"name": "系统", "grid_unit_id": uuid::Uuid::now_v7()}))
        .await
        .problem(404, "not_found");
    let street = stage.app.street();
    let block = json!({"name": "系统", "grid_unit_id": stage.app.world.unit("S1/C1/E1/B1")});
    street.post(CLIENTS, &block).await.problem(422, "invalid_field");
    let nobody = json!({"name": "系统", "grid_unit_id": stage.app.world.unit("S1/C1"), "organization_id": uuid::Uuid::now_v7()});
    street.post(CLIENTS, &nobody).await.problem(422, "invalid_field");
    let smuggled = json!({"name": "系统", "grid_unit_id": stage.app.world.unit("S1/C1"), "demo": true});
    street.post(CLIENTS, &smuggled).await.problem(422, "unknown_field");
    street.post(&format!("{CLIENTS}/{}/revoke", uuid::Uuid::now_v7()), &json!({})).await.problem(404, "not_found");
}
