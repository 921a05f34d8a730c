//! Orders: stock and limits when everything comes at once, holds that end.

use chrono::Duration;
use futures_util::future::join_all;
use ledger::Party;
use people::identity::Role;
use serde_json::json;

use super::market::{at, audited, community, give, offer, order, order_of, published, rich, shop, stock, wallet};
use crate::support::{Reply, TestApp};

fn count(replies: &[Reply], status: u16, code: &str) -> usize {
    replies.iter().filter(|reply| reply.status == status && (code.is_empty() || reply.json()["code"] == code)).count()
}

#[actix_web::test]
async fn sixty_four_parallel_orders_on_a_stock_of_ten_hold_ten() {
    let app = TestApp::start_with(12).await;
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 10)).await;
    let mut people = Vec::new();
    for _ in 0..64 {
        people.push(rich(&app, "8").await);
    }
    let (path, body) = (at("/orders"), order_of(&offer, 1));
    let replies = join_all(people.iter().map(|person| person.post(&path, &body))).await;
    assert_eq!((count(&replies, 201, ""), count(&replies, 409, "out_of_stock")), (10, 54));
    assert_eq!(stock(&shop.owner, &offer).await, 0);
    audited(&app);
}

#[actix_web::test]
async fn who_orders_together_is_refused_and_recorded_alone() {
    let app = TestApp::start_with(12).await;
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 100)).await;
    let mut people = Vec::new();
    for turn in 0..24 {
        people.push(rich(&app, if turn % 8 == 3 { "7" } else { "8" }).await);
    }
    let (path, body) = (at("/orders"), order_of(&offer, 1));
    let replies = join_all(people.iter().map(|person| person.post(&path, &body))).await;
    assert_eq!((count(&replies, 201, ""), count(&replies, 409, "insufficient_points")), (21, 3));
    assert_eq!(stock(&shop.owner, &offer).await, 79);
    for (person, reply) in people.iter().zip(&replies).filter(|(_, reply)| reply.status == 201) {
        let id = reply.json()["id"].as_str().unwrap().parse().unwrap();
        let trail = app.serving.parts.db.read_now(|conn| base::db::audit_of(conn, Some(id), None, 10)).unwrap();
        assert_eq!(trail.iter().map(|row| row.principal_id).collect::<Vec<_>>(), [Some(person.person.0)]);
    }
    audited(&app);
}

#[actix_web::test]
async fn one_order_sent_sixty_four_times_with_one_key_is_one_order() {
    let app = TestApp::start_with(12).await;
    let (shop, resident) = (shop(&app).await, rich(&app, "100").await);
    let offer = published(&shop.owner, &offer(&shop, 1)).await;
    let (path, body) = (at("/orders"), order_of(&offer, 1));
    let replies = join_all((0..64).map(|_| resident.post_with_key(&path, "one-key-for-all", &body))).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.text), (201, &replies[0].text));
    }
    assert_eq!(replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count(), 63);
    resident.post_with_key(&path, "one-key-for-all", &order_of(&offer, 2)).await.problem(422, "idempotency_key_reused");
    assert_eq!(resident.get(&path).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    audited(&app);
}

#[actix_web::test]
async fn the_limit_per_person_holds_when_everything_comes_at_once() {
    let app = TestApp::start_with(12).await;
    let (shop, resident) = (shop(&app).await, rich(&app, "1000").await);
    let mut form = offer(&shop, 50);
    form["offer"]["per_person"] = json!(2);
    let offer = published(&shop.owner, &form).await;
    let (path, body) = (at("/orders"), order_of(&offer, 1));
    let replies = join_all((0..16).map(|_| resident.post(&path, &body))).await;
    assert_eq!((count(&replies, 201, ""), count(&replies, 409, "limit_reached")), (2, 14));
    resident.post(&path, &order_of(&offer, 3)).await.problem(409, "limit_reached");
    audited(&app);
}

