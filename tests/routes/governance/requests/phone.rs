//! The phone: a caller's sealed number, a rating that a worker writes down, and both in their limits.

use chrono::Duration;
use people::identity::Role;
use serde_json::json;

use super::{REQUESTS, Stage, id, rating, solved};

#[actix_web::test]
async fn a_callers_phone_is_shown_for_a_reason_and_removed_in_time() {
    let stage = Stage::new().await;
    let unit = stage.app.world.unit("S1/C1/E1/B1/D1");
    let called = json!({"text": "三号楼门口路灯不亮", "unit": unit, "channel": "phone", "phone": "19900000001"});
    let request = id(&stage.worker.post(&format!("{REQUESTS}/intake"), &called).await.expect(201));
    let path = Stage::path(&request, "contact/reveal");
    let reason = json!({"reason": "回访"});
    let other = stage.app.actor(Role::GridWorker, "S1/C1/E1/B2");
    other.post(&path, &reason).await.problem(404, "not_found");
    stage.resident.post(&path, &reason).await.problem(403, "forbidden");
    assert_eq!(stage.worker.post(&path, &reason).await.expect(200)["phone"], "19900000001");
    assert_eq!(
        stage.count("SELECT 1 FROM audit_entries WHERE action = 'request_contact_reveal' AND after->>'reason' = '回访'"),
        1
    );
    let queued = stage.queued().await;
    stage.staff.post(&Stage::path(&queued, "contact/reveal"), &reason).await.problem(409, "contact_none");
    stage.done(&stage.staff, &request, "accept", json!({})).await;
    stage.done(&stage.staff, &request, "answer", solved()).await;
    // Nobody writes down how their own answer was liked; a colleague who calls back does.
    let by_phone = Stage::path(&request, "rating/by-phone");
    stage.staff.post(&by_phone, &rating(true, 5)).await.problem(409, "own_answer");
    let closed = stage.worker.post(&by_phone, &rating(true, 4)).await.expect(200);
    assert_eq!(closed["state"], "closed");
    let answers = stage.staff.get(&Stage::path(&request, "answers")).await.expect(200);
    assert_eq!((&answers["items"][0]["rated_by_phone"], &answers["items"][0]["speed"]), (&json!(true), &json!(4)));
    stage.worker.post(&by_phone, &rating(true, 4)).await.problem(409, "move_not_allowed");
    stage.app.move_clock(Duration::days(179));
    stage.app.drain().await;
    stage.worker.post(&path, &reason).await.expect(200);
    stage.app.move_clock(Duration::days(2));
    stage.app.drain().await;
    stage.worker.post(&path, &reason).await.problem(409, "contact_none");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_dissatisfied_caller_has_it_done_again_once() {
    let stage = Stage::new().await;
    let unit = stage.app.world.unit("S1/C1/E1/B1/D1");
    let called = json!({"text": "路灯不亮", "unit": unit, "channel": "walk_in"});
    let request = id(&stage.worker.post(&format!("{REQUESTS}/intake"), &called).await.expect(201));
    stage.done(&stage.staff, &request, "accept", json!({})).await;
    stage.done(&stage.staff, &request, "answer", solved()).await;
    let mut bad = rating(false, 1);
    bad["redo"] = json!(true);
    let again = stage.done(&stage.worker, &request, "rating/by-phone", bad.clone()).await;
    assert_eq!(again["state"], "in_progress");
    stage.done(&stage.staff, &request, "answer", solved()).await;
    stage.worker.post(&Stage::path(&request, "rating/by-phone"), &bad).await.problem(409, "redo_refused");
    stage.assert_sound();
}
