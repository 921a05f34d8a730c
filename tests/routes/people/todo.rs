//! The one to-do list: every noun's part, filtered, counted, by pages; and the home screen's counters.

use people::identity::Role;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

const TODO: &str = "/api/v1/me/todo";

fn kinds(view: &Value) -> Vec<&str> {
    view["items"].as_array().expect("items").iter().filter_map(|item| item["kind"].as_str()).collect()
}

/// A claim at an entrance and a registration in the community wait for its staff.
async fn arrange(app: &TestApp) {
    let claim = json!({"entrance": app.world.unit("S1/C1/E1/B2/D1")});
    app.person(Some("19900000001")).post("/api/v1/residencies", &claim).await.expect(201);
    let report = json!({"grid_unit_id": app.world.unit("S1/C1"), "company": "某外卖平台", "work": "courier"});
    app.person(Some("19900000002")).post("/api/v1/registrations/new-employment", &report).await.expect(201);
}

async fn list(actor: &Actor, query: &str) -> Value {
    actor.get(&format!("{TODO}{query}")).await.expect(200)
}

#[actix_web::test]
async fn one_list_of_all_parts_is_filtered_counted_and_paged() {
    let app = TestApp::start().await;
    arrange(&app).await;
    let staff = app.staff();
    let all = list(&staff, "").await;
    assert_eq!(kinds(&all), ["registration", "residencies"]);
    assert_eq!(all["counts"], json!([{"kind": "registration", "items": 1}, {"kind": "residencies", "items": 1}]));
    assert_eq!((&all["next_cursor"], &all["empty_text"]), (&json!(null), &json!(null)));

    let first = list(&staff, "?limit=1").await;
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second = list(&staff, &format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(
        (kinds(&first), kinds(&second), &second["next_cursor"]),
        (vec!["registration"], vec!["residencies"], &json!(null))
    );

    assert_eq!(kinds(&list(&staff, "?kind=residencies").await), ["residencies"]);
    assert_eq!(kinds(&list(&staff, "?whose=mine").await), Vec::<&str>::new());
    let block = |name: &str| format!("?unit={}", app.world.unit(&format!("S1/C1/E1/{name}")));
    assert_eq!(kinds(&list(&staff, &block("B2")).await), ["registration", "residencies"]);
    assert_eq!(kinds(&list(&staff, &block("B1")).await), ["registration"], "what concerns the whole community stays");
    let elsewhere = format!("?unit={}", app.world.unit("S1/C2"));
    assert_eq!(kinds(&list(&staff, &elsewhere).await), Vec::<&str>::new());
    staff.get(&format!("{TODO}?whose=theirs")).await.problem(422, "invalid_query");

    let worker = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    assert_eq!(kinds(&list(&worker, "?whose=mine").await), ["residencies"]);
    assert_eq!(kinds(&list(&app.grid_worker(), "").await), Vec::<&str>::new());
}

#[actix_web::test]
async fn an_empty_list_says_what_comes_next_and_both_carry_their_tag() {
    let app = TestApp::start().await;
    let (resident, newcomer) = (app.resident(), app.person(Some("19900000003")));
    for path in [TODO, "/api/v1/me/home"] {
        let reply = resident.get(path).await;
        assert!(reply.expect(200)["empty_text"].as_str().expect("a text").contains("志愿服务"), "{}", reply.text);
        let tag = reply.header("etag").to_owned();
        let unchanged = resident.send(reqwest::Method::GET, path, |request| request.header("if-none-match", tag)).await;
        assert_eq!(unchanged.status, 304);
        assert!(newcomer.get(path).await.expect(200)["empty_text"].as_str().expect("a text").contains("楼门海报"));
    }
    arrange(&app).await;
    let home = app.staff().get("/api/v1/me/home").await.expect(200);
    assert_eq!(home["counts"].as_array().expect("counts").len(), 2);
    assert_eq!(home["empty_text"], json!(null));
}