#[actix_web::test]
async fn cancelling_gives_back_stock_limit_and_points_with_their_dates() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "5").await);
    give(&app, Party::wallet(resident.person), "6", 12).await;
    let mut form = offer(&shop, 3);
    form["offer"]["per_person"] = json!(1);
    let offer = published(&shop.owner, &form).await;
    let before = wallet(&app, resident.person);
    assert_eq!(before.len(), 2, "two dates");
    let id = order(&resident, &offer, 1).await;
    assert_eq!(wallet(&app, resident.person).iter().map(|bucket| bucket.1).sum::<i64>(), 300);
    let cancel = at(&format!("/orders/{id}/cancel"));
    app.resident().post(&cancel, &json!({})).await.problem(404, "not_found");
    shop.clerk.post(&cancel, &json!({})).await.problem(422, "invalid_field");
    resident.post(&cancel, &json!({})).await.expect(201);
    resident.post(&cancel, &json!({})).await.problem(409, "order_ended");
    assert_eq!(wallet(&app, resident.person), before);
    assert_eq!(stock(&resident, &offer).await, 3);
    let again = order(&resident, &offer, 1).await;
    shop.clerk.post(&at(&format!("/orders/{again}/cancel")), &json!({"reason": "缺货"})).await.expect(201);
    audited(&app);
}

#[actix_web::test]
async fn the_key_of_one_order_is_no_key_of_another() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "100").await);
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    let (one, other) = (order(&resident, &offer, 1).await, order(&resident, &offer, 1).await);
    let cancel = |id: &str| at(&format!("/orders/{id}/cancel"));
    resident.post_with_key(&cancel(&one), "the-same-key", &json!({})).await.expect(201);
    resident.post_with_key(&cancel(&other), "the-same-key", &json!({})).await.problem(422, "idempotency_key_reused");
    assert_eq!(resident.get(&at(&format!("/orders/{other}"))).await.expect(200)["state"], "held");
    audited(&app);
}

#[actix_web::test]
async fn a_hold_that_runs_out_gives_everything_back() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "20").await);
    let offer = published(&shop.owner, &offer(&shop, 2)).await;
    let before = wallet(&app, resident.person);
    let id = order(&resident, &offer, 2).await;
    app.move_clock(Duration::hours(72) - Duration::minutes(5));
    app.drain().await;
    assert_eq!(resident.get(&at(&format!("/orders/{id}"))).await.expect(200)["state"], "held");
    app.move_clock(Duration::minutes(6));
    app.drain().await;
    assert_eq!(resident.get(&at(&format!("/orders/{id}"))).await.expect(200)["state"], "expired");
    assert_eq!((wallet(&app, resident.person), stock(&resident, &offer).await), (before, 2));
    audited(&app);
}

#[actix_web::test]
async fn who_may_not_order_is_told_why() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "7.99").await);
    let offer = published(&shop.owner, &offer(&shop, 2)).await;
    let path = at("/orders");
    resident.post(&path, &order_of(&offer, 1)).await.problem(409, "insufficient_points");
    app.actor(Role::Resident, "S1/C2/E1/B1/D1").post(&path, &order_of(&offer, 1)).await.problem(404, "not_found");
    app.person(None).post(&path, &order_of(&offer, 1)).await.problem(404, "not_found");
    app.grant(&shop.clerk, Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    give(&app, Party::wallet(shop.clerk.person), "50", 36).await;
    shop.clerk.post(&path, &order_of(&offer, 1)).await.problem(409, "own_shop");
    let without_key = resident.send(reqwest::Method::POST, &path, |request| request.json(&order_of(&offer, 1))).await;
    without_key.problem(400, "idempotency_key_missing");
    assert_eq!(stock(&resident, &offer).await, 2);
    audited(&app);
}

#[actix_web::test]
async fn organizations_buy_the_communitys_own_offers_only() {
    let app = TestApp::start().await;
    let (shop, staff) = (shop(&app).await, app.staff());
    give(&app, Party::organization(shop.organization), "50", 36).await;
    let goods = published(&shop.owner, &offer(&shop, 2)).await;
    let room = json!({"community": community(&app), "stock": 2, "offer": {"kind": "venue", "title": "会议室两小时", "about": "社区会议室", "pick_up": "社区前台", "price": "20"}});
    let room = published(&staff, &room).await;
    let of = |offer: &str| json!({"offer": offer, "quantity": 1, "as_organization": shop.organization});
    shop.owner.post(&at("/orders"), &of(&goods)).await.problem(409, "community_offers_only");
    app.resident().post(&at("/orders"), &of(&room)).await.problem(404, "not_found");
    let placed = shop.owner.post(&at("/orders"), &of(&room)).await.expect(201);
    let id = placed["id"].as_str().unwrap_or_default();
    let code = shop.owner.get(&at(&format!("/orders/{id}/code"))).await.expect(200);
    shop.clerk.post(&at("/redemptions/capture"), &json!({"code": code["code"]})).await.problem(404, "code_unknown");
    let taken = staff.post(&at("/redemptions/capture"), &json!({"code": code["code"]})).await.expect(201);
    assert_eq!((&taken["state"], &taken["merchant_gets"]), (&json!("captured"), &json!(null)));
    audited(&app);
}

