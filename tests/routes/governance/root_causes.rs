//! Root-cause cases over HTTP: requests of one cause, a plan, an end with a note, and whether it came back.

use chrono::Duration;
use people::identity::Role;
use serde_json::{Value, json};

use super::requests::{REQUESTS, duty, handler_of, id, lamp, unit_at};
use crate::support::{Actor, TestApp};

const CAUSES: &str = "/api/v1/governance/root-causes";

async fn lamps(app: &TestApp, by: &Actor, count: usize) -> Vec<String> {
    let mut body = lamp(app);
    body["category"] = json!("A01-01");
    let mut filed = Vec::new();
    for _ in 0..count {
        filed.push(id(&by.post(REQUESTS, &body).await.expect(201)));
    }
    filed
}

fn day(app: &TestApp, ahead: i64) -> Value {
    let now = base::db::now(&mut app.owner()).expect("the product's clock");
    json!(base::clock::shanghai_date(now + Duration::days(ahead)))
}

#[actix_web::test]
async fn a_cause_is_planned_removed_and_counted_and_its_reporters_are_told() {
    let app = TestApp::start().await;
    let (staff, resident) = (app.staff(), app.resident());
    let unit = unit_at(&app, "S1", "路灯管理所");
    duty(&app, "S1/C1", "A01-01", Some(unit), &[], json!([]));
    let filed = lamps(&app, &resident, 3).await;
    let new = json!({"community": app.world.unit("S1/C1"), "title": "路灯线路老化", "cause": "一九九八年的线路", "requests": filed[..2]});
    let cause = staff.post(CAUSES, &new).await.expect(201);
    assert_eq!((&cause["state"], &cause["requests"]), (&json!("open"), &json!(2)));
    let path = |verb: &str| format!("{CAUSES}/{}{verb}", id(&cause));
    // One belongs to one open case.
    let twice = json!({"community": app.world.unit("S1/C1"), "title": "又一个", "cause": "同样", "requests": filed[..1]});
    staff.post(CAUSES, &twice).await.problem(422, "root_cause_requests");
    assert_eq!(staff.post(&path("/requests"), &json!({"requests": filed[2..]})).await.expect(200)["requests"], 3);
    assert_eq!(staff.post(&path("/requests/remove"), &json!({"requests": filed[2..]})).await.expect(200)["requests"], 2);
    staff.post(&path("/close"), &json!({"note": "没有计划"})).await.problem(409, "state_conflict");
    let plan = json!({"owner": unit, "measure": "更换整条线路", "due_on": day(&app, 20)});
    let mut late = plan.clone();
    late["due_on"] = day(&app, 0);
    staff.post(&path("/plan"), &late).await.problem(422, "root_cause_due");
    let planned = staff.post(&path("/plan"), &plan).await.expect(200);
    assert_eq!((&planned["state"], &planned["owner_name"]), (&json!("planned"), &json!("路灯管理所")));
    let handler = handler_of(&app, unit);
    assert_eq!(handler.get(&path("")).await.expect(200)["measure"], "更换整条线路");
    handler.get(&path("/requests")).await.problem(403, "forbidden");
    staff.post(&path("/close"), &json!({})).await.problem(422, "invalid_field");
    let closed = staff.post(&path("/close"), &json!({"note": "线路已全部更换"})).await.expect(200);
    assert_eq!((&closed["state"], &closed["recurrence"]), (&json!("closed"), &Value::Null));
    let told = resident.get("/api/v1/me/inbox?limit=100").await.expect(200);
    let told: Vec<&Value> =
        told["items"].as_array().expect("items").iter().filter(|one| one["kind"] == "root_cause_news").collect();
    assert_eq!(told.len(), 2, "once for the plan, once for the end, however many requests");
    app.move_clock(Duration::hours(30));
    lamps(&app, &resident, 1).await;
    app.move_clock(Duration::days(1));
    let later = staff.get(&path("")).await.expect(200);
    assert_eq!((&later["recurrence"]["days"], &later["recurrence"]["before"]), (&json!(2), &json!(3)), "{later}");
    assert_eq!(later["recurrence"]["after"], 1, "{later}");
}

#[actix_web::test]
async fn a_case_is_its_communitys() {
    let app = TestApp::start().await;
    let (staff, resident) = (app.staff(), app.resident());
    duty(&app, "S1/C1", "A01-01", None, &[], json!([]));
    let filed = lamps(&app, &resident, 1).await;
    let new =
        |community: &str| json!({"community": app.world.unit(community), "title": "路灯", "cause": "线路", "requests": filed});
    staff.post(CAUSES, &new("S1/C2")).await.problem(404, "not_found");
    let there = app.actor(Role::CommunityStaff, "S1/C2");
    there.post(CAUSES, &new("S1/C2")).await.problem(422, "root_cause_requests");
    let cause = staff.post(CAUSES, &new("S1/C1")).await.expect(201);
    let path = format!("{CAUSES}/{}", id(&cause));
    there.get(&path).await.problem(404, "not_found");
    there.post(&format!("{path}/drop"), &json!({"note": "？"})).await.problem(404, "not_found");
    assert_eq!(there.get(CAUSES).await.expect(200)["items"], json!([]));
    assert_eq!(app.street().get(CAUSES).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    staff.post(&format!("{path}/drop"), &json!({"note": "原因不同"})).await.expect(200);
    // What belonged to it is free again.
    staff.post(CAUSES, &new("S1/C1")).await.expect(201);
}
