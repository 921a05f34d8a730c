//! The grid as everybody sees it, posters, the red list; the register, masked.

use people::identity::Role;
use serde_json::json;

use super::{sample_community, unit_at, with_phone};
use crate::support::TestApp;

#[actix_web::test]
async fn units_come_in_pages_by_level_and_below_a_unit() {
    let app = TestApp::start().await;
    let me = app.person(None);
    let mut paths = Vec::new();
    let mut next = "/api/v1/grid/units?kind=entrance&limit=3".to_owned();
    loop {
        let page = me.get(&next).await.expect(200);
        paths.extend(page["items"].as_array().unwrap().iter().map(|unit| unit["path"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("/api/v1/grid/units?kind=entrance&limit=3&cursor={cursor}");
    }
    assert_eq!(paths.len(), 8);
    assert!(paths.is_sorted());
    let below = me.get(&format!("/api/v1/grid/units?under={}", app.world.unit("S1/C2/E1/B1"))).await.expect(200);
    assert_eq!(below["items"].as_array().map(Vec::len), Some(3));
    let one = me.get(&format!("/api/v1/grid/units/{}", app.world.unit("S1/C1/E1"))).await.expect(200);
    assert_eq!(one["above"].as_array().map(Vec::len), Some(3));
    me.get(&format!("/api/v1/grid/units/{}", uuid::Uuid::new_v4())).await.problem(404, "not_found");
    me.get("/api/v1/grid/units?kind=planet").await.problem(422, "invalid_query");
    app.anonymous().get("/api/v1/grid/units").await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_poster_keeps_its_ticket_and_belongs_to_an_entrance_of_the_scope() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let poster = |path: &str| format!("/api/v1/grid/units/{}/poster", app.world.unit(path));
    let first = worker.post(&poster("S1/C1/E1/B1/D1"), &json!({})).await.expect(200);
    let again = worker.post(&poster("S1/C1/E1/B1/D1"), &json!({})).await.expect(200);
    assert_eq!(first["ticket"], again["ticket"]);
    assert!(first["svg"].as_str().unwrap().starts_with("<svg"));
    assert_ne!(worker.post(&poster("S1/C1/E1/B1/D2"), &json!({})).await.expect(200)["ticket"], first["ticket"]);
    worker.post(&poster("S1/C1/E1/B2/D1"), &json!({})).await.problem(404, "not_found");
    worker.post(&poster("S1/C1/E1/B1"), &json!({})).await.problem(422, "not_an_entrance");
}

#[actix_web::test]
async fn blocks_without_a_worker_stand_on_the_red_list_of_their_community() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let red = async || {
        let page = staff.get("/api/v1/grid/red-list").await.expect(200);
        page["items"].as_array().unwrap().iter().map(|unit| unit["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(red().await, ["S1/C1/E1/B1", "S1/C1/E1/B2"]);
    app.grid_worker();
    assert_eq!(red().await, ["S1/C1/E1/B2"]);
    let resident = app.actor(Role::Resident, "S1/C1/E1/B2/D1");
    let mine = resident.get("/api/v1/grid/mine").await.expect(200);
    assert!(mine["items"][0]["note"].as_str().unwrap().contains("红色清单"));
    assert_eq!(app.street().get("/api/v1/grid/red-list?limit=1").await.expect(200)["items"][0]["path"], "S1/C1/E1/B2");
}

#[actix_web::test]
async fn the_register_is_shown_masked_and_within_the_scope() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "mask").await;
    let worker = with_phone(&app, "网格员", &samples.people.worker).await;
    let other = with_phone(&app, "另一网格员", &samples.people.second_worker).await;
    let list = worker.get(&format!("/api/v1/households?entrance={}", unit_at(&app, &samples.people.home))).await;
    let items = list.expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 6);
    let path = format!("/api/v1/households/{}", items[0]["id"].as_str().unwrap());
    let detail = worker.get(&path).await;
    let members = detail.expect(200)["members"].clone();
    assert_eq!((&members[0]["name"], members[0]["phone"].as_str().map(|phone| &phone[3..7])), (&json!("居*"), Some("****")));
    for canary in [samples.people.resident.as_str(), "居民甲子", "\"101\""] {
        assert!(!detail.text.contains(canary) && !list.text.contains(canary), "{canary} is shown");
    }
    other.get(&path).await.problem(404, "not_found");
    app.resident().get(&path).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn a_deputy_stands_in_for_a_time_and_a_worker_may_be_called_who_allows_it() {
    let app = TestApp::start().await;
    let (worker, colleague, staff) = (app.grid_worker(), app.actor(Role::GridWorker, "S1/C1/E1/B2"), app.staff());
    let resident = app.actor(Role::Resident, "S1/C1/E1/B1/D1");
    let mine = async || resident.get("/api/v1/grid/mine").await.expect(200)["items"][0].clone();
    let before = mine().await;
    assert_eq!((before["deputies"].as_array().map(Vec::len), &before["workers"][0]["callable"]), (Some(0), &json!(false)));

    let named = format!("/api/v1/grid/units/{}/deputies", app.world.unit("S1/C1/E1/B1"));
    let now = base::db::now(&mut app.owner()).expect("the clock");
    let body = |person: &crate::support::Actor, hours: i64| json!({"person": person.person, "starts_at": now, "ends_at": now + chrono::Duration::hours(hours)});
    staff.post(&named, &body(&resident, 8)).await.problem(422, "invalid_field");
    staff.post(&named, &body(&worker, 8)).await.problem(422, "invalid_field");
    staff.post(&named, &body(&colleague, 24 * 93)).await.problem(422, "invalid_field");
    staff.post(&named, &body(&colleague, 8)).await.expect(201);
    let during = mine().await;
    assert_eq!(during["deputies"][0]["person"], colleague.person.to_string());
    assert_eq!(during["workers"].as_array().map(Vec::len), Some(1));
    app.move_clock(chrono::Duration::hours(9));
    assert_eq!(mine().await["deputies"].as_array().map(Vec::len), Some(0));

    let call = format!("/api/v1/grid/workers/{}/call", worker.person);
    resident.post(&call, &json!({})).await.problem(404, "not_found");
    let set = json!({"callable": true});
    worker.send(reqwest::Method::PUT, "/api/v1/me/callable", |request| request.json(&set)).await.expect(200);
    let number = resident.post(&call, &json!({})).await.expect(200);
    assert!(number["phone"].as_str().is_some_and(|phone| phone.starts_with("199")), "{number}");
    assert_eq!(worker.get("/api/v1/me/access-log").await.expect(200)["items"][0]["field"], "phone");
    let elsewhere = app.actor(Role::Resident, "S1/C1/E1/B2/D1");
    elsewhere.post(&call, &json!({})).await.problem(404, "not_found");
}
