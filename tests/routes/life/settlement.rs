//! Statements, payment, refunds, files.

use base::ids::PersonId;
use chrono::Duration;
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use serde_json::{Value, json};

use super::market::{Shop, at, audited, code, community, offer, order, published, rich, shop, wallet};
use crate::support::{Actor, TestApp};

/// An order that is handed out; returns its id.
async fn handed_out(resident: &Actor, shop: &Shop, offer: &str, quantity: i32) -> String {
    let id = order(resident, offer, quantity).await;
    let shown = code(resident, &id).await;
    shop.clerk.post(&at("/redemptions/capture"), &json!({"code": shown["code"]})).await.expect(201);
    id
}

async fn close(app: &TestApp, staff: &Actor) -> Value {
    staff.post(&at("/settlements/close"), &json!({"community": community(app)})).await.expect(201)
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = sql_types::BigInt)]
    amount: i64,
}

fn merchant_points(app: &TestApp, merchant: &str) -> i64 {
    let row: Held = sql_query(
        "SELECT coalesce(sum(amount), 0)::bigint AS amount FROM ledger_balances b JOIN ledger_owners o USING (account_id) WHERE o.owner_id = $1",
    )
    .bind::<sql_types::Uuid, _>(merchant.parse::<uuid::Uuid>().expect("an id"))
    .get_result(&mut app.owner())
    .expect("a balance");
    row.amount
}

#[actix_web::test]
async fn a_period_is_closed_confirmed_paid_by_two_and_its_points_are_retired() {
    let app = TestApp::start().await;
    let (shop, other, staff, second) = (shop(&app).await, super::market::shop(&app).await, app.staff(), app.staff());
    let resident = rich(&app, "100").await;
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    handed_out(&resident, &shop, &goods, 1).await;
    handed_out(&resident, &shop, &goods, 2).await;
    order(&resident, &goods, 1).await;
    let later = json!({"community": community(&app), "period_end": "2099-01-01T00:00:00Z"});
    staff.post(&at("/settlements/close"), &later).await.problem(422, "period_not_over");

    let closed = close(&app, &staff).await;
    assert_eq!(closed["settlements"].as_array().map(Vec::len), Some(1), "one shop had captures");
    let statement = &closed["settlements"][0];
    assert_eq!((&statement["points"], &statement["yuan"], &statement["state"]), (&json!("24"), &json!("2.4"), &json!("stated")));
    assert_eq!(close(&app, &staff).await["settlements"], json!([]), "nothing is stated twice");
    let path = at(&format!("/settlements/{}", statement["id"].as_str().unwrap_or_default()));
    let lines = shop.owner.get(&format!("{path}/lines")).await.expect(200);
    assert_eq!(lines["items"].as_array().map(Vec::len), Some(2));

    other.owner.get(&path).await.problem(404, "not_found");
    other.owner.post(&format!("{path}/confirm"), &json!({})).await.problem(404, "not_found");
    staff.post(&format!("{path}/payment"), &json!({"proof": "回单 0001"})).await.problem(409, "settlement_state");
    shop.owner.post(&format!("{path}/dispute"), &json!({"text": "少一笔"})).await.expect(200);
    staff.post(&format!("{path}/reply"), &json!({"text": "已核对"})).await.expect(200);
    shop.owner.post(&format!("{path}/confirm"), &json!({})).await.expect(200);
    staff.post(&format!("{path}/payment/approve"), &json!({})).await.problem(409, "settlement_not_asked");
    staff.post(&format!("{path}/payment"), &json!({"proof": "回单 0001"})).await.expect(200);
    staff.post(&format!("{path}/payment/approve"), &json!({})).await.problem(409, "settlement_same_person");
    assert_eq!(merchant_points(&app, &shop.id), 2400);
    let paid = second.post(&format!("{path}/payment/approve"), &json!({})).await.expect(201);
    assert_eq!((&paid["state"], &paid["proof"]), (&json!("paid"), &json!("回单 0001")));
    second.post(&format!("{path}/payment/approve"), &json!({})).await.problem(409, "settlement_state");
    assert_eq!(merchant_points(&app, &shop.id), 0);
    audited(&app);
}

/// Days until the next month has begun in Shanghai, and a little more.
fn to_next_month(app: &TestApp) -> Duration {
    let now = base::db::now(&mut app.owner()).expect("the product's clock");
    life::offers::period_end(now) - now + Duration::minutes(1)
}

