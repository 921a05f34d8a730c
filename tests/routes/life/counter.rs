//! Handing out: codes, slips, cards, the shop's QR.

use chrono::Duration;
use diesel::prelude::*;
use diesel::{sql_query, sql_types};
use futures_util::future::join_all;
use ledger::Party;
use people::identity::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::market::{at, audited, code, give, offer, order, published, rich, shop, wallet};
use crate::support::TestApp;

fn capture() -> String {
    at("/redemptions/capture")
}

#[actix_web::test]
async fn one_code_at_sixty_four_counters_is_handed_out_once() {
    let app = TestApp::start_with(12).await;
    let (shop, resident) = (shop(&app).await, rich(&app, "20").await);
    let offer = published(&shop.owner, &offer(&shop, 2)).await;
    let id = order(&resident, &offer, 1).await;
    let code = code(&resident, &id).await;
    let body = json!({"code": code["code"]});
    let preview = shop.clerk.post(&at("/redemptions/preview"), &body).await.expect(200);
    assert_eq!((&preview["merchant_gets"], &preview["quantity"]), (&json!("0.8"), &json!(1)));
    let path = capture();
    let replies = join_all((0..64).map(|_| shop.clerk.post(&path, &body))).await;
    let taken: Vec<Value> = replies.iter().filter(|reply| reply.status == 201).map(|reply| reply.json()).collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(replies.iter().filter(|reply| reply.json()["code"] == "order_already_captured").count(), 63);
    assert_eq!((&taken[0]["merchant_gets"], &taken[0]["state"]), (&json!("0.8"), &json!("captured")));
    assert!(taken[0]["settled_after"].as_str().is_some_and(|at| at.ends_with("T16:00:00Z")));
    resident.post(&at(&format!("/orders/{id}/cancel")), &json!({})).await.problem(409, "order_already_captured");
    resident.get(&at(&format!("/orders/{id}/code"))).await.problem(409, "order_already_captured");
    audited(&app);
}

#[actix_web::test]
async fn a_repeated_capture_is_answered_again_when_its_code_is_old() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "20").await);
    let offer = published(&shop.owner, &offer(&shop, 2)).await;
    let id = order(&resident, &offer, 1).await;
    let code = code(&resident, &id).await;
    let body = json!({"code": code["digits"]});
    let first = shop.clerk.post_with_key(&capture(), "capture-once", &body).await.expect(201);
    app.move_clock(Duration::minutes(5));
    let again = shop.clerk.post_with_key(&capture(), "capture-once", &body).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), ("true", first));
}

#[actix_web::test]
async fn a_code_is_of_its_shop_its_minute_and_its_hold() {
    let app = TestApp::start().await;
    let (shop, other, resident) = (shop(&app).await, super::market::shop(&app).await, rich(&app, "20").await);
    let offer = published(&shop.owner, &offer(&shop, 2)).await;
    let id = order(&resident, &offer, 1).await;
    let shown = code(&resident, &id).await;
    let body = json!({"code": shown["code"]});
    other.clerk.post(&capture(), &body).await.problem(404, "code_unknown");
    app.staff().post(&capture(), &body).await.problem(404, "code_unknown");
    resident.post(&capture(), &body).await.problem(403, "forbidden");
    let forged = shown["code"].as_str().map(|text| format!("{}0", &text[..text.len() - 1])).unwrap_or_default();
    let forged = if json!(forged) == shown["code"] { forged.replace(":0", ":1") } else { forged };
    shop.clerk.post(&capture(), &json!({"code": forged})).await.problem(404, "code_unknown");
    app.move_clock(Duration::seconds(60));
    shop.clerk.post(&capture(), &body).await.problem(409, "code_expired");
    let fresh = code(&resident, &id).await;
    sql_query("UPDATE redemptions SET hold_expires_at = palm_now() WHERE id = $1")
        .bind::<sql_types::Uuid, _>(id.parse::<Uuid>().expect("an id"))
        .execute(&mut app.owner())
        .expect("the hold is over");
    shop.clerk.post(&capture(), &json!({"code": fresh["code"]})).await.problem(409, "order_hold_over");
}

#[actix_web::test]
async fn digits_can_be_tried_five_times() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "200").await);
    let offer = published(&shop.owner, &offer(&shop, 20)).await;
    let id = order(&resident, &offer, 1).await;
    let right = code(&resident, &id).await["digits"].clone();
    for _ in 0..8 {
        shop.clerk.post(&at("/redemptions/preview"), &json!({"code": right})).await.expect(200);
    }
    let wrong = if right == "12345678" { "12345679" } else { "12345678" };
    let replies = join_all((0..12).map(|_| async { shop.clerk.post(&capture(), &json!({"code": wrong})).await.status })).await;
    assert!(replies.iter().filter(|status| **status == 404).count() <= 10, "at most five in each of two windows: {replies:?}");
    assert!(replies.contains(&429), "{replies:?}");
}

