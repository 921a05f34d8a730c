//! Points and settlement: two persons for everything, and the second one is told who the first was.

use serde_json::json;

use super::pages::{Pages, hidden};
use crate::routes::life::market::{at, code, community, offer, order, published, rich, shop};
use crate::routes::points::Points;
use crate::support::TestApp;

#[actix_web::test]
async fn a_budget_is_asked_for_by_one_and_approved_by_another() {
    let stage = Points::start().await;
    let (first, second) = (Pages::new(&stage.app), Pages::new(&stage.app));
    first.sign_in(&stage.asks).await;
    second.sign_in(&stage.approves).await;
    let (community, street) = (stage.community.to_string(), stage.app.world.unit("S1").to_string());
    let mut fields = [
        ("community", community.as_str()),
        ("sponsor_unit", &street),
        ("name", "<b>志愿服务</b>"),
        ("period_from", "2020-01-01"),
        ("period_to", "2120-12-31"),
        ("amount", "twelve"),
    ];
    let refused = first.submit("/console/points", "/console/points/budgets", &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("value=\"2120-12-31\"") && refused.text.contains("field wrong"), "what was typed is kept");
    fields[5].1 = "120.5";
    let page = first.get("/console/points").await;
    let mut sent = vec![("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key"))];
    sent.extend(fields);
    for _ in 0..2 {
        let asked = first.post("/console/points/budgets", &sent).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
    }
    let own = first.get("/console/points").await;
    assert_eq!(own.text.matches("id=\"budget-").count(), 1, "sent twice, asked once:\n{}", own.text);
    assert!(own.text.contains("等待另一名工作人员审批") && !own.text.contains("value=\"approve\""), "{}", own.text);
    assert!(!own.text.contains("<b>志愿"), "a name is text");
    let id = own.text.split("id=\"budget-").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let own_decision = [sent[0], ("key", "0123456789abcdef"), ("id", id), ("what", "approve")];
    let refused = first.post("/console/points/decide", &own_decision).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(refused.text.contains("不能审批本人"), "{}", refused.text);
    let theirs = second.get("/console/points").await;
    assert!(theirs.text.contains("申请人"), "{}", theirs.text);
    let done = second.submit("/console/points", "/console/points/decide", &[("id", id), ("what", "approve")]).await;
    let page = second.follow(done).await;
    assert!(page.text.contains("<dt>剩余</dt><dd><b>120.5</b></dd>"), "{}", page.text);
    let forged = second.post("/console/points/decide", &[("csrf", "x"), ("key", "0123456789abcdef"), ("id", id)]).await;
    assert_eq!(forged.status, 403);
    let unfund = format!("/console/points/budgets/{id}/unfund");
    let asked = first.submit("/console/points", &unfund, &[("amount", "120.5")]).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let theirs = second.get("/console/points").await;
    assert!(theirs.text.contains("核减"), "{}", theirs.text);
    let change =
        theirs.text.split("value=\"approve-change\"").next().and_then(|before| before.rsplit("name=\"id\" value=\"").next());
    let change = change.and_then(|rest| rest.split('"').next()).expect("a change to decide");
    let fields = [("id", change), ("what", "approve-change")];
    let done = second.submit("/console/points", "/console/points/decide", &fields).await;
    let page = second.follow(done).await;
    assert!(page.text.contains("<dt>剩余</dt><dd><b>0</b></dd>"), "{}", page.text);
    let closed = second.submit("/console/points", "/console/points/decide", &[("id", id), ("what", "close")]).await;
    let page = second.follow(closed).await;
    assert!(page.text.contains("已关闭"), "{}", page.text);
}

