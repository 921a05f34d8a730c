//! Filing: what is written at once, what is refused, and that one key files once.

use serde_json::json;

use super::{REQUESTS, id, lamp};
use crate::support::TestApp;

#[actix_web::test]
async fn a_request_has_its_number_and_first_event_and_waits_in_the_communitys_queue() {
    let app = TestApp::start().await;
    let resident = app.resident();
    let filed = resident.post(REQUESTS, &lamp(&app)).await.expect(201);
    let number = filed["number"].as_str().expect("a number");
    assert!(number.starts_with("SQ-") && number.ends_with("-0001"), "{number}");
    assert_eq!((&filed["state"], &filed["desk"]), (&json!("submitted"), &json!("community")));
    let again = resident.post(REQUESTS, &lamp(&app)).await.expect(201);
    assert!(again["number"].as_str().expect("a number").ends_with("-0002"), "{again}");
    let path = format!("{REQUESTS}/{}", id(&filed));
    let events = resident.get(&format!("{path}/events")).await.expect(200);
    assert_eq!(events["items"].as_array().expect("events").len(), 1);
    assert_eq!((&events["items"][0]["sequence"], &events["items"][0]["kind"]), (&json!(1), &json!("filed")));
    let listed = app.grid_worker().get(REQUESTS).await.expect(200);
    assert_eq!(listed["items"].as_array().expect("items").len(), 2);
    let mine = resident.get(&format!("{REQUESTS}/mine")).await.expect(200);
    assert_eq!(mine["items"].as_array().expect("items").len(), 2);
}
