//! What a household changes: nobody confirms a relative's award, gifts stay at home, and the family has a cap of its own.

use serde_json::json;

use super::Points;

#[actix_web::test]
async fn nobody_confirms_the_award_of_their_household() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let (one, other) = points.family();
    let mut event = points.event(one.person, 2);
    event.approvers = vec![points.asks.person, other.person];
    points.emit(&[event]).await;
    let award = &points.awards(&one).await[0];
    assert_eq!((&award["state"], &award["reason"]), (&json!("refused"), &json!("own_interest")));
    points.audit();
}

#[actix_web::test]
async fn a_gift_keeps_its_date_and_is_told() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    let mut terms = Points::terms(&budget);
    terms["amount_per_unit"] = json!("100");
    terms["person_day_cap"] = json!(null);
    points.rule("volunteer_hours", &terms).await;
    let (one, other) = points.family();
    points.emit(&[points.event(one.person, 3)]).await;
    let date = points.wallet(&one).await["expiring"][0]["expires_on"].clone();

    let gift = |amount: &str| json!({"community": points.community, "person": other.person, "amount": amount});
    let given = one.post_with_key("/api/v1/points/gifts", "gift-key-1", &gift("150")).await.expect(201);
    let again = one.post_with_key("/api/v1/points/gifts", "gift-key-1", &gift("150")).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json()["id"]), ("true", &given["id"]));
    one.post("/api/v1/points/gifts", &gift("50.01")).await.problem(409, "transfer_cap_reached");
    assert_eq!(points.wallet(&one).await["available"], "150");
    let received = points.wallet(&other).await;
    assert_eq!((&received["available"], &received["expiring"][0]["expires_on"]), (&json!("150"), &date));
    let inbox = other.get("/api/v1/me/inbox").await.expect(200);
    assert!(inbox["items"].to_string().contains("150"), "{inbox}");
    points.audit();
}

#[actix_web::test]
async fn a_household_shares_its_cap_of_the_day() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    let mut terms = Points::terms(&budget);
    terms["household_day_cap"] = json!("25");
    points.rule("volunteer_hours", &terms).await;
    let (one, other) = points.family();
    points.emit(&[points.event(one.person, 4)]).await;
    points.emit(&[points.event(other.person, 4)]).await;
    points.emit(&[points.event(other.person, 1)]).await;
    assert_eq!(points.wallet(&one).await["available"], "20");
    assert_eq!(points.wallet(&other).await["available"], "5");
    let states: Vec<_> = points.awards(&other).await.iter().map(|award| award["reason"].clone()).collect();
    assert_eq!(states, [json!("household_day"), json!("household_day")]);
    let stranger = points.app.resident();
    points.emit(&[points.event(stranger.person, 4)]).await;
    assert_eq!(points.wallet(&stranger).await["available"], "20");
    points.audit();
}

#[actix_web::test]
async fn what_a_child_earns_goes_to_the_pool_of_the_household() {
    use diesel::prelude::*;
    let points = Points::start().await;
    let budget = points.budget("100").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let (child, _parent) = points.family();
    let born = chrono::Datelike::year(&base::clock::shanghai_date(points.now())) - 11;
    let body = json!({"birth_year": born});
    child.send(reqwest::Method::PUT, "/api/v1/me/birth-year", |request| request.json(&body)).await.expect(200);
    points.emit(&[points.event(child.person, 2)]).await;
    let award = &points.awards(&child).await[0];
    assert_eq!((&award["state"], &award["amount"]), (&json!("posted"), &json!("10")));
    assert_eq!(points.wallet(&child).await["available"], "0");
    #[derive(QueryableByName)]
    struct Pool {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        balance: i64,
    }
    let pool: Pool = diesel::sql_query(
        "SELECT sum(b.amount)::bigint AS balance FROM ledger_balances b JOIN ledger_owners o USING (account_id) \
         JOIN residencies r ON r.household_id = o.owner_id WHERE o.kind = 'pool' AND o.owner_kind = 'household' AND r.person_id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(child.person.0)
    .get_result(&mut points.app.owner())
    .expect("the pool");
    assert_eq!(pool.balance, 1_000);
    points.audit();
}
