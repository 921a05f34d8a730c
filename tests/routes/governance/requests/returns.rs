//! Giving back: by naming a unit or a reason, twice at most, then the street decides. And the community's own queue.

use people::identity::Role;
use serde_json::json;

use super::{REQUESTS, Stage, handler_of, id, lamp, unit_at};

#[actix_web::test]
async fn a_return_names_a_unit_or_a_reason_and_the_second_goes_to_the_street() {
    let stage = Stage::new().await;
    let elsewhere = unit_at(&stage.app, "S1/C2", "外社区单位");
    let request = stage.dispatched().await;
    let path = Stage::path(&request, "return");
    stage.lamp_man.post(&path, &json!({})).await.problem(422, "return_needs");
    stage.lamp_man.post(&path, &json!({"to": stage.lamps})).await.problem(422, "return_needs");
    stage.lamp_man.post(&path, &json!({"to": elsewhere})).await.problem(422, "unit_unknown");
    stage.lamp_man.post(&path, &json!({"to": uuid::Uuid::now_v7()})).await.problem(422, "unit_unknown");
    stage.road_man.post(&path, &json!({"reason": "not_our_duty"})).await.problem(403, "not_your_desk");
    let given = stage.done(&stage.lamp_man, &request, "return", json!({"to": stage.roads, "note": "道路照明归养护队"})).await;
    assert_eq!((&given["state"], &given["organization"]), (&json!("dispatched"), &json!(stage.roads)));
    stage.lamp_man.get(&format!("{REQUESTS}/{request}")).await.problem(404, "not_found");

    let back = stage.done(&stage.road_man, &request, "return", json!({"reason": "not_our_area"})).await;
    assert_eq!((&back["state"], &back["desk"]), (&json!("returned"), &json!("street")));
    stage.staff.post(&Stage::path(&request, "accept"), &json!({})).await.problem(409, "arbitration_waits");
    stage
        .staff
        .post(&Stage::path(&request, "dispatch"), &json!({"organization": stage.lamps}))
        .await
        .problem(409, "arbitration_waits");
    stage.app.drain().await;
    assert_eq!(stage.inbox(&stage.street).await, ["request_waits"]);
    let decision = json!({"organization": stage.lamps, "reason": "路灯属管理所维护范围"});
    let decided = stage.done(&stage.street, &request, "arbitrate", decision.clone()).await;
    assert_eq!((&decided["state"], &decided["organization"]), (&json!("dispatched"), &json!(stage.lamps)));
    stage.street.post(&Stage::path(&request, "arbitrate"), &decision).await.problem(409, "move_not_allowed");
    stage.lamp_man.post(&path, &json!({"reason": "not_our_duty"})).await.problem(409, "arbitrated");
    let told = ["filed", "dispatched", "returned", "dispatched", "returned", "arbitrated"];
    assert_eq!(stage.timeline(&stage.resident, &request).await, told);
    stage.assert_sound();
}

#[actix_web::test]
async fn the_street_may_say_that_the_community_handles_it_itself() {
    let stage = Stage::new().await;
    let request = stage.dispatched().await;
    stage.done(&stage.lamp_man, &request, "return", json!({"to": stage.roads})).await;
    stage.done(&stage.road_man, &request, "return", json!({"reason": "needs_more"})).await;
    let decided = stage.done(&stage.street, &request, "arbitrate", json!({"reason": "由社区先行处理"})).await;
    assert_eq!((&decided["state"], &decided["desk"]), (&json!("accepted"), &json!("community")));
    stage.done(&stage.staff, &request, "answer", super::solved()).await;
    stage.assert_sound();
}

