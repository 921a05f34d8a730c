//! Merging: one of two requests about the same matter is joined to the other, whose steps its reporter goes on hearing of.

use chrono::Duration;
use people::identity::Role;
use serde_json::json;

use super::{REQUESTS, Stage, id, lamp, rating, solved};

#[actix_web::test]
async fn a_merged_requests_reporter_goes_along_and_rates_for_themselves() {
    let stage = Stage::new().await;
    let kept = stage.begun().await;
    let neighbour = stage.app.actor(Role::Resident, "S1/C1/E1/B1/D1");
    let twin = id(&neighbour.post(REQUESTS, &lamp(&stage.app)).await.expect(201));
    let body = json!({"into": kept, "note": "同一盏灯"});
    stage.worker.post(&Stage::path(&twin, "merge"), &body).await.problem(403, "forbidden");
    let merged = stage.done(&stage.staff, &twin, "merge", body.clone()).await;
    assert_eq!(
        (&merged["state"], &merged["outcome"], &merged["merged_into"]),
        (&json!("closed"), &json!("merged"), &json!(kept))
    );
    assert_eq!(stage.timeline(&stage.resident, &kept).await.last().map(String::as_str), Some("joined"));
    stage.app.drain().await;
    let before = stage.inbox(&neighbour).await.len();
    stage.done(&stage.lamp_man, &kept, "answer", solved()).await;
    stage.app.drain().await;
    let inbox = stage.inbox(&neighbour).await;
    assert_eq!((inbox.len(), inbox.last().map(String::as_str)), (before + 1, Some("request_moved")), "{inbox:?}");
    // Neither sees the other's private request; the one who joined is heard all the same.
    neighbour.get(&format!("{REQUESTS}/{kept}")).await.problem(404, "not_found");
    neighbour.post(&Stage::path(&kept, "join/rating"), &rating(true, 5)).await.expect(204);
    stage.staff.post(&Stage::path(&twin, "merge"), &body).await.problem(409, "move_not_allowed");
    neighbour.post(&Stage::path(&twin, "reopen"), &json!({"reason": "不是同一盏"})).await.problem(409, "reopen_refused");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_merge_is_taken_back_within_a_week_and_gives_no_time() {
    let stage = Stage::new().await;
    let (kept, twin) = (stage.queued().await, stage.dispatched().await);
    let due = stage.staff.get(&format!("{REQUESTS}/{twin}")).await.expect(200)["resolve_by"].clone();
    stage.done(&stage.staff, &twin, "merge", json!({"into": kept})).await;
    stage.app.move_clock(Duration::days(2));
    let alone = stage.done(&stage.staff, &twin, "unmerge", json!({"reason": "是另一盏灯"})).await;
    assert_eq!((&alone["state"], &alone["desk"], &alone["merged_into"]), (&json!("accepted"), &json!("community"), &json!(null)));
    assert_eq!(alone["resolve_by"], due);
    assert_eq!(stage.timeline(&stage.resident, &twin).await.last().map(String::as_str), Some("unmerged"));
    stage.done(&stage.staff, &twin, "dispatch", json!({"organization": stage.lamps})).await;
    stage.done(&stage.staff, &twin, "merge", json!({"into": kept})).await;
    stage.app.move_clock(Duration::days(8));
    stage.staff.post(&Stage::path(&twin, "unmerge"), &json!({"reason": "晚了"})).await.problem(409, "unmerge_refused");
    stage.assert_sound();
}

#[actix_web::test]
async fn only_two_open_requests_of_one_community_become_one() {
    let stage = Stage::new().await;
    let (one, other) = (stage.queued().await, stage.queued().await);
    let answered = stage.answered().await;
    let merge = async |which: &str, into: &str| stage.staff.post(&Stage::path(which, "merge"), &json!({"into": into})).await;
    merge(&one, &one).await.problem(422, "merge_target");
    merge(&one, &uuid::Uuid::now_v7().to_string()).await.problem(422, "merge_target");
    merge(&answered, &one).await.problem(409, "move_not_allowed");
    merge(&one, &other).await.expect(200);
    merge(&stage.queued().await, &one).await.problem(422, "merge_target");
    merge(&other, &answered).await.problem(409, "merge_has_others");
    stage.staff.post(&Stage::path(&other, "unmerge"), &json!({"reason": "？"})).await.problem(409, "move_not_allowed");
    let closed = stage.answered().await;
    stage.done(&stage.resident, &closed, "rating", rating(true, 5)).await;
    stage.staff.post(&Stage::path(&closed, "unmerge"), &json!({"reason": "？"})).await.problem(409, "unmerge_refused");
    let there = stage.app.actor(Role::CommunityStaff, "S1/C2");
    there.post(&Stage::path(&other, "merge"), &json!({"into": answered})).await.problem(404, "not_found");
    stage.assert_sound();
}
