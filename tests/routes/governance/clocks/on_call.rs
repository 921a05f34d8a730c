//! Danger by night: the person on call, after 15 minutes the deputy, after 15 more the street.

use people::identity::Role;
use serde_json::json;

use super::{GOVERNANCE, clock, count, duty, events, file, find, handler, id, local, move_to, unit};
use crate::support::{Actor, TestApp};

fn called(app: &TestApp, who: &Actor) -> i64 {
    count(app, &format!("SELECT 1 FROM notifications WHERE person_id = '{}' AND kind = 'request_on_call'", who.person))
}

#[actix_web::test]
async fn the_roster_is_called_in_turn_by_the_clock_on_the_wall() {
    let app = TestApp::start().await;
    let (gas, first) = unit(&app, "S1/C1", "燃气公司");
    let (second, idle, street) = (handler(&app, gas), handler(&app, gas), app.street());
    duty(&app, "S1/C1", "A01-01", "danger_2h", Some(gas));
    let turn = json!({"organization": gas, "person": first.person, "deputy": second.person,
        "starts_at": local("2026-12-05T00:00:00"), "ends_at": local("2026-12-06T00:00:00")});
    first.post(&format!("{GOVERNANCE}/on-call"), &turn).await.expect(201);
    move_to(&app, "2026-12-05T02:00:00");
    let resident = app.resident();
    let request = id(&file(&app, &resident, Some("A01-01")).await);
    app.drain().await;
    assert_eq!([&first, &second, &street, &idle].map(|who| called(&app, who)), [1, 0, 0, 0]);
    move_to(&app, "2026-12-05T02:15:30");
    app.drain().await;
    app.drain().await;
    assert_eq!([&first, &second, &street, &idle].map(|who| called(&app, who)), [1, 1, 0, 0]);
    move_to(&app, "2026-12-05T02:31:30");
    app.drain().await;
    assert_eq!([&first, &second, &street, &idle].map(|who| called(&app, who)), [1, 1, 1, 0]);
    assert_eq!(events(&resident, &request).await, ["filed", "dispatched", "on_call", "on_call", "on_call"]);
    assert_eq!(clock(&find(&resident, &request).await, "on_call")["step"], 3);
}

#[actix_web::test]
async fn without_a_roster_everybody_at_the_desk_is_called() {
    let app = TestApp::start().await;
    let (gas, first) = unit(&app, "S1/C1", "燃气公司");
    let second = handler(&app, gas);
    duty(&app, "S1/C1", "A01-01", "danger_2h", Some(gas));
    file(&app, &app.resident(), Some("A01-01")).await;
    app.drain().await;
    assert_eq!([called(&app, &first), called(&app, &second)], [1, 1]);
}

#[actix_web::test]
async fn a_roster_takes_its_own_people_only_and_no_two_at_a_time() {
    let app = TestApp::start().await;
    let (gas, first) = unit(&app, "S1/C1", "燃气公司");
    let (water, stranger) = unit(&app, "S1/C1", "自来水公司");
    let (staff, worker) = (app.staff(), app.grid_worker());
    let path = format!("{GOVERNANCE}/on-call");
    let from = local("2026-12-05T00:00:00");
    let turn = |organization: serde_json::Value, community: serde_json::Value, person: &Actor, hours: i64| {
        json!({"organization": organization, "community": community, "person": person.person, "starts_at": from,
            "ends_at": from + chrono::Duration::hours(hours)})
    };
    let none = serde_json::Value::Null;
    let community = json!(app.world.unit("S1/C1"));
    first.post(&path, &turn(json!(gas), none.clone(), &stranger, 8)).await.problem(422, "on_call_wrong_person");
    first.post(&path, &turn(json!(water), none.clone(), &stranger, 8)).await.problem(404, "not_found");
    first.post(&path, &turn(json!(gas), none.clone(), &first, 0)).await.problem(422, "invalid_field");
    first.post(&path, &turn(json!(gas), community.clone(), &first, 8)).await.problem(422, "invalid_field");
    app.actor(Role::CommunityStaff, "S1/C2")
        .post(&path, &turn(none.clone(), community.clone(), &worker, 8))
        .await
        .problem(404, "not_found");
    let made = first.post(&path, &turn(json!(gas), none.clone(), &first, 8)).await.expect(201);
    staff.post(&path, &turn(json!(gas), none.clone(), &first, 4)).await.problem(409, "on_call_overlap");
    staff.post(&path, &turn(none.clone(), community, &worker, 8)).await.expect(201);
    let seen = |page: serde_json::Value| page["items"].as_array().map(Vec::len);
    assert_eq!(seen(first.get(&path).await.expect(200)), Some(1));
    assert_eq!(seen(staff.get(&path).await.expect(200)), Some(1));
    assert_eq!(seen(staff.get(&format!("{path}?organization={gas}")).await.expect(200)), Some(1));
    assert_eq!(seen(stranger.get(&path).await.expect(200)), Some(0));
    stranger.get(&format!("{path}?organization={gas}")).await.problem(404, "not_found");
    let turn_path = format!("{path}/{}", id(&made));
    stranger.delete(&turn_path).await.problem(404, "not_found");
    first.delete(&turn_path).await.expect(200);
    first.delete(&turn_path).await.expect(200);
    assert_eq!(seen(first.get(&path).await.expect(200)), Some(0));
    assert_eq!(count(&app, "SELECT 1 FROM audit_entries WHERE action = 'on_call_end'"), 1);
}