#[actix_web::test]
async fn a_rule_is_drafted_by_one_and_put_in_force_by_another() {
    let stage = Points::start().await;
    let (first, second) = (Pages::new(&stage.app), Pages::new(&stage.app));
    first.sign_in(&stage.asks).await;
    second.sign_in(&stage.approves).await;
    let (community, budget) = (stage.community.to_string(), stage.budget("100").await);
    let fields = [
        ("community", community.as_str()),
        ("kind", "volunteer_hours"),
        ("budget", &budget),
        ("name", "志愿服务积分"),
        ("amount_per_unit", "5"),
        ("person_day_cap", "20"),
        ("person_month_cap", ""),
        ("validity_months", ""),
        ("valid_from", "2020-01-01"),
        ("valid_until", ""),
    ];
    let drafted = first.submit("/console/points/rules", "/console/points/rules", &fields).await;
    let page = first.follow(drafted).await;
    assert!(page.text.contains("每人每天最多 20 积分") && !page.text.contains("/approve\""), "{}", page.text);
    let theirs = second.get("/console/points/rules").await;
    let path = theirs.text.split("action=\"").filter_map(|part| part.split('"').next()).find(|path| path.ends_with("/approve"));
    let done = second.submit("/console/points/rules", path.expect("a form to approve"), &[]).await;
    let page = second.follow(done).await;
    assert!(page.text.contains("生效中"), "{}", page.text);
    let awards = second.get("/console/points/awards").await;
    assert_eq!(awards.status, 200, "{}", awards.text);
}

#[actix_web::test]
async fn a_statement_is_closed_paid_and_approved_by_two() {
    let app = TestApp::start().await;
    let (shop, first, second) = (shop(&app).await, app.staff(), app.staff());
    let resident = rich(&app, "100").await;
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    let bought = order(&resident, &goods, 1).await;
    let shown = code(&resident, &bought).await;
    shop.clerk.post(&at("/redemptions/capture"), &json!({"code": shown["code"]})).await.expect(201);
    let (one, two) = (Pages::new(&app), Pages::new(&app));
    one.sign_in(&first).await;
    two.sign_in(&second).await;
    let place = community(&app).to_string();
    let closed = one.submit("/console/settlements", "/console/settlements/close", &[("community", &place)]).await;
    let list = one.follow(closed).await;
    let marker = "<td><a href=\"";
    let at_link = list.text.find(marker).map(|at| at + marker.len()).expect("a statement");
    let path = list.text[at_link..].split('"').next().unwrap_or_default().to_owned();
    let page = one.get(&path).await;
    assert!(page.text.contains("待商户确认") && !page.text.contains("value=\"pay\""), "{}", page.text);
    for kind in ["csv", "xlsx"] {
        let file = one.get(&format!("{path}/statement.{kind}")).await;
        assert_eq!(file.status, 200);
        assert!(file.header("content-disposition").ends_with(&format!(".{kind}\"")));
    }
    assert_eq!(one.get(&format!("{path}/statement.exe")).await.status, 404);
    let id = path.rsplit('/').next().unwrap_or_default();
    shop.owner.post(&at(&format!("/settlements/{id}/confirm")), &json!({})).await.expect(200);
    let entered = one.submit(&path, &path, &[("what", "pay"), ("proof", "回单 0001")]).await;
    let page = one.follow(entered).await;
    assert!(page.text.contains("等待另一名工作人员批准") && !page.text.contains("value=\"approve\""), "{}", page.text);
    let same = one.submit(&path, &path, &[("what", "approve")]).await;
    assert_eq!(same.status, 409, "{}", same.text);
    assert!(same.text.contains("须由另一名工作人员批准"), "{}", same.text);
    let paid = two.submit(&path, &path, &[("what", "approve")]).await;
    let page = two.follow(paid).await;
    assert!(page.text.contains("已付款") && page.text.contains("登记人"), "{}", page.text);
}

#[actix_web::test]
async fn who_may_not_is_refused_and_another_community_sees_nothing() {
    let stage = Points::start().await;
    let budget = stage.budget("100").await;
    let worker = Pages::new(&stage.app);
    worker.sign_in(&stage.app.grid_worker()).await;
    for path in ["/console/points", "/console/points/rules", "/console/points/awards", "/console/settlements"] {
        assert_eq!(worker.get(path).await.status, 403, "{path}");
    }
    let other = Pages::new(&stage.app);
    other.sign_in(&stage.app.actor(people::identity::Role::CommunityStaff, "S1/C2")).await;
    let page = other.get("/console/points").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains(&budget), "{}", page.text);
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", "0123456789abcdef"), ("id", &budget), ("what", "close")];
    assert_eq!(other.post("/console/points/decide", &fields).await.status, 404);
}