#[actix_web::test]
async fn a_month_closes_by_itself_once_and_by_nobody() {
    let app = TestApp::start().await;
    let (shop, staff, resident) = (shop(&app).await, app.staff(), rich(&app, "100").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    handed_out(&resident, &shop, &goods, 1).await;
    app.drain().await;
    let list = at("/settlements");
    assert_eq!(staff.get(&list).await.expect(200)["items"], json!([]), "the month isn't over");

    app.move_clock(to_next_month(&app));
    handed_out(&resident, &shop, &goods, 2).await;
    app.drain().await;
    let first = staff.get(&list).await.expect(200)["items"].clone();
    assert_eq!(first.as_array().map(Vec::len), Some(1));
    let statement = &first[0];
    assert_eq!(
        (&statement["points"], &statement["automatic"], &statement["state"]),
        (&json!("8"), &json!(true), &json!("stated"))
    );
    let inbox = shop.owner.get("/api/v1/me/inbox").await.expect(200).to_string();
    assert!(inbox.contains("对账单待确认"), "{inbox}");
    let withdraw = at(&format!("/settlements/{}/withdraw", statement["id"].as_str().unwrap_or_default()));
    staff.post(&withdraw, &json!({})).await.expect(204);
    for _ in 0..3 {
        app.move_clock(Duration::hours(2));
        app.drain().await;
    }
    assert_eq!(staff.get(&list).await.expect(200)["items"], json!([]), "once a month, whatever became of it");

    let closed = close(&app, &staff).await["settlements"][0].clone();
    assert_eq!((&closed["points"], &closed["automatic"]), (&json!("24"), &json!(false)), "by hand goes on");
    handed_out(&resident, &shop, &goods, 1).await;
    app.move_clock(to_next_month(&app));
    app.drain().await;
    let second = staff.get(&list).await.expect(200)["items"].clone();
    assert_eq!((&second[0]["points"], &second[0]["automatic"]), (&json!("8"), &json!(true)));
    audited(&app);
}

#[actix_web::test]
async fn a_community_names_its_day_or_none() {
    let app = TestApp::start().await;
    let (shop, staff, second, resident) = (shop(&app).await, app.staff(), app.staff(), rich(&app, "100").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    handed_out(&resident, &shop, &goods, 1).await;
    let changes = at(&format!("/terms/{}/changes", community(&app)));
    let set = async |day: i32| {
        let change = staff.post(&changes, &json!({"close_day": day})).await.expect(201);
        let approve = at(&format!("/terms-changes/{}/approve", change["id"].as_str().unwrap_or_default()));
        second.post(&approve, &json!({})).await.expect(200);
    };
    set(0).await;
    app.move_clock(to_next_month(&app));
    app.drain().await;
    let list = at("/settlements");
    assert_eq!(staff.get(&list).await.expect(200)["items"], json!([]));
    set(3).await;
    app.move_clock(Duration::hours(2));
    app.drain().await;
    assert_eq!(staff.get(&list).await.expect(200)["items"], json!([]), "the first and the second are too early");
    app.move_clock(Duration::hours(48));
    app.drain().await;
    assert_eq!(staff.get(&list).await.expect(200)["items"][0]["automatic"], true);
}

#[actix_web::test]
async fn a_statement_is_a_file_without_formulas() {
    let app = TestApp::start().await;
    let (shop, staff, resident) = (shop(&app).await, app.staff(), rich(&app, "100").await);
    let mut form = offer(&shop, 9);
    form["offer"]["title"] = json!("=1+1");
    let goods = published(&shop.owner, &form).await;
    handed_out(&resident, &shop, &goods, 1).await;
    let closed = close(&app, &staff).await;
    let path = at(&format!("/settlements/{}", closed["settlements"][0]["id"].as_str().unwrap_or_default()));
    let csv = shop.owner.get(&format!("{path}/statement.csv")).await;
    assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(csv.text.contains("'=1+1") && csv.text.contains("0.8"), "{}", csv.text);
    assert!(!csv.text.contains(",=1+1"), "{}", csv.text);

    let url = format!("{}{path}/statement.xlsx", app.url);
    let token = shop.owner.token.clone().unwrap_or_default();
    let bytes = app.client.get(url).bearer_auth(token).send().await.expect("an answer").bytes().await.expect("a file");
    use calamine::Reader as _;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range("结算单").expect("the sheet");
    assert!(sheet.used_cells().all(|(_, _, cell)| matches!(cell, calamine::Data::String(_))), "every cell is text");
    assert!(sheet.used_cells().any(|(_, _, cell)| *cell == calamine::Data::String("=1+1".to_owned())));
}

#[actix_web::test]
async fn a_refund_needs_two_and_comes_before_the_statement() {
    let app = TestApp::start().await;
    let (shop, staff, second, resident) = (shop(&app).await, app.staff(), app.staff(), rich(&app, "20").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    let before = wallet(&app, resident.person);
    let id = handed_out(&resident, &shop, &goods, 1).await;
    let path = at(&format!("/orders/{id}/refund"));
    second.post(&format!("{path}/approve"), &json!({})).await.problem(409, "refund_not_asked");
    staff.post(&path, &json!({"reason": "商品有问题"})).await.expect(200);
    staff.post(&format!("{path}/approve"), &json!({})).await.problem(409, "refund_same_person");
    assert_eq!(second.post(&format!("{path}/approve"), &json!({})).await.expect(201)["state"], "reversed");
    assert_eq!(wallet(&app, resident.person), before);

    let stated = handed_out(&resident, &shop, &goods, 1).await;
    let closed = close(&app, &staff).await;
    let refund = at(&format!("/orders/{stated}/refund"));
    staff.post(&refund, &json!({"reason": "商品有问题"})).await.problem(409, "order_stated");
    let statement = closed["settlements"][0]["id"].as_str().unwrap_or_default();
    staff.post(&at(&format!("/settlements/{statement}/withdraw")), &json!({})).await.expect(204);
    staff.post(&refund, &json!({"reason": "商品有问题"})).await.expect(200);
    audited(&app);
}

#[actix_web::test]
async fn the_rate_is_fixed_at_capture() {
    let app = TestApp::start().await;
    let (shop, staff, resident) = (shop(&app).await, app.staff(), rich(&app, "100").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    handed_out(&resident, &shop, &goods, 1).await;
    let terms = at(&format!("/terms/{}", community(&app)));
    let changes = format!("{terms}/changes");
    let change = staff.post(&changes, &json!({"rate": "0.2"})).await.expect(201);
    assert_eq!((&change["state"], &change["rate"]), (&json!("requested"), &json!("0.2")));
    staff.post(&changes, &json!({"rate": "0.3"})).await.problem(409, "terms_change_open");
    staff.post(&changes, &json!({})).await.problem(422, "invalid_field");
    let decide = |what: &str| at(&format!("/terms-changes/{}/{what}", change["id"].as_str().unwrap_or_default()));
    staff.post(&decide("approve"), &json!({})).await.problem(409, "terms_same_person");
    handed_out(&resident, &shop, &goods, 1).await;
    assert_eq!(staff.get(&terms).await.expect(200)["rate"], "0.1", "the old rate stays in force till then");
    let second = app.staff();
    assert_eq!(second.post(&decide("approve"), &json!({})).await.expect(200)["state"], "approved");
    second.post(&decide("refuse"), &json!({})).await.problem(409, "state_conflict");
    let now = staff.get(&terms).await.expect(200);
    assert_eq!((&now["rate"], &now["version"], &now["pair_day_limit"]), (&json!("0.2"), &json!(1), &json!(5)));
    handed_out(&resident, &shop, &goods, 1).await;
    let closed = close(&app, &staff).await;
    assert_eq!(closed["settlements"][0]["yuan"], "3.2", "two at the old rate, one at the new");
    assert_eq!(staff.get(&changes).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    audited(&app);
}

#[actix_web::test]
async fn a_closed_account_leaves_no_open_order_and_no_name() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "100").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    let id = order(&resident, &goods, 1).await;
    let (db, person): (_, PersonId) = (app.serving.parts.db.clone(), resident.person);
    let erase = move || {
        life::ERASE.before.map_or(Ok(()), |before| before(&db, person)).expect("ended");
        db.transaction_now(&base::db::Context::job(), |mut tx| {
            (life::ERASE.erase)(&mut tx, person)?;
            Ok::<_, base::error::ApiError>(tx.done(())?)
        })
        .expect("erased");
    };
    actix_web::web::block(erase).await.expect("a thread");
    resident.get(&at(&format!("/orders/{id}"))).await.problem(404, "not_found");
    assert_eq!(shop.owner.get(&at(&format!("/orders/{id}"))).await.expect(200)["state"], "cancelled");
    audited(&app);
}
