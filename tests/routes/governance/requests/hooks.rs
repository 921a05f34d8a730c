//! Home, export, erasure.

use base::db::Context;
use base::error::ApiError;
use serde_json::json;

use super::{REQUESTS, Stage, lamp};
use crate::support::Actor;

async fn kinds(who: &Actor) -> Vec<String> {
    let home = who.get("/api/v1/me/home").await.expect(200);
    let mut kinds: Vec<String> =
        home["items"].as_array().expect("items").iter().filter_map(|item| item["kind"].as_str().map(str::to_owned)).collect();
    kinds.retain(|kind| kind.starts_with("request"));
    kinds.sort();
    kinds
}

#[actix_web::test]
async fn everybody_finds_at_home_what_waits_for_them() {
    let stage = Stage::new().await;
    stage.queued().await;
    let begun = stage.begun().await;
    stage.answered().await;
    assert_eq!(kinds(&stage.worker).await, ["request_to_handle"]);
    assert_eq!(kinds(&stage.staff).await, ["request_to_handle"]);
    assert_eq!(kinds(&stage.lamp_man).await, ["request_to_handle"]);
    assert!(kinds(&stage.street).await.is_empty());
    assert_eq!(kinds(&stage.resident).await, ["request", "request", "request_to_rate"]);
    stage.done(&stage.lamp_man, &begun, "ask", json!({"text": "哪一盏？"})).await;
    assert!(kinds(&stage.lamp_man).await.is_empty(), "it waits for the resident now");
    assert_eq!(kinds(&stage.resident).await, ["request", "request_to_rate", "request_to_reply"]);
}

#[actix_web::test]
async fn what_an_erased_person_said_privately_goes_and_the_record_stays() {
    let stage = Stage::new().await;
    let mut body = lamp(&stage.app);
    body["place_text"] = json!("三号楼 101 门口");
    let request = super::id(&stage.resident.post(REQUESTS, &body).await.expect(201));
    stage.done(&stage.worker, &request, "accept", json!({})).await;
    stage.done(&stage.worker, &request, "ask", json!({"text": "哪一盏？"})).await;
    stage.done(&stage.resident, &request, "reply", json!({"text": "我家 101 门口那盏"})).await;
    let ring = &stage.app.serving.parts.ring;
    let hook = governance::EXPORT.iter().find(|hook| hook.noun == "requests").expect("a hook");
    let taken = (hook.export)(&mut stage.app.owner(), ring, stage.resident.person).expect("an export");
    assert!(taken.to_string().contains("三号楼门口路灯不亮") && taken.to_string().contains("我家 101"), "{taken}");
    let search = format!("{REQUESTS}?text=路灯");
    let found = |page: serde_json::Value| page["items"].as_array().map_or(0, Vec::len);
    assert_eq!(found(stage.staff.get(&search).await.expect(200)), 1);
    let gas = json!({"text": "楼道里煤气味很浓", "unit": stage.app.world.unit("S1/C1/E1/B1/D1")});
    stage.resident.post(REQUESTS, &gas).await.expect(201);
    let person = stage.resident.person;
    let erase = governance::ERASE.iter().find(|hook| hook.noun == "requests").expect("a hook").erase;
    for _twice in 0..2 {
        let work = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
            erase(&mut tx, person)?;
            Ok(tx.done(())?)
        };
        stage.app.serving.parts.db.transaction(Context::job(), work).await.expect("an erasure");
    }
    let seen = stage.staff.get(&format!("{REQUESTS}/{request}")).await.expect(200).to_string();
    let events = stage.staff.get(&Stage::path(&request, "events")).await.expect(200).to_string();
    assert!(!seen.contains("路灯不亮") && !seen.contains("101") && !events.contains("101"), "{seen} {events}");
    assert_eq!(found(stage.staff.get(&search).await.expect(200)), 0, "its words are forgotten");
    let danger = stage.staff.get(&format!("{REQUESTS}?danger=true")).await.expect(200);
    assert_eq!(found(danger), 1, "what it was about for staff is not");
    stage.assert_sound();
}