#[actix_web::test]
async fn a_flash_redemption_opens_at_its_time() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "20").await);
    let mut form = offer(&shop, 2);
    let now = app.serving.parts.db.read(base::db::now).await.expect("the clock");
    form["offer"]["flash"] = json!(true);
    form["offer"]["orders_from"] = json!(now + Duration::minutes(10));
    form["offer"]["orders_until"] = json!(now + Duration::minutes(20));
    let offer = published(&shop.owner, &form).await;
    resident.post(&at("/orders"), &order_of(&offer, 1)).await.problem(409, "offer_not_yet");
    app.move_clock(Duration::minutes(11));
    let id = order(&resident, &offer, 1).await;
    app.move_clock(Duration::minutes(16));
    app.drain().await;
    assert_eq!(resident.get(&at(&format!("/orders/{id}"))).await.expect(200)["state"], "expired");
    resident.post(&at("/orders"), &order_of(&offer, 1)).await.problem(409, "offer_over");
}

/// Puts people behind one door, as a confirmed claim does.
pub(crate) fn household(app: &TestApp, people: &[&crate::support::Actor]) {
    use diesel::prelude::*;
    use diesel::{sql_query, sql_types::Uuid};
    let (mut owner, home) = (app.owner(), uuid::Uuid::now_v7());
    let entrance = app.world.unit("S1/C1/E1/B1/D1");
    sql_query(
        "INSERT INTO households (id, community_id, entrance_id, address_sealed, room_lookup) VALUES ($1, $2, $3, 'x', 'x')",
    )
    .bind::<Uuid, _>(home)
    .bind::<Uuid, _>(community(app).0)
    .bind::<Uuid, _>(entrance.0)
    .execute(&mut owner)
    .expect("a household");
    for person in people {
        sql_query(
            "INSERT INTO residencies (id, person_id, community_id, entrance_id, household_id, state, how, confirmed_at) \
             VALUES ($1, $2, $3, $4, $5, 'confirmed', 'register', palm_now())",
        )
        .bind::<Uuid, _>(uuid::Uuid::now_v7())
        .bind::<Uuid, _>(person.person.0)
        .bind::<Uuid, _>(community(app).0)
        .bind::<Uuid, _>(entrance.0)
        .bind::<Uuid, _>(home)
        .execute(&mut owner)
        .expect("a residence");
    }
}

#[actix_web::test]
async fn a_household_shares_its_limit_and_gets_it_back() {
    let app = TestApp::start_with(12).await;
    let (shop, one, two, other) = (shop(&app).await, rich(&app, "80").await, rich(&app, "80").await, rich(&app, "80").await);
    household(&app, &[&one, &two]);
    let mut form = offer(&shop, 50);
    form["offer"]["per_household"] = json!(3);
    let offer = published(&shop.owner, &form).await;
    let (path, body) = (at("/orders"), order_of(&offer, 1));
    let replies =
        join_all((0..16).map(|turn| if turn % 2 == 0 { &one } else { &two }).map(|person| person.post(&path, &body))).await;
    assert_eq!((count(&replies, 201, ""), count(&replies, 409, "limit_reached")), (3, 13));
    other.post(&path, &body).await.expect(201);
    let first = replies.iter().find(|reply| reply.status == 201).map(Reply::json).unwrap_or_default();
    let cancel = at(&format!("/orders/{}/cancel", first["id"].as_str().unwrap_or_default()));
    let (by_one, by_two) = (one.post(&cancel, &json!({})).await.status, two.post(&cancel, &json!({})).await.status);
    assert!([(201, 404), (404, 201)].contains(&(by_one, by_two)), "only its own holder cancels: {by_one} {by_two}");
    two.post(&path, &body).await.expect(201);
    one.post(&path, &body).await.problem(409, "limit_reached");
    audited(&app);
}
