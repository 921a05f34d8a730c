//! Two accounts of one person become one: a managed account and the own one of a later sign-in.

use diesel::prelude::*;
use diesel::{QueryableByName, sql_query};
use ledger::Party;
use serde_json::{Value, json};
use uuid::Uuid;

use super::proxies::managed;
use super::{login_code, sign_in};
use crate::routes::governance::chat::{BASE, group, neighbour, topic};
use crate::routes::governance::requests::{REQUESTS, lamp};
use crate::routes::life::market::{at, give, offer, published, shop};
use crate::routes::points::Points;
use crate::support::{Actor, TestApp};

const MERGES: &str = "/api/v1/person-merges";

async fn available(who: &Actor) -> Value {
    who.get("/api/v1/points/wallet").await.expect(200)["available"].clone()
}

/// Accounts of which everything was erased.
fn erased(app: &TestApp) -> Vec<Uuid> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        id: Uuid,
    }
    let rows = sql_query("SELECT DISTINCT object_id AS id FROM audit_entries WHERE action = 'account_erase'");
    rows.load::<Row>(&mut app.owner()).expect("rows").into_iter().map(|row| row.id).collect()
}

#[actix_web::test]
async fn a_managed_account_becomes_part_of_the_own_one() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let (elder, _number) = managed(&app, &worker, 1950).await;
    let old = app.as_person(elder.parse().expect("an id"));
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    give(&app, Party::wallet(old.person), "20", 36).await;
    old.post(&at("/orders"), &json!({"offer": offer, "quantity": 1})).await.expect(201);
    let (own, _) = sign_in(&app, "elder").await;
    app.grant(&own, people::identity::Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D2")), None);

    let (asks, approves) = (app.staff(), app.staff());
    let body = json!({"gone": old.person, "keep": own.person, "reason": "本人持身份证到场核对"});
    app.actor(people::identity::Role::CommunityStaff, "S1/C2").post(MERGES, &body).await.problem(404, "not_found");
    let asked = asks.post(MERGES, &body).await.expect(201);
    asks.post(MERGES, &body).await.problem(409, "already_exists");
    let approve = format!("{MERGES}/{}/approve", asked["id"].as_str().expect("an id"));
    asks.post(&approve, &json!({})).await.problem(403, "own_affair");
    let merged = approves.post_with_key(&approve, "merge-key-1", &json!({})).await.expect(200);
    assert_eq!(merged["state"], "approved");
    let again = approves.post_with_key(&approve, "merge-key-1", &json!({})).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(200)), ("true", merged));
    approves.post(&approve, &json!({})).await.problem(409, "state_conflict");

    app.drain().await;
    // The order was cancelled, so all twenty points are there; the residence and its role came along; the old account is over.
    assert_eq!(available(&own).await, "20");
    old.post("/api/v1/me/consents", &json!({"document": "privacy", "version": "1", "given": true})).await.expect(401);
    let places = own.get("/api/v1/me/residencies").await.expect(200);
    assert!(places["items"].as_array().is_some_and(|all| all.iter().any(|one| one["state"] == "confirmed")), "{places}");
    let cards = worker.get("/api/v1/managed-accounts").await.expect(200);
    assert!(cards["items"].as_array().is_some_and(Vec::is_empty), "{cards}");
    let told = own.get("/api/v1/me/inbox").await.expect(200);
    assert!(told["items"].as_array().is_some_and(|all| all.iter().any(|one| one["kind"] == "accounts_merged")), "{told}");
    // A second run finds nothing.
    app.drain().await;
    assert_eq!(available(&own).await, "20");
}

#[actix_web::test]
async fn two_accounts_that_both_sign_in_stay_two_and_nobody_merges_their_own() {
    let app = TestApp::start().await;
    let (one, _) = sign_in(&app, "one").await;
    let (two, _) = sign_in(&app, "two").await;
    for person in [&one, &two] {
        app.grant(person, people::identity::Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    }
    let staff = app.staff();
    let worker = json!({"gone": app.grid_worker().person, "keep": app.resident().person, "reason": "同一人"});
    staff.post(MERGES, &worker).await.problem(409, "merge_staff");
    let body = json!({"gone": one.person, "keep": two.person, "reason": "同一人"});
    staff.post(MERGES, &body).await.problem(409, "merge_two_wechats");
    let own = json!({"gone": one.person, "keep": staff.person, "reason": "同一人"});
    staff.post(MERGES, &own).await.problem(403, "own_affair");
    let itself = json!({"gone": one.person, "keep": one.person, "reason": "同一人"});
    staff.post(MERGES, &itself).await.problem(409, "state_conflict");
}

#[actix_web::test]
async fn what_one_account_wrote_and_what_waits_for_it_is_the_others() {
    let points = Points::start().await;
    let app = &points.app;
    let budget = points.budget("0.01").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let (old, own) = (neighbour(app, "甲", "19900000031").await, app.resident());
    let worker = app.grid_worker();
    let filed = old.post(REQUESTS, &lamp(app)).await.expect(201);
    let topic = topic(&worker, &group(app, "S1/C1/E1/B1").await, "poll").await;
    let vote = format!("{BASE}/topics/{topic}/votes");
    for (who, option) in [(&old, 1), (&own, 2)] {
        who.post(&vote, &json!({"option": option})).await.expect(201);
    }
    points.emit(&[points.event(old.person, 2)]).await;
    assert_eq!(points.wallet(&old).await["waiting"], "10");

    let asked = points.asks.post(MERGES, &json!({"gone": old.person, "keep": own.person, "reason": "同一人"})).await.expect(201);
    let approve = format!("{MERGES}/{}/approve", asked["id"].as_str().expect("an id"));
    points.approves.post(&approve, &json!({})).await.expect(200);
    // One event was on its way when the accounts became one.
    points.emit(&[points.event(old.person, 1)]).await;
    app.drain().await;

    let mine = own.get(&format!("{REQUESTS}/{}", filed["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(mine["id"], filed["id"]);
    let poll = worker.get(&format!("{BASE}/topics/{topic}")).await.expect(200);
    let votes: Vec<&Value> = poll["options"].as_array().expect("options").iter().map(|option| &option["votes"]).collect();
    assert_eq!(votes, [&json!(0), &json!(1)], "{poll}");
    // The late event waits for the one that remains; both post when the budget is topped up, and all of it ends there.
    assert_eq!(points.wallet(&own).await["waiting"], "5");
    let more = format!("/api/v1/points/budgets/{budget}/top-ups");
    let asked = points.asks.post(&more, &json!({"amount": "100"})).await.expect(201);
    let change = asked["changes"][1]["id"].as_str().expect("a change");
    points.approves.post(&format!("/api/v1/points/budget-changes/{change}/approve"), &json!({})).await.expect(200);
    app.drain().await;
    assert_eq!(points.wallet(&own).await["available"], "15");
    points.audit();

    // Closing the one erases what is left of the other.
    own.post("/api/v1/me/close", &json!({"code": login_code(app, "甲").await})).await.expect(204);
    app.drain().await;
    let mut erased = erased(app);
    erased.sort();
    let mut both = [old.person.0, own.person.0];
    both.sort();
    assert_eq!(erased, both);
}
