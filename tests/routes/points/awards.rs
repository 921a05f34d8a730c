//! Awards: from the event to the wallet, with caps, waiting, why-chain, contributions and reversal.

use people::identity::Role;
use points::{Beneficiary, EventKind};
use serde_json::{Value, json};

use super::{Points, organization};
use crate::support::Actor;

#[actix_web::test]
async fn an_event_becomes_points_once_and_every_point_says_why() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    let rule = points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = points.app.resident();
    let event = points.event(resident.person, 3);
    points.emit(&[event.clone(), event.clone()]).await;
    points.emit(std::slice::from_ref(&event)).await;

    let wallet = points.wallet(&resident).await;
    assert_eq!((&wallet["available"], &wallet["waiting"]), (&json!("15"), &json!("0")));
    let awards = points.awards(&resident).await;
    assert_eq!(awards.len(), 1);
    let path = format!("/api/v1/points/awards/{}", awards[0]["id"].as_str().unwrap());
    let why = resident.get(&path).await.expect(200);
    assert_eq!(why["event"]["evidence"], json!(event.evidence.id));
    assert_eq!((&why["rule"]["id"], &why["rule"]["version"]), (&json!(rule), &json!("volunteer_hours@1")));
    assert_eq!(why["approvers"].as_array().unwrap().len(), 2);
    assert_eq!(why["budget"]["id"], json!(budget));
    assert_eq!(why["posting"]["amount"], "15");

    points.app.resident().get(&path).await.problem(404, "not_found");
    points.app.actor(Role::CommunityStaff, "S1/C2").get(&path).await.problem(404, "not_found");
    points.asks.get(&path).await.expect(200);
    points.audit();
}

#[actix_web::test]
async fn the_days_cap_cuts_and_then_stops_and_the_next_day_begins_anew() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = points.app.resident();
    points.emit(&[points.event(resident.person, 3), points.event(resident.person, 3), points.event(resident.person, 1)]).await;
    let awards = points.awards(&resident).await;
    let mut seen: Vec<_> =
        awards.iter().map(|award| (award["state"].as_str().unwrap(), award["amount"].as_str().unwrap())).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("capped_out", "0"), ("posted", "15"), ("posted", "5")]);
    points.app.move_clock(chrono::Duration::hours(24));
    points.emit(&[points.event(resident.person, 4)]).await;
    assert_eq!(points.wallet(&resident).await["available"], "40");
    points.audit();
}

#[actix_web::test]
async fn many_events_of_one_person_at_once_never_pass_the_cap() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = points.app.resident();
    let db = points.app.serving.parts.db.clone();
    for event in (0..24).map(|_| points.event(resident.person, 1)) {
        db.transaction(base::db::Context::operator(), move |mut tx| {
            points::emit(&mut tx, &event)?;
            tx.done(())
        })
        .await
        .expect("an event");
    }
    // Four workers take them at the same time.
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (db, kinds) = (db.clone(), std::sync::Arc::clone(&points.app.serving.jobs));
            std::thread::spawn(move || base::jobs::drain(&db, &kinds).expect("jobs run"))
        })
        .collect();
    for worker in workers {
        worker.join().expect("a worker");
    }
    points.app.drain().await;
    let page = resident.get("/api/v1/points/awards?limit=100").await.expect(200);
    let of = |state: &str| page["items"].as_array().unwrap().iter().filter(|award| award["state"] == state).count();
    assert_eq!((of("posted"), of("capped_out")), (4, 20));
    assert_eq!(points.wallet(&resident).await["available"], "20");
    points.audit();
}

#[actix_web::test]
async fn an_award_waits_visibly_for_its_budget_and_posts_when_it_is_topped_up() {
    let points = Points::start().await;
    let budget = points.budget("12").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let (first, second) = (points.app.resident(), points.app.resident());
    points.emit(&[points.event(first.person, 2)]).await;
    points.emit(&[points.event(second.person, 2)]).await;
    assert_eq!(points.wallet(&first).await["available"], "10");
    let wallet = points.wallet(&second).await;
    assert_eq!((&wallet["available"], &wallet["waiting"]), (&json!("0"), &json!("10")));
    assert_eq!(points.awards(&second).await[0]["state"], "waiting");
    let waiting = points.asks.get("/api/v1/points/awards/waiting").await.expect(200);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    let elsewhere = points.app.actor(Role::CommunityStaff, "S1/C2").get("/api/v1/points/awards/waiting").await.expect(200);
    assert!(elsewhere["items"].as_array().unwrap().is_empty());
    points.audit();

    let path = format!("/api/v1/points/budgets/{budget}/top-ups");
    let asked = points.asks.post(&path, &json!({"amount": "100"})).await.expect(201);
    let change = asked["changes"][1]["id"].as_str().unwrap();
    points.approves.post(&format!("/api/v1/points/budget-changes/{change}/approve"), &json!({})).await.expect(200);
    points.app.drain().await;
    let wallet = points.wallet(&second).await;
    assert_eq!((&wallet["available"], &wallet["waiting"]), (&json!("10"), &json!("0")));
    points.audit();
}

#[actix_web::test]
async fn nobody_confirms_their_own_award() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    points.emit(&[points.event(points.asks.person, 2)]).await;
    let award = &points.awards(&points.asks).await[0];
    assert_eq!((&award["state"], &award["reason"]), (&json!("refused"), &json!("own_interest")));
    assert_eq!(points.wallet(&points.asks).await["available"], "0");
    points.audit();
}