#[actix_web::test]
async fn the_community_gives_what_waits_in_its_queue_to_a_category_or_a_unit() {
    let stage = Stage::new().await;
    let (one, other) = (stage.queued().await, stage.queued().await);
    let path = Stage::path(&one, "dispatch");
    stage.worker.post(&path, &json!({})).await.problem(422, "unit_unknown");
    stage.worker.post(&path, &json!({"category": "Z99-99"})).await.problem(422, "category_unknown");
    let given = stage.done(&stage.worker, &one, "dispatch", json!({"category": "A01-01"})).await;
    assert_eq!((&given["organization"], &given["category"]), (&json!(stage.lamps), &json!("A01-01")));
    let named = stage.done(&stage.staff, &other, "dispatch", json!({"organization": stage.roads})).await;
    assert_eq!((&named["organization"], &named["category"]), (&json!(stage.roads), &json!(null)));
    stage.done(&stage.road_man, &other, "return", json!({"reason": "not_our_duty"})).await;
    let taken = stage.done(&stage.staff, &other, "accept", json!({})).await;
    assert_eq!((&taken["state"], &taken["desk"]), (&json!("accepted"), &json!("community")));
    stage.assert_sound();
}

#[actix_web::test]
async fn only_whose_desk_it_is_moves_it() {
    let stage = Stage::new().await;
    let request = stage.dispatched().await;
    stage.staff.post(&Stage::path(&request, "accept"), &json!({})).await.problem(403, "not_your_desk");
    let begun = stage.begun().await;
    for (verb, body) in [("answer", super::solved()), ("ask", json!({"text": "哪一盏？"}))] {
        stage.staff.post(&Stage::path(&begun, verb), &body).await.problem(403, "not_your_desk");
        stage.road_man.post(&Stage::path(&begun, verb), &body).await.problem(403, "not_your_desk");
    }
    stage.staff.post(&Stage::path(&begun, "progress"), &json!({"text": "快了"})).await.problem(403, "not_your_desk");
    stage.resident.post(&Stage::path(&begun, "accept"), &json!({})).await.problem(403, "forbidden");
    let far = stage.app.actor(Role::Resident, "S1/C1/E1/B2/D1");
    far.post(&Stage::path(&begun, "withdraw"), &json!({})).await.problem(404, "not_found");
    stage.assert_sound();
}

#[actix_web::test]
async fn other_systems_updates_count_once_and_none_is_lost() {
    use governance::requests::{CaseId, ExternalStatus, Update, external_update};
    let stage = Stage::new().await;
    let request = stage.dispatched().await;
    let case = CaseId(request.parse().expect("an id"));
    let say = async |status: ExternalStatus, external_id: &str| {
        let update = Update {
            status,
            text: "对方系统：处理中".to_owned(),
            by: "lamps-system".to_owned(),
            external_id: external_id.to_owned(),
        };
        let work = move |mut tx: base::db::Tx<'_>| -> Result<_, base::error::ApiError> {
            external_update(&mut tx, case, &update)?;
            Ok(tx.done(())?)
        };
        stage.app.serving.parts.db.transaction(base::db::Context::job(), work).await.expect("an update");
    };
    say(ExternalStatus::InProgress, "u1").await;
    say(ExternalStatus::InProgress, "u1").await;
    say(ExternalStatus::InProgress, "u2").await;
    say(ExternalStatus::Solved, "u3").await;
    say(ExternalStatus::Solved, "u3").await;
    say(ExternalStatus::Noted, "u4").await;
    let seen = stage.timeline(&stage.resident, &request).await;
    assert_eq!(seen, ["filed", "dispatched", "accepted", "external_update", "answered", "external_update"]);
    let view = stage.resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!((&view["state"], &view["outcome"]), (&json!("answered"), &json!("solved")));
    stage.assert_sound();
}

#[actix_web::test]
async fn a_unit_sees_only_what_it_has() {
    let stage = Stage::new().await;
    let other = handler_of(&stage.app, unit_at(&stage.app, "S1/C1", "供水公司"));
    let queued = id(&stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201));
    let given = stage.dispatched().await;
    let ids = async |who: &crate::support::Actor| -> Vec<String> {
        let page = who.get(REQUESTS).await.expect(200);
        page["items"].as_array().expect("items").iter().map(id).collect()
    };
    assert_eq!(ids(&stage.lamp_man).await, std::slice::from_ref(&given));
    assert_eq!(ids(&stage.road_man).await, std::slice::from_ref(&given));
    assert!(ids(&other).await.is_empty());
    for request in [&queued, &given] {
        other.get(&format!("{REQUESTS}/{request}")).await.problem(404, "not_found");
    }
    stage.lamp_man.get(&format!("{REQUESTS}/{queued}")).await.problem(404, "not_found");
}
