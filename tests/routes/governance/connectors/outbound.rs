//! What a system is told: signed, in order, again after a failure, given up, replayed.

use serde_json::json;

use super::Stage;

#[actix_web::test]
async fn a_units_system_hears_of_its_requests_in_order_and_signed() {
    let stage = Stage::new().await;
    let id = stage.filed().await;
    stage.app.drain().await;
    let got = stage.receiver.got();
    let kinds: Vec<String> = got.iter().map(|one| one.json()["type"].as_str().expect("a type").to_owned()).collect();
    assert_eq!(kinds, ["request.filed", "request.dispatched"]);
    for (one, sequence) in got.iter().zip(1..) {
        assert!(one.is_signed_by(&stage.secret));
        let data = &one.json()["data"];
        assert_eq!((&data["request_id"], &data["sequence"], &data["leads"]), (&json!(id), &json!(sequence), &json!(true)));
        assert_eq!((&data["text"], &data["place"]["grid_code"]), (&json!("三号楼门口路灯不亮"), &json!("S1/C1/E1/B1/D1")));
        assert!(!one.body.contains("reporter") && !one.body.contains("nickname"), "{}", one.body);
    }
    assert_eq!(stage.deliveries("delivered").await.len(), 2);
}

#[actix_web::test]
async fn a_failure_is_tried_again_with_the_same_id_and_text_and_holds_up_what_follows() {
    let stage = Stage::new().await;
    stage.receiver.answers(&[500, 307, 429]);
    stage.filed().await;
    stage.app.drain().await;
    assert_eq!(stage.receiver.got().len(), 1, "the second event waits for the first");
    assert_eq!(stage.deliveries("pending").await.len(), 2);
    assert!(stage.seen().await["failing_since"].is_string());
    stage.hours(4).await;
    let got = stage.receiver.got();
    assert_eq!(got.len(), 5, "three bad answers, then both events");
    assert!(got[..4].iter().all(|one| (&one.id, &one.body) == (&got[0].id, &got[0].body)));
    assert_ne!(got[4].id, got[0].id);
    assert!(stage.seen().await["failing_since"].is_null());
    assert_eq!(stage.deliveries("delivered").await.iter().map(|one| one["attempts"].as_i64()).max(), Some(Some(4)));
}

#[actix_web::test]
async fn what_never_gets_through_is_dead_pauses_the_system_and_can_be_replayed() {
    let stage = Stage::new().await;
    stage.receiver.answers(&[500; 60]);
    stage.filed().await;
    stage.hours(60).await;
    let seen = stage.seen().await;
    assert_eq!((&seen["state"], &seen["pause_reason"]), (&json!("paused"), &json!("failing")), "{seen:#}");
    let inbox = stage.handler.get("/api/v1/me/inbox?limit=100").await.expect(200);
    assert!(inbox["items"].as_array().expect("items").iter().any(|item| item["kind"] == "connector_paused"), "{inbox:#}");
    let tried = stage.receiver.got().len();
    stage.hours(3).await;
    assert_eq!(stage.receiver.got().len(), tried, "nothing is sent to a paused system");
    stage.receiver.inbox.answers.lock().expect("the answers").clear();
    stage.handler.post(&stage.path("/resume"), &json!({})).await.expect(200);
    stage.hours(8).await;
    let dead = stage.deliveries("dead").await;
    let replayed = stage.handler.post(&stage.path("/replay"), &json!({})).await.expect(200);
    assert_eq!(replayed["replayed"], json!(dead.len()));
    stage.app.drain().await;
    assert_eq!((stage.deliveries("dead").await.len(), stage.deliveries("pending").await.len()), (0, 0));
}

#[actix_web::test]
async fn while_a_secret_is_changed_both_sign_and_after_a_day_only_the_new_one() {
    let stage = Stage::new().await;
    let rotated = stage.handler.post(&stage.path("/rotate"), &json!({})).await.expect(200);
    let fresh = rotated["secret"].as_str().expect("a secret").to_owned();
    stage.filed().await;
    stage.app.drain().await;
    let both = stage.receiver.got().pop().expect("a webhook");
    assert!(both.is_signed_by(&fresh) && both.is_signed_by(&stage.secret));
    stage.app.move_clock(chrono::Duration::hours(25));
    stage.filed().await;
    stage.app.drain().await;
    let later = stage.receiver.got().pop().expect("a webhook");
    assert!(later.is_signed_by(&fresh) && !later.is_signed_by(&stage.secret));
}
