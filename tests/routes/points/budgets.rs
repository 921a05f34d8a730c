//! Budgets: asked for by one person, approved by another, topped up, emptied, closed.

use people::identity::Role;
use serde_json::json;

use super::{Points, organization};

#[actix_web::test]
async fn a_budget_is_funded_by_another_person_and_shows_what_is_left() {
    let points = Points::start().await;
    let body = points.budget_body("10000");
    let asked = points.asks.post_with_key("/api/v1/points/budgets", "budget-key-1", &body).await;
    let view = asked.expect(201);
    assert_eq!((&view["state"], &view["asked"], &view["left"]), (&json!("requested"), &json!("10000"), &json!("0")));
    let again = points.asks.post_with_key("/api/v1/points/budgets", "budget-key-1", &body).await;
    assert_eq!(again.expect(201)["id"], view["id"]);
    assert_eq!(again.header("idempotency-replayed"), "true");

    let approve = format!("/api/v1/points/budgets/{}/approve", view["id"].as_str().unwrap());
    points.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let approved = points.approves.post_with_key(&approve, "approve-key-1", &json!({})).await.expect(200);
    assert_eq!(
        (&approved["state"], &approved["approved"], &approved["left"]),
        (&json!("approved"), &json!("10000"), &json!("10000"))
    );
    let replay = points.approves.post_with_key(&approve, "approve-key-1", &json!({})).await;
    assert_eq!((replay.status, replay.header("idempotency-replayed")), (200, "true"));
    points.approves.post(&approve, &json!({})).await.problem(409, "state_conflict");

    let auditor = points.app.actor(Role::Auditor, "S1/C1");
    let list = auditor.get("/api/v1/points/budgets").await.expect(200);
    assert_eq!(list["items"][0]["left"], "10000");
    points.audit();
}

#[actix_web::test]
async fn other_communities_and_sponsors_have_no_say() {
    let points = Points::start().await;
    let view = points.asks.post("/api/v1/points/budgets", &points.budget_body("10")).await.expect(201);
    let path = format!("/api/v1/points/budgets/{}", view["id"].as_str().unwrap());
    let elsewhere = points.app.actor(Role::CommunityStaff, "S1/C2");
    elsewhere.get(&path).await.problem(404, "not_found");
    elsewhere.post(&format!("{path}/approve"), &json!({})).await.problem(404, "not_found");
    points.app.resident().get(&path).await.problem(403, "forbidden");
    elsewhere.post("/api/v1/points/budgets", &points.budget_body("10")).await.problem(404, "not_found");

    let sponsor = organization(&points.app);
    let mut body = points.budget_body("10");
    body["sponsor_unit"] = json!(null);
    body["sponsor_organization"] = json!(sponsor);
    let view = points.asks.post("/api/v1/points/budgets", &body).await.expect(201);
    let insider = points.app.staff();
    points.app.grant(&insider, Role::OrganizationContact, None, Some(sponsor));
    let approve = format!("/api/v1/points/budgets/{}/approve", view["id"].as_str().unwrap());
    insider.post(&approve, &json!({})).await.problem(403, "own_interest");
    points.app.street().post(&approve, &json!({})).await.expect(200);
    points.audit();
}

