//! People whom no channel reaches are called by their grid worker.

use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn an_elder_without_a_phone_is_called_by_the_worker_of_the_block() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let elder = json!({"name": "老人甲", "birth_year": 1940, "entrance": app.world.unit("S1/C1/E1/B1/D1"), "consent_version": "1", "consent": "当面宣读，本人同意"});
    let made = worker.post("/api/v1/managed-residents", &elder).await.expect(201);
    app.drain().await;
    let list = worker.get("/api/v1/grid/call-list").await.expect(200);
    assert_eq!(list["items"][0]["person"], made["person"]);
    assert!(list["items"][0]["text"].as_str().unwrap().contains("住址已确认"));
    let done = format!("/api/v1/grid/call-list/{}/done", list["items"][0]["id"].as_str().unwrap());
    let neighbour = app.actor(people::identity::Role::GridWorker, "S1/C1/E1/B2");
    assert_eq!(neighbour.get("/api/v1/grid/call-list").await.expect(200)["items"], json!([]));
    neighbour.post(&done, &json!({})).await.problem(404, "not_found");
    worker.post(&done, &json!({"note": "已电话告知家属"})).await.expect(204);
    worker.post(&done, &json!({})).await.problem(409, "state_conflict");
    assert_eq!(worker.get("/api/v1/grid/call-list").await.expect(200)["items"], json!([]));
    assert_eq!(worker.get("/api/v1/grid/call-list?done=true").await.expect(200)["items"][0]["note"], "已电话告知家属");
}
