//! Drafts, publishing, limits of what may be offered, lists.

use serde_json::json;

use super::market::{at, community, offer, order, order_of, published, rich, shop, stock};
use crate::support::TestApp;

#[actix_web::test]
async fn an_offer_is_drafted_published_and_taken_off() {
    let app = TestApp::start().await;
    let (shop, other, resident, staff) = (shop(&app).await, shop(&app).await, rich(&app, "100").await, app.staff());
    let made = shop.owner.post(&at("/offers"), &offer(&shop, 5)).await.expect(201);
    let path = at(&format!("/offers/{}", made["id"].as_str().unwrap_or_default()));
    resident.get(&path).await.problem(404, "not_found");
    other.owner.post(&format!("{path}/publish"), &json!({})).await.problem(404, "not_found");
    staff.post(&format!("{path}/publish"), &json!({})).await.problem(404, "not_found");
    shop.owner.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    let seen = resident.get(&path).await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(seen.expect(200)["summary"], "鸡蛋一盒，8积分，便民超市，可兑换，剩余5");

    let mut form = offer(&shop, 5)["offer"].clone();
    form["price"] = json!("9");
    shop.owner.put(&path, &tag, &form).await.expect(200);
    shop.owner.put(&path, &tag, &form).await.problem(412, "precondition_failed");
    let id = made["id"].as_str().unwrap_or_default();
    assert_eq!(resident.post(&at("/orders"), &order_of(id, 1)).await.expect(201)["points"], "9");

    staff.post(&format!("{path}/suspend"), &json!({"reason": "待核实"})).await.expect(200);
    shop.owner.post(&format!("{path}/publish"), &json!({})).await.problem(409, "offer_suspended");
    resident.post(&at("/orders"), &order_of(id, 1)).await.problem(409, "offer_not_open");
    staff.post(&format!("{path}/resume"), &json!({})).await.expect(200);
    shop.owner.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    shop.owner.post(&format!("{path}/end"), &json!({})).await.expect(200);
    shop.owner.post(&format!("{path}/publish"), &json!({})).await.problem(409, "offer_state");
}

#[actix_web::test]
async fn what_no_offer_may_be_is_refused() {
    let app = TestApp::start().await;
    let shop = shop(&app).await;
    for (field, value) in [
        ("kind", json!("lottery")),
        ("kind", json!("tobacco")),
        ("kind", json!("venue")),
        ("price", json!("0")),
        ("price", json!("-1")),
        ("price", json!("0.001")),
        ("price", json!(8)),
        ("flash", json!(true)),
        ("state", json!("published")),
        ("per_person", json!(0)),
    ] {
        let mut form = offer(&shop, 1);
        form["offer"][field] = value.clone();
        let reply = shop.owner.post(&at("/offers"), &form).await;
        assert_eq!(reply.status, 422, "{field} {value}: {}", reply.text);
    }
    let both = json!({"merchant": shop.id, "community": community(&app), "stock": 1, "offer": offer(&shop, 1)["offer"]});
    shop.owner.post(&at("/offers"), &both).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn lists_have_pages_and_stock_is_refilled() {
    let app = TestApp::start().await;
    let (shop, resident) = (shop(&app).await, rich(&app, "100").await);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(published(&shop.owner, &offer(&shop, 2)).await);
    }
    let first = resident.get(&at("/offers?limit=3")).await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("another page");
    let second = resident.get(&at(&format!("/offers?limit=3&cursor={cursor}"))).await.expect(200);
    let of = |page: &serde_json::Value| -> Vec<String> {
        page["items"]
            .as_array()
            .map(|items| items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect())
            .unwrap_or_default()
    };
    let seen: Vec<String> = of(&first).into_iter().chain(of(&second)).collect();
    assert_eq!(seen, ids.iter().rev().cloned().collect::<Vec<_>>());
    order(&resident, &ids[0], 2).await;
    let restock = at(&format!("/offers/{}/restock", ids[0]));
    shop.owner.post(&restock, &json!({"by": 3})).await.expect(201);
    shop.owner.post(&restock, &json!({"by": -4})).await.problem(409, "offer_state");
    assert_eq!(stock(&resident, &ids[0]).await, 3);
}