#[actix_web::test]
async fn an_organizations_contribution_is_confirmed_by_a_second_person_and_fills_its_wallet() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    let terms = json!({"name": "商户贡献", "budget": budget, "amount_per_unit": "8", "valid_from": "2020-01-01"});
    points.rule("merchant_contribution", &terms).await;
    let shop = organization(&points.app);
    let owner = points.app.person(None);
    points.app.grant(&owner, Role::MerchantOwner, None, Some(shop));
    let body = json!({
        "community": points.community, "organization": shop, "quantity": 3, "evidence": "为老人免费理发三次",
        "occurred_at": points.now(),
    });
    let entered = points.asks.post("/api/v1/points/contributions", &body).await.expect(201);
    let approve = format!("/api/v1/points/contributions/{}/approve", entered["id"].as_str().unwrap());
    points.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let insider = points.app.staff();
    points.app.grant(&insider, Role::OrganizationContact, None, Some(shop));
    insider.post(&approve, &json!({})).await.problem(403, "own_interest");
    points.approves.post(&approve, &json!({})).await.expect(200);
    points.app.drain().await;

    let wallets = owner.get(&format!("/api/v1/points/organizations/{shop}/wallet")).await.expect(200);
    assert_eq!(wallets[0]["available"], "24");
    let statement = owner.get(&format!("/api/v1/points/organizations/{shop}/statement")).await.expect(200);
    assert_eq!(statement["items"][0]["amount"], "24");
    owner.get(&format!("/api/v1/points/organizations/{}/wallet", organization(&points.app))).await.problem(404, "not_found");
    points.audit();
}

/// A resident with an award of ten, the path that asks for it back, and what was answered to the first who asked.
async fn asked_back(points: &Points, budget: &str) -> (Actor, String, Value) {
    points.rule("volunteer_hours", &Points::terms(budget)).await;
    let resident = points.app.resident();
    points.emit(&[points.event(resident.person, 2)]).await;
    let award = points.awards(&resident).await[0].clone();
    let path = format!("/api/v1/points/transactions/{}/reverse", award["transaction"].as_str().unwrap());
    let asked = points.asks.post(&path, &json!({"reason": "重复登记"})).await.expect(201);
    (resident, path, asked)
}

#[actix_web::test]
async fn nothing_comes_back_to_a_closed_budget() {
    let points = Points::start().await;
    let budget = points.budget("10").await;
    let (resident, _path, asked) = asked_back(&points, &budget).await;
    let reversal = format!("/api/v1/points/reversals/{}", asked["id"].as_str().unwrap());
    assert_eq!(points.asks.get(&reversal).await.expect(200)["state"], "requested");
    points.app.actor(people::identity::Role::CommunityStaff, "S1/C2").get(&reversal).await.problem(404, "not_found");
    points.asks.post(&format!("/api/v1/points/budgets/{budget}/close"), &json!({})).await.expect(200);
    points.approves.post(&format!("{reversal}/approve"), &json!({})).await.problem(409, "budget_not_open");
    assert_eq!(points.wallet(&resident).await["available"], "10");
    points.audit();
}

#[actix_web::test]
async fn an_award_is_taken_back_by_two_persons_and_marked() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    let (resident, path, asked) = asked_back(&points, &budget).await;
    points.approves.post(&path, &json!({"reason": "再来一次"})).await.problem(409, "already_exists");
    let approve = format!("/api/v1/points/reversals/{}/approve", asked["id"].as_str().unwrap());
    points.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let reversed = points.approves.post(&approve, &json!({})).await.expect(200);
    assert_eq!((&reversed["recovered"], &reversed["not_recovered"]), (&json!("10"), &json!("0")));
    assert_eq!(points.awards(&resident).await[0]["state"], "reversed");
    assert_eq!(points.wallet(&resident).await["available"], "0");
    let budget = points.asks.get(&format!("/api/v1/points/budgets/{budget}")).await.expect(200);
    assert_eq!(budget["left"], "100");
    points.asks.post(&path, &json!({"reason": "又一次"})).await.problem(409, "already_reversed");
    points.audit();
}

#[actix_web::test]
async fn a_kind_without_rule_and_a_budget_that_is_over_give_nothing() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = points.app.resident();
    let mut other = points.event(resident.person, 1);
    other.kind = EventKind::Training;
    points.emit(&[other]).await;
    assert_eq!(points.awards(&resident).await[0]["state"], "no_rule");

    let mut past = points.budget_body("50");
    past["period_to"] = json!("2020-12-31");
    let view = points.asks.post("/api/v1/points/budgets", &past).await.expect(201);
    let over = view["id"].as_str().unwrap();
    points.approves.post(&format!("/api/v1/points/budgets/{over}/approve"), &json!({})).await.expect(200);
    let mut event = points.event(resident.person, 1);
    event.budget = over.parse().ok().map(points::budgets::BudgetId);
    event.beneficiary = Beneficiary::Person(resident.person);
    points.emit(&[event]).await;
    let award = &points.awards(&resident).await[0];
    assert_eq!((&award["state"], &award["reason"]), (&json!("refused"), &json!("budget_over")));
    points.audit();
}
