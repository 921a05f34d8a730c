//! A small market: an approved shop with owner and clerk, an offer, residents with points.

use base::db::Context;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use ledger::{About, BookId, Fact, Party, PostError, Posting, ReasonCode, Subject, Validity};
use people::identity::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, TestApp};

/// An approved shop of community C1.
pub(crate) struct Shop {
    pub(crate) id: String,
    pub(crate) organization: OrganizationId,
    pub(crate) owner: Actor,
    pub(crate) clerk: Actor,
}

pub(crate) const LIFE: &str = "/api/v1/life";

/// A path of the wing.
pub(crate) fn at(path: &str) -> String {
    format!("{LIFE}{path}")
}

pub(crate) fn community(app: &TestApp) -> GridUnitId {
    app.world.unit("S1/C1")
}

pub(crate) fn application(app: &TestApp) -> Value {
    let licence = Uuid::new_v4().simple().to_string().to_uppercase();
    json!({"community": community(app), "name": "便民超市", "licence_number": licence, "address": "阳光小区东门",
        "hours": "08:00-20:00", "services": "日用品、食品", "settlement_account": "某银行 6200000000005678"})
}

/// A shop that staff approved, with a clerk. Its owner writes something: a read may use rights that are five seconds old, a write never.
pub(crate) async fn shop(app: &TestApp) -> Shop {
    let owner = app.person(Some(&format!("199{:08}", Uuid::new_v4().as_u128() % 100_000_000)));
    let applied = owner.post(&at("/merchants"), &application(app)).await.expect(201);
    let id = applied["id"].as_str().expect("an id").to_owned();
    let approved = app.staff().post(&at(&format!("/merchants/{id}/approve")), &json!({})).await.expect(200);
    let organization: OrganizationId = serde_json::from_value(approved["organization"].clone()).expect("an organization");
    owner.post(&at(&format!("/merchants/{id}/shop-ticket")), &json!({})).await.expect(200);
    let clerk = app.person(None);
    app.grant(&clerk, Role::MerchantClerk, None, Some(organization));
    Shop { id, organization, owner, clerk }
}

/// What an offer of a shop looks like.
pub(crate) fn offer(shop: &Shop, stock: i32) -> Value {
    json!({"merchant": shop.id, "stock": stock, "offer": {"kind": "food", "title": "鸡蛋一盒", "about": "新鲜鸡蛋三十枚", "pick_up": "店内领取", "price": "8"}})
}

/// A published offer; returns its id.
pub(crate) async fn published(by: &Actor, form: &Value) -> String {
    let made = by.post(&at("/offers"), form).await.expect(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    by.post(&at(&format!("/offers/{id}/publish")), &json!({})).await.expect(200);
    id
}

fn about(fact: Fact) -> About {
    About {
        fact,
        subject: Subject { kind: ReasonCode::known("test"), id: Uuid::now_v7() },
        reason: ReasonCode::known("test"),
        rule: None,
        actor: ledger::Actor::System,
        approvers: Vec::new(),
        occurred_at: "2026-11-24T00:00:00Z".parse().expect("a time"),
    }
}

/// Gives points out of a fresh budget, valid for so many months.
pub(crate) async fn give(app: &TestApp, to: Party, points: &str, months: u8) {
    give_in(app, community(app), to, points, months).await;
}

/// The same in any community's book.
pub(crate) async fn give_in(app: &TestApp, community: GridUnitId, to: Party, points: &str, months: u8) {
    let (db, book) = (app.serving.parts.db.clone(), BookId(community.0));
    let amount: Points = points.parse().expect("points");
    let validity = Validity::from_months(months).expect("a validity");
    let work = move || {
        db.read_now(|conn| ledger::book_open(conn, book)).expect("a book");
        let (budget, event) = (Uuid::now_v7(), Uuid::now_v7());
        db.transaction_now(&Context::operator(), |tx| {
            let fund = Posting::fund(about(Fact::fund(event)), Party::ISSUANCE, Party::budget(budget), amount);
            let fact = Fact::new(format!("award:{budget}:{event}:test")).map_err(base::error::ApiError::internal)?;
            let award = Posting::award(about(fact), Party::budget(budget), to, amount, validity);
            ledger::post(tx, book, &[fund, award], |outcomes| {
                let first: Result<Vec<_>, PostError> = outcomes.iter().cloned().collect();
                first.map(|_| ()).map_err(base::error::ApiError::from)
            })
        })
        .expect("points");
    };
    actix_web::web::block(work).await.expect("a thread");
}

/// A resident of C1 with points.
pub(crate) async fn rich(app: &TestApp, points: &str) -> Actor {
    let resident = app.resident();
    give(app, Party::wallet(resident.person), points, 36).await;
    resident
}

#[derive(QueryableByName)]
struct Bucket {
    #[diesel(sql_type = sql_types::Text)]
    expires: String,
    #[diesel(sql_type = sql_types::BigInt)]
    amount: i64,
}

/// Buckets of a wallet, as `(last day, hundredths)`.
pub(crate) fn wallet(app: &TestApp, person: PersonId) -> Vec<(String, i64)> {
    let rows: Vec<Bucket> = sql_query(
        "SELECT expires_on::text AS expires, amount FROM ledger_balances b JOIN ledger_owners o USING (account_id) \
         WHERE o.owner_id = $1 AND amount <> 0 ORDER BY expires_on",
    )
    .bind::<sql_types::Uuid, _>(person.0)
    .load(&mut app.owner())
    .expect("buckets");
    rows.into_iter().map(|row| (row.expires, row.amount)).collect()
}

/// Every invariant of ledger, orders and settlement holds.
#[track_caller]
pub(crate) fn audited(app: &TestApp) {
    crate::ledger::assert_audited(&mut app.owner());
}

pub(crate) fn order_of(offer: &str, quantity: i32) -> Value {
    json!({"offer": offer, "quantity": quantity})
}

/// Orders; returns the order's id.
pub(crate) async fn order(by: &Actor, offer: &str, quantity: i32) -> String {
    let placed = by.post(&at("/orders"), &order_of(offer, quantity)).await.expect(201);
    assert_eq!(placed["state"], "held");
    placed["id"].as_str().expect("an id").to_owned()
}

/// What is left of an offer.
pub(crate) async fn stock(by: &Actor, offer: &str) -> i64 {
    by.get(&at(&format!("/offers/{offer}"))).await.expect(200)["stock"].as_i64().expect("a stock")
}

/// The code of an order.
pub(crate) async fn code(by: &Actor, order: &str) -> Value {
    by.get(&at(&format!("/orders/{order}/code"))).await.expect(200)
}