#[actix_web::test]
async fn a_budget_is_topped_up_emptied_and_closed_by_two_persons() {
    let points = Points::start().await;
    let id = points.budget("100").await;
    let path = format!("/api/v1/points/budgets/{id}");
    let change =
        |view: &serde_json::Value| view["changes"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();

    let asked = points.asks.post(&format!("{path}/top-ups"), &json!({"amount": "50.5"})).await.expect(201);
    assert_eq!(asked["left"], "100", "nothing is posted before the approval");
    let approve = format!("/api/v1/points/budget-changes/{}/approve", change(&asked));
    points.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    assert_eq!(points.approves.post(&approve, &json!({})).await.expect(200)["left"], "150.5");

    let breakage = points.asks.post(&format!("{path}/top-ups"), &json!({"amount": "1", "source": "breakage"})).await.expect(201);
    let approve = format!("/api/v1/points/budget-changes/{}/approve", change(&breakage));
    points.approves.post(&approve, &json!({})).await.problem(409, "insufficient_points");
    let refuse = format!("/api/v1/points/budget-changes/{}/refuse", change(&breakage));
    points.approves.post(&refuse, &json!({})).await.expect(200);

    points.asks.post(&format!("{path}/close"), &json!({})).await.problem(409, "budget_not_empty");
    let asked = points.asks.post(&format!("{path}/unfundings"), &json!({"amount": "150.5"})).await.expect(201);
    let approve = format!("/api/v1/points/budget-changes/{}/approve", change(&asked));
    let emptied = points.approves.post(&approve, &json!({})).await.expect(200);
    assert_eq!((&emptied["left"], &emptied["approved"]), (&json!("0"), &json!("0")));
    assert_eq!(points.asks.post(&format!("{path}/close"), &json!({})).await.expect(200)["state"], "closed");
    points.asks.post(&format!("{path}/top-ups"), &json!({"amount": "1"})).await.problem(409, "budget_not_open");
    points.audit();
}

#[actix_web::test]
async fn bad_budgets_are_refused_with_their_field() {
    let points = Points::start().await;
    for (field, value, pointer) in [
        ("amount", json!("0"), "/amount"),
        ("amount", json!("1.234"), "/amount"),
        ("amount", json!(5), "/amount"),
        ("period_to", json!("2019-12-31"), "/period_to"),
        ("period_from", json!("0001-01-01"), "/period_from"),
        ("sponsor_organization", json!(uuid::Uuid::now_v7()), "/sponsor_unit"),
        ("sponsor_unit", json!(points.app.world.unit("S1/C2")), "/sponsor_unit"),
        ("name", json!(""), "/name"),
        ("state", json!("approved"), "/state"),
    ] {
        let mut body = points.budget_body("10");
        body[field] = value;
        let refused = points.asks.post("/api/v1/points/budgets", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{field}");
    }
    points.asks.get("/api/v1/points/budgets?state=nothing").await.problem(422, "invalid_query");
}

#[actix_web::test]
async fn the_sponsor_of_an_empty_budget_hears_of_it_once_a_day() {
    let points = Points::start().await;
    let sponsor = organization(&points.app);
    let mut body = points.budget_body("10");
    body["sponsor_unit"] = json!(null);
    body["sponsor_organization"] = json!(uuid::Uuid::now_v7());
    points.asks.post("/api/v1/points/budgets", &body).await.problem(422, "invalid_field");
    body["sponsor_organization"] = json!(sponsor);
    let budget = points.asks.post("/api/v1/points/budgets", &body).await.expect(201)["id"].as_str().expect("an id").to_owned();
    points.approves.post(&format!("/api/v1/points/budgets/{budget}/approve"), &json!({})).await.expect(200);
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let contact = points.app.person(None);
    points.app.grant(&contact, people::identity::Role::OrganizationContact, None, Some(sponsor));
    let told = async || {
        let page = contact.get("/api/v1/me/inbox?limit=100").await.expect(200);
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().filter(|item| item["kind"] == "budget_empty").collect::<Vec<_>>()
    };
    let (one, other) = (points.app.resident(), points.app.resident());
    points.emit(&[points.event(one.person, 2)]).await;
    assert_eq!(told().await.len(), 0, "it was enough");
    points.emit(&[points.event(one.person, 1), points.event(other.person, 2)]).await;
    points.app.move_clock(chrono::Duration::hours(1));
    points.app.drain().await;
    let first = told().await;
    assert_eq!(first.len(), 1);
    assert!(first[0].to_string().contains("2 笔奖励共 15 积分"), "{first:?}");
    let to_midnight =
        base::clock::shanghai_midnight(base::clock::shanghai_date(points.now()) + chrono::Days::new(1)) - points.now();
    points.app.move_clock(to_midnight + chrono::Duration::hours(1));
    points.app.drain().await;
    points.app.move_clock(chrono::Duration::hours(2));
    points.app.drain().await;
    assert_eq!(told().await.len(), 2, "once more on the next day, and only once");
    points.audit();
}
