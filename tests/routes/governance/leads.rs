//! Leads over HTTP: raised by hand, by the season and by rising rates, decided with a reason, counted in figures.

use base::clock::shanghai_date;
use chrono::{Datelike as _, Duration};
use diesel::prelude::*;
use diesel::sql_query;
use people::identity::Role;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

const BASE: &str = "/api/v1/governance/leads";

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

fn lead(app: &TestApp) -> Value {
    json!({"grid_unit_id": app.world.unit("S1/C1/E1/B1"), "from": "patrol", "title": "单元门合页松动", "text": "门扇下沉，可能脱落",
        "place_text": "1 号楼门", "pin": {"lat": 39.6, "lon": 109.8, "system": "wgs84"}})
}

async fn open(actor: &Actor) -> Vec<Value> {
    let page = actor.get(&format!("{BASE}?state=open")).await.expect(200);
    page["items"].as_array().expect("items").clone()
}

async fn told(actor: &Actor, kind: &str) -> usize {
    let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
    page["items"].as_array().expect("items").iter().filter(|item| item["kind"] == kind).count()
}

#[actix_web::test]
async fn a_lead_found_true_is_a_request_and_one_put_aside_is_none() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let sibling = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    let other = app.actor(Role::CommunityStaff, "S1/C2");
    let view = staff.post(BASE, &lead(&app)).await.expect(201);
    let at = format!("{BASE}/{}", id(&view));
    assert_eq!(told(&worker, "lead_raised").await, 1);
    let home = worker.get("/api/v1/me/home").await.expect(200);
    assert!(home["items"].as_array().expect("items").iter().any(|item| item["kind"] == "lead" && item["link"] == json!(at)));
    for outside in [&sibling, &other] {
        outside.get(&at).await.problem(404, "not_found");
        outside.post(&format!("{at}/verify"), &json!({"reason": "x"})).await.problem(404, "not_found");
        outside.post(&format!("{at}/dismiss"), &json!({"reason": "x"})).await.problem(404, "not_found");
        assert!(open(outside).await.is_empty());
        outside.post(BASE, &lead(&app)).await.problem(404, "not_found");
    }
    app.resident().get(&at).await.problem(403, "forbidden");
    let verify = json!({"reason": "现场属实，门扇已下沉 3 厘米"});
    let first = worker.post_with_key(&format!("{at}/verify"), "verify-once", &verify).await.expect(200);
    let again = worker.post_with_key(&format!("{at}/verify"), "verify-once", &verify).await.expect(200);
    assert_eq!((&first["state"], &first["case"]), (&json!("verified"), &again["case"]));
    let case = first["case"].as_str().expect("a request");
    let request = staff.get(&format!("/api/v1/governance/requests/{case}")).await.expect(200);
    assert_eq!(request["source"], "lead");
    assert!(request["text"].as_str().expect("a text").contains("现场属实"), "{request}");
    worker.post(&format!("{at}/dismiss"), &json!({"reason": "x"})).await.problem(409, "state_conflict");
    let aside = id(&worker.post(BASE, &lead(&app)).await.expect(201));
    worker.post(&format!("{BASE}/{aside}/dismiss"), &json!({})).await.problem(422, "invalid_field");
    worker.post(&format!("{BASE}/{aside}/dismiss"), &json!({"reason": "已修好"})).await.expect(200);
    let today = shanghai_date(base::db::now(&mut app.owner()).expect("now"));
    let figures = staff.get(&format!("{BASE}/figures?from={today}&to={today}")).await.expect(200);
    let patrol = &figures["sources"][0];
    assert_eq!((&patrol["source"], &patrol["raised"], &patrol["precision"]), (&json!("patrol"), &json!(2), &json!("50.0")));
    let elsewhere = other.get(&format!("{BASE}/figures?from={today}&to={today}")).await.expect(200);
    assert_eq!(elsewhere["sources"][0]["raised"], 0);
    staff.get(&format!("{BASE}/figures?from={today}&to=2020-01-01")).await.problem(422, "invalid_query");
}

#[actix_web::test]
async fn a_yearly_occasion_raises_its_lead_on_its_day_once() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let now = base::db::now(&mut app.owner()).expect("now");
    let day = shanghai_date(now) + Duration::days(2);
    let seasons = "/api/v1/governance/lead-seasons";
    let season = json!({"grid_unit_id": app.world.unit("S1/C1/E1/B1"), "title": "供暖前试压", "text": "查看各楼门供暖管道",
        "month": day.month(), "day": day.day()});
    let entered = staff.post(seasons, &season).await.expect(201);
    staff
        .post(seasons, &json!({"grid_unit_id": app.world.unit("S1/C1"), "title": "x", "text": "y", "month": 2, "day": 30}))
        .await
        .problem(422, "season_day_wrong");
    app.drain().await;
    assert!(open(&worker).await.is_empty());
    app.move_clock(Duration::days(2));
    app.drain().await;
    app.move_clock(Duration::hours(7));
    app.drain().await;
    let leads = open(&worker).await;
    assert_eq!((leads.len(), &leads[0]["source"], &leads[0]["title"]), (1, &json!("season"), &season["title"]));
    let other = app.actor(Role::CommunityStaff, "S1/C2");
    other.post(&format!("{seasons}/{}/end", id(&entered)), &json!({})).await.problem(404, "not_found");
    staff.post(&format!("{seasons}/{}/end", id(&entered)), &json!({})).await.expect(204);
    staff.post(&format!("{seasons}/{}/end", id(&entered)), &json!({})).await.problem(409, "state_conflict");
    assert_eq!(staff.get(seasons).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn requests_that_rise_near_one_place_make_one_hotspot() {
    let app = TestApp::start().await;
    let (worker, resident) = (app.grid_worker(), app.resident());
    let body = json!({"text": "路灯不亮", "unit": app.world.unit("S1/C1/E1/B1/D1")});
    for _ in 0..3 {
        resident.post("/api/v1/governance/requests", &body).await.expect(201);
    }
    app.drain().await;
    assert!(open(&worker).await.is_empty(), "without a category nothing rises");
    sql_query("UPDATE requests SET category = 'A01-01'").execute(&mut app.owner()).expect("a category");
    for _day in 0..2 {
        app.move_clock(Duration::hours(25));
        app.drain().await;
    }
    let leads = open(&worker).await;
    assert_eq!(leads.len(), 1);
    assert_eq!((&leads[0]["source"], &leads[0]["count"]), (&json!("hotspot"), &json!(2)));
    assert_eq!((&leads[0]["evidence"]["recent"], &leads[0]["grid_unit_id"]), (&json!(3), &json!(app.world.unit("S1/C1/E1/B1"))));
    let verified = worker.post(&format!("{BASE}/{}/verify", id(&leads[0])), &json!({"reason": "整段线路断电"})).await.expect(200);
    assert_eq!(verified["state"], "verified");
}