#[actix_web::test]
async fn a_slip_needs_its_pin_and_lives_as_long_as_the_hold() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "50").await);
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    let id = order(&resident, &offer, 1).await;
    let path = at(&format!("/orders/{id}/slip"));
    resident.post(&path, &json!({"pin": "12a4"})).await.problem(422, "invalid_field");
    let slip = resident.post_with_key(&path, "slip-key-1", &json!({"pin": "2468"})).await.expect(201)["slip"].clone();
    let again = resident.post_with_key(&path, "slip-key-1", &json!({"pin": "2468"})).await.expect(201);
    assert_eq!(again["slip"], json!(null), "a slip is shown once");
    shop.clerk.post(&capture(), &json!({"slip": slip})).await.problem(422, "slip_proof_needed");
    app.move_clock(Duration::hours(30));
    shop.clerk.post(&capture(), &json!({"slip": slip, "pin": "1111"})).await.problem(404, "code_unknown");
    let taken = shop.clerk.post(&capture(), &json!({"slip": slip, "pin": "2468"})).await.expect(201);
    assert_eq!(taken["order"], json!(id));

    let other = order(&resident, &offer, 1).await;
    let slip = resident.post(&at(&format!("/orders/{other}/slip")), &json!({"pin": "1357"})).await.expect(201)["slip"].clone();
    for _ in 0..5 {
        shop.clerk.post(&capture(), &json!({"slip": slip, "pin": "0000"})).await.problem(404, "code_unknown");
    }
    shop.clerk.post(&capture(), &json!({"slip": slip, "pin": "1357"})).await.problem(429, "too_many_requests");
    app.move_clock(Duration::hours(73));
    app.drain().await;
    audited(&app);
}

#[actix_web::test]
async fn the_resident_scans_the_shop_when_it_is_offline() {
    let app = TestApp::start().await;
    let (shop, other, resident) = (shop(&app).await, super::market::shop(&app).await, rich(&app, "50").await);
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    let id = order(&resident, &offer, 1).await;
    let ticket = |of: &super::market::Shop| (at(&format!("/merchants/{}/shop-ticket", of.id)), of.owner.clone());
    let (path, owner) = ticket(&shop);
    let printed = owner.get(&path).await.expect(200)["ticket"].clone();
    let (path, owner) = ticket(&other);
    let foreign = owner.get(&path).await.expect(200)["ticket"].clone();
    let scan = at(&format!("/orders/{id}/shop-scan"));
    resident.post(&scan, &json!({"ticket": foreign})).await.problem(404, "not_found");
    app.resident().post(&scan, &json!({"ticket": printed})).await.problem(404, "not_found");
    assert_eq!(resident.post(&scan, &json!({"ticket": printed})).await.expect(201)["state"], "captured");
    resident.post(&scan, &json!({"ticket": printed})).await.problem(409, "order_already_captured");
    audited(&app);
}

/// A card for a person, entered as identity stores it.
fn card(app: &TestApp, person: base::ids::PersonId, issuer: base::ids::PersonId) -> String {
    let token = base::keys::random_token().expect("a token");
    sql_query("INSERT INTO cards (id, person_id, token_hash, daily_limit, issued_by) VALUES ($1, $2, $3, 2, $4)")
        .bind::<sql_types::Uuid, _>(Uuid::now_v7())
        .bind::<sql_types::Uuid, _>(person.0)
        .bind::<sql_types::Binary, _>(base::keys::secret_hash(&token))
        .bind::<sql_types::Uuid, _>(issuer.0)
        .execute(&mut app.owner())
        .expect("a card");
    token
}

#[actix_web::test]
async fn an_elder_redeems_with_the_card_within_its_daily_limit() {
    let app = TestApp::start().await;
    let (shop, elder, worker) = (shop(&app).await, app.resident(), app.grid_worker());
    give(&app, Party::wallet(elder.person), "100", 36).await;
    let token = card(&app, elder.person, worker.person);
    let offer = published(&shop.owner, &offer(&shop, 9)).await;
    let path = at("/redemptions/card-orders");
    let body = json!({"card_token": token, "offer": offer, "quantity": 1});
    let first = shop.clerk.post_with_key(&path, "card-order-1", &body).await.expect(201);
    assert_eq!(first["state"], "captured");
    let again = shop.clerk.post_with_key(&path, "card-order-1", &body).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), ("true", first));
    shop.clerk.post(&path, &body).await.problem(429, "card_daily_limit");
    shop.clerk.post(&path, &json!({"card_token": "lost", "offer": offer, "quantity": 1})).await.problem(422, "card_invalid");
    assert_eq!(wallet(&app, elder.person).iter().map(|bucket| bucket.1).sum::<i64>(), 9200);
    let elsewhere = app.actor(Role::Resident, "S1/C2/E1/B1/D1");
    let foreign = card(&app, elsewhere.person, worker.person);
    shop.clerk.post(&path, &json!({"card_token": foreign, "offer": offer, "quantity": 1})).await.problem(404, "code_unknown");
    audited(&app);
}
