//! Wallet, statement, liability, gifts and donations, expiry.

use people::identity::Role;
use serde_json::{Value, json};

use super::Points;
use crate::support::Actor;

async fn with_points(points: &Points, half_hours: i32) -> Actor {
    let resident = points.app.resident();
    points.emit(&[points.event(resident.person, half_hours)]).await;
    resident
}

#[actix_web::test]
async fn budget_liability_wallet_and_statement_agree() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = with_points(&points, 3).await;
    let donated = json!({"community": points.community, "amount": "4.5"});
    resident.post("/api/v1/points/donations", &donated).await.expect(201);

    let wallet = resident.get("/api/v1/points/wallet").await.expect(200);
    assert_eq!(wallet["available"], "10.5");
    assert_eq!(wallet["expiring"].as_array().unwrap().len(), 1);
    let statement = resident.get("/api/v1/points/statement").await.expect(200);
    let amounts: Vec<&Value> = statement["items"].as_array().unwrap().iter().map(|line| &line["amount"]).collect();
    assert_eq!(amounts, ["-4.5", "15"]);
    let award = &statement["items"][1];
    resident.get(award["why"].as_str().unwrap()).await.expect(200);
    let page = resident.get("/api/v1/points/statement?limit=1").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let second = resident.get(&format!("/api/v1/points/statement?limit=1&cursor={next}")).await.expect(200);
    assert_eq!(second["items"][0]["sequence"], award["sequence"]);

    let liability =
        points.app.person(None).get(&format!("/api/v1/points/liability?community={}", points.community)).await.expect(200);
    let figure = |name: &str| liability[name].as_str().unwrap().parse::<base::money::Points>().unwrap().hundredths();
    assert_eq!((figure("issued"), figure("budgets"), figure("persons"), figure("pools")), (100_000, 98_500, 1_050, 450));
    assert_eq!(figure("held") + figure("merchants") + figure("expired") + figure("organizations"), 0);
    let left = points.asks.get(&format!("/api/v1/points/budgets/{budget}")).await.expect(200);
    assert_eq!(left["left"], liability["budgets"]);

    let csv = resident.get("/api/v1/points/statement.csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 3);
    points.audit();
}

#[actix_web::test]
async fn the_wallet_is_ones_own_and_of_a_community() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = with_points(&points, 2).await;
    let other = points.app.world.unit("S1/C2");
    assert_eq!(resident.get(&format!("/api/v1/points/wallet?community={other}")).await.expect(200)["available"], "0");
    assert_eq!(points.app.resident().get("/api/v1/points/wallet").await.expect(200)["available"], "0");
    points.app.person(None).get("/api/v1/points/wallet").await.problem(422, "community_required");
    points.app.anonymous().get("/api/v1/points/wallet").await.problem(401, "unauthorized");
    resident.get("/api/v1/points/wallet?person=x").await.problem(422, "invalid_query");
}

#[actix_web::test]
async fn donations_stop_at_the_months_cap_and_gifts_at_the_households_door() {
    let points = Points::start().await;
    let budget = points.budget("100000").await;
    let terms = json!({"name": "大额", "budget": budget, "amount_per_unit": "3000", "valid_from": "2020-01-01"});
    points.rule("volunteer_hours", &terms).await;
    let resident = with_points(&points, 1).await;
    let donate = |amount: &str| json!({"community": points.community, "amount": amount});
    resident.post("/api/v1/points/donations", &donate("1999")).await.expect(201);
    resident.post("/api/v1/points/donations", &donate("2")).await.problem(409, "transfer_cap_reached");
    resident.post("/api/v1/points/donations", &donate("1")).await.expect(201);
    resident.post("/api/v1/points/donations", &donate("0")).await.problem(422, "invalid_field");
    points.app.move_clock(chrono::Duration::days(31));
    resident.post("/api/v1/points/donations", &donate("1000.01")).await.problem(409, "insufficient_points");
    resident.post("/api/v1/points/donations", &donate("1000")).await.expect(201);

    let stranger = points.app.resident();
    let gift = json!({"community": points.community, "person": stranger.person, "amount": "1"});
    resident.post("/api/v1/points/gifts", &gift).await.problem(403, "gift_outside_household");
    let oneself = json!({"community": points.community, "person": resident.person, "amount": "1"});
    resident.post("/api/v1/points/gifts", &oneself).await.problem(403, "gift_outside_household");
    points.app.actor(Role::Auditor, "S1/C1").post("/api/v1/points/gifts", &gift).await.problem(403, "forbidden");
    points.audit();
}

#[actix_web::test]
async fn points_end_on_their_last_day_with_or_without_the_sweep_and_can_be_used_again_by_decision() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    let mut terms = Points::terms(&budget);
    terms["validity_months"] = json!(1);
    points.rule("volunteer_hours", &terms).await;
    let resident = with_points(&points, 2).await;
    let wallet = points.wallet(&resident).await;
    let last: chrono::NaiveDate = wallet["expiring"][0]["expires_on"].as_str().unwrap().parse().unwrap();
    let after = base::clock::shanghai_midnight(last.succ_opt().unwrap()) - points.now() + chrono::Duration::minutes(1);
    points.app.move_clock(after - chrono::Duration::hours(2));
    assert_eq!(points.wallet(&resident).await["available"], "10", "on the last day itself they are there");
    points.app.move_clock(chrono::Duration::hours(2));
    assert_eq!(points.wallet(&resident).await["available"], "0", "before the sweep ran");

    points.app.drain().await;
    points.app.drain().await;
    let statement = resident.get("/api/v1/points/statement").await.expect(200);
    assert_eq!((&statement["items"][0]["kind"], &statement["items"][0]["amount"]), (&json!("expire"), &json!("-10")));
    assert_eq!(statement["items"].as_array().unwrap().len(), 2);
    let liability = resident.get("/api/v1/points/liability").await.expect(200);
    assert_eq!((&liability["expired"], &liability["persons"]), (&json!("10"), &json!("0")));

    let path = format!("/api/v1/points/budgets/{budget}/top-ups");
    let asked = points.asks.post(&path, &json!({"amount": "10", "source": "breakage"})).await.expect(201);
    let change = asked["changes"][1]["id"].as_str().unwrap();
    points.approves.post(&format!("/api/v1/points/budget-changes/{change}/approve"), &json!({})).await.expect(200);
    let liability = resident.get("/api/v1/points/liability").await.expect(200);
    assert_eq!((&liability["expired"], &liability["budgets"]), (&json!("0"), &json!("100")));
    points.audit();
}
