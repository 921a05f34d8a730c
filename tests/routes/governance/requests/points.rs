//! "Thank you, 2 points": staff confirm a report, the rule does the rest.

use people::identity::Role;
use serde_json::{Value, json};

use super::{REQUESTS, Stage, id};
use crate::support::Actor;

const POINTS: &str = "/api/v1/points";

/// A budget of 100 and a rule that gives two points for each event of a kind.
async fn two_points_for(stage: &Stage, kind: &str) {
    let community = stage.app.world.unit("S1/C1");
    let second = stage.app.staff();
    let budget = json!({"community": community, "name": "随手报", "sponsor_unit": stage.app.world.unit("S1"),
        "period_from": "2020-01-01", "period_to": "2120-12-31", "amount": "100"});
    let budget = id(&stage.staff.post(&format!("{POINTS}/budgets"), &budget).await.expect(201));
    second.post(&format!("{POINTS}/budgets/{budget}/approve"), &json!({})).await.expect(200);
    let terms = json!({"name": "上报积分", "budget": budget, "amount_per_unit": "2", "valid_from": "2020-01-01"});
    let rule = json!({"community": community, "kind": kind, "terms": terms});
    let rule = id(&stage.staff.post(&format!("{POINTS}/rules"), &rule).await.expect(201));
    second.post(&format!("{POINTS}/rules/{rule}/approve"), &json!({})).await.expect(200);
}

async fn available(stage: &Stage, who: &Actor) -> Value {
    let wallet = format!("{POINTS}/wallet?community={}", stage.app.world.unit("S1/C1"));
    who.get(&wallet).await.expect(200)["available"].clone()
}

#[actix_web::test]
async fn a_couriers_confirmed_report_earns_by_rule_and_once() {
    let stage = Stage::new().await;
    two_points_for(&stage, "courier_report").await;
    let courier = stage.app.actor(Role::NewEmployment, "S1");
    let body = json!({"unit": stage.app.world.unit("S1/C1/E1/B1"), "text": "井盖松动", "category": "A01-01"});
    let request = id(&courier.post(&format!("{REQUESTS}/quick"), &body).await.expect(201));
    stage.lamp_man.post(&Stage::path(&request, "confirm"), &json!({})).await.problem(403, "forbidden");
    stage.done(&stage.worker, &request, "confirm", json!({"note": "现场看过"})).await;
    stage.worker.post(&Stage::path(&request, "confirm"), &json!({})).await.problem(409, "confirmed_already");
    stage.app.drain().await;
    assert_eq!(available(&stage, &courier).await, "2");
    let told = stage.inbox(&courier).await;
    assert!(told.contains(&"request_confirmed".to_owned()), "{told:?}");
    let award = courier.get(&format!("{POINTS}/awards")).await.expect(200)["items"][0].clone();
    let why = courier.get(&format!("{POINTS}/awards/{}", id(&award))).await.expect(200);
    assert_eq!(why["event"]["evidence"], json!(request), "the point says why");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_residents_report_earns_too_but_nobody_confirms_their_own() {
    let stage = Stage::new().await;
    two_points_for(&stage, "confirmed_request").await;
    let request = stage.queued().await;
    stage.done(&stage.staff, &request, "confirm", json!({})).await;
    stage.app.drain().await;
    assert_eq!(available(&stage, &stage.resident).await, "2");
    let body = json!({"unit": stage.app.world.unit("S1/C1/E1/B1"), "text": "墙皮脱落"});
    let own = id(&stage.worker.post(&format!("{REQUESTS}/quick"), &body).await.expect(201));
    stage.worker.post(&Stage::path(&own, "confirm"), &json!({})).await.problem(403, "own_report");
    // Somebody who belongs nowhere yet is thanked, and earns nothing.
    let stranger = stage.app.person(Some("19900000051"));
    let theirs = id(&stranger.post(&format!("{REQUESTS}/quick"), &body).await.expect(201));
    stage.done(&stage.staff, &theirs, "confirm", json!({})).await;
    stage.app.drain().await;
    assert_eq!(stage.count("SELECT FROM award_events"), 1);
    assert!(stage.inbox(&stranger).await.contains(&"request_confirmed".to_owned()));
    stage.assert_sound();
}
