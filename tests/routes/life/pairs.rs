//! Collusion between residents and shops: the limit per pair at the counter, and the report in which rings stand out.

use chrono::Duration;
use serde_json::{Value, json};

use super::market::{Shop, at, audited, code, community, offer, order, published, rich, shop};
use super::orders::household;
use crate::support::{Actor, Reply, TestApp};

/// A shop with plenty of goods.
struct Counter {
    shop: Shop,
    goods: String,
}

async fn counter(app: &TestApp) -> Counter {
    let shop = shop(app).await;
    let goods = published(&shop.owner, &offer(&shop, 500)).await;
    Counter { shop, goods }
}

impl Counter {
    async fn redeem(&self, by: &Actor) -> Reply {
        let id = order(by, &self.goods, 1).await;
        let shown = code(by, &id).await;
        self.shop.clerk.post(&at("/redemptions/capture"), &json!({"code": shown["code"]})).await
    }
}

async fn report(app: &TestApp, by: &Actor, more: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut path = at(&format!("/redemption-pairs?community={}&limit=7{more}", community(app)));
    loop {
        let page = by.get(&path).await.expect(200);
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        path = at(&format!("/redemption-pairs?community={}&limit=7{more}&cursor={cursor}", community(app)));
    }
}

#[actix_web::test]
async fn a_pair_redeems_as_often_as_the_community_allows() {
    let app = TestApp::start_with(12).await;
    let (here, there, resident) = (counter(&app).await, counter(&app).await, rich(&app, "400").await);
    let mut bodies = Vec::new();
    for _ in 0..8 {
        let id = order(&resident, &here.goods, 1).await;
        bodies.push(json!({"code": code(&resident, &id).await["code"]}));
    }
    let path = at("/redemptions/capture");
    let replies = futures_util::future::join_all(bodies.iter().map(|body| here.shop.clerk.post(&path, body))).await;
    let taken = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.json()["code"] == "pair_limit_reached").count();
    assert_eq!((taken, refused), (5, 3), "eight at once pass no limit of five");
    there.redeem(&resident).await.expect(201);
    app.move_clock(Duration::hours(24));
    here.redeem(&resident).await.expect(201);

    let (staff, second) = (app.staff(), app.staff());
    let changes = at(&format!("/terms/{}/changes", community(&app)));
    let change = staff.post(&changes, &json!({"pair_day_limit": 1, "pair_month_limit": 7})).await.expect(201);
    let approve = at(&format!("/terms-changes/{}/approve", change["id"].as_str().unwrap_or_default()));
    second.post(&approve, &json!({})).await.expect(200);
    here.redeem(&resident).await.problem(409, "pair_limit_reached");
    audited(&app);
}

#[actix_web::test]
async fn three_rings_are_listed_and_twenty_honest_residents_are_neither_listed_nor_stopped() {
    let app = TestApp::start_with(12).await;
    let counters = [counter(&app).await, counter(&app).await, counter(&app).await];
    let honest = {
        let mut honest = Vec::new();
        for _ in 0..20 {
            honest.push(rich(&app, "100").await);
        }
        honest
    };
    // The spouse of a shop's owner; a family that one shop lives on; somebody who goes to one shop only, in bursts.
    let (spouse, lone) = (rich(&app, "100").await, rich(&app, "200").await);
    let family = [rich(&app, "100").await, rich(&app, "100").await, rich(&app, "100").await];
    household(&app, &[&counters[0].shop.owner, &spouse]);
    household(&app, &[&family[0], &family[1], &family[2]]);
    for day in 0..3_usize {
        for (index, person) in honest.iter().enumerate().filter(|(index, _)| index % 3 == day) {
            counters[index % 3].redeem(person).await.expect(201);
            counters[(index + 1) % 3].redeem(person).await.expect(201);
        }
        counters[0].redeem(&spouse).await.expect(201);
        for _ in 0..[5, 5, 2][day] {
            counters[2].redeem(&lone).await.expect(201);
        }
        if day == 1 {
            for member in family.iter().flat_map(|member| [member; 5]) {
                counters[1].redeem(member).await.expect(201);
            }
        }
        app.move_clock(Duration::hours(24));
    }
    let staff = app.staff();
    let flagged = report(&app, &staff, "&flagged=true").await;
    let members = |item: &Value| -> Vec<String> {
        let list = item["members"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> = list.iter().filter_map(|member| member["person"].as_str().map(str::to_owned)).collect();
        ids.sort();
        ids
    };
    let ring = |people: &[&Actor]| {
        let mut ids: Vec<String> = people.iter().map(|actor| actor.person.to_string()).collect();
        ids.sort();
        ids
    };
    let rings = [ring(&[&spouse]), ring(&[&lone]), ring(&[&family[0], &family[1], &family[2]])];
    let found: Vec<Vec<String>> = flagged.iter().map(members).collect();
    assert_eq!(found.len(), 3, "{flagged:?}");
    assert!(rings.iter().all(|ring| found.contains(ring)), "{flagged:?}");
    let signals = |of: &[String]| flagged.iter().find(|item| members(item) == of).map(|item| item["signals"].clone());
    assert_eq!(signals(&rings[0]), Some(json!(["owner_household"])));
    assert_eq!(signals(&rings[1]), Some(json!(["dominant", "captive", "burst"])));
    assert_eq!(signals(&rings[2]), Some(json!(["dominant", "captive", "burst"])));

    let all = report(&app, &app.street(), "").await;
    assert_eq!(all.len(), 40 + 3, "every pair is there, over all pages");
    let shares: Vec<i64> = all.iter().filter_map(|item| item["share_of_shop"].as_i64()).collect();
    assert!(shares.is_sorted_by(|one, next| one >= next), "{shares:?}");
    let foreign = app.actor(people::identity::Role::Auditor, "S1/C2");
    foreign.get(&at(&format!("/redemption-pairs?community={}", community(&app)))).await.problem(404, "not_found");
    honest[0].get(&at(&format!("/redemption-pairs?community={}", community(&app)))).await.problem(403, "forbidden");
    audited(&app);
}
