//! Hooks: what waits for staff, what a person takes along, and what stays after they left.

use people::identity::Role;
use serde_json::json;

use super::Points;
use crate::routes::people::{login_code, sign_in};

#[actix_web::test]
async fn the_home_screen_shows_what_waits_for_another_person() {
    let points = Points::start().await;
    points.asks.post("/api/v1/points/budgets", &points.budget_body("10")).await.expect(201);
    let kinds = async |actor: &crate::support::Actor| {
        let home = actor.get("/api/v1/me/home").await.expect(200);
        let items = home["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["kind"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert!(!kinds(&points.asks).await.contains(&"budget".to_owned()), "nothing to decide on one's own request");
    assert!(kinds(&points.approves).await.contains(&"budget".to_owned()));
    assert!(!kinds(&points.app.actor(Role::CommunityStaff, "S1/C2")).await.contains(&"budget".to_owned()));
}

#[actix_web::test]
async fn who_leaves_takes_a_statement_along_and_leaves_no_points_behind() {
    let points = Points::start().await;
    let budget = points.budget("12").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let (leaver, _tokens) = sign_in(&points.app, "甲").await;
    points.app.grant(&leaver, Role::Resident, Some(points.app.world.unit("S1/C1/E1/B1/D1")), None);
    let late = points.event(leaver.person, 1);
    points.emit(&[points.event(leaver.person, 2)]).await;
    points.emit(&[points.event(leaver.person, 1)]).await;
    let wallet = points.wallet(&leaver).await;
    assert_eq!((&wallet["available"], &wallet["waiting"]), (&json!("10"), &json!("5")));
    let export = leaver.get("/api/v1/me/export").await;
    assert!(export.text.contains("\"available\":\"10\""), "{}", export.text);

    let code = login_code(&points.app, "甲").await;
    leaver.post("/api/v1/me/close", &json!({"code": code})).await.expect(204);
    points.app.drain().await;
    let liability = points.asks.get("/api/v1/points/liability").await.expect(200);
    assert_eq!((&liability["persons"], &liability["issued"], &liability["budgets"]), (&json!("0"), &json!("2"), &json!("2")));
    let waiting = points.asks.get("/api/v1/points/awards/waiting").await.expect(200);
    assert!(waiting["items"].as_array().unwrap().is_empty());
    points.emit(&[late]).await;
    assert_eq!(points.asks.get("/api/v1/points/liability").await.expect(200)["persons"], "0", "nothing is posted to who left");
    points.audit();
}
