//! What everybody sees of public requests, and going along with them.

use people::identity::Role;
use serde_json::{Value, json};

use super::{one_household, published};
use crate::support::{Actor, TestApp};

const REQUESTS: &str = "/api/v1/governance/requests";
const PUBLIC: &str = "/api/v1/governance/public/requests";

/// Files a public request at an entrance of the first block, whose check comes to a good end.
async fn hole(app: &TestApp, by: &Actor) -> String {
    let pin = json!({"lat": 39.608_46, "lon": 109.781_34, "system": "wgs84"});
    let body = json!({"text": "门口路面有坑，请联系19900000001。", "unit": app.world.unit("S1/C1/E1/B1/D1"), "public": true, "pin": pin,
        "place_text": "3单元402门前"});
    let filed = by.post(REQUESTS, &body).await.expect(201);
    let id = filed["id"].as_str().unwrap_or_default().to_owned();
    published(app, &id);
    id
}

async fn anybody(app: &TestApp, path: &str) -> (u16, String) {
    let reply = app.anonymous().get(path).await;
    (reply.status, reply.text)
}

fn count(page: &Value) -> usize {
    page["items"].as_array().map_or(0, Vec::len)
}

#[actix_web::test]
async fn everybody_sees_public_requests_without_what_could_name_a_person() {
    let app = TestApp::start().await;
    let resident = app.resident();
    let id = hole(&app, &resident).await;
    let private = json!({"text": "家里的私事", "unit": app.world.unit("S1/C1/E1/B1/D1")});
    let private = resident.post(REQUESTS, &private).await.expect(201);
    let pending = json!({"text": "还没有检查", "unit": app.world.unit("S1/C1/E1/B1/D1"), "public": true});
    let pending = resident.post(REQUESTS, &pending).await.expect(201);
    let community = app.world.unit("S1/C1");
    let forms = [
        format!("{PUBLIC}?community={community}"),
        format!("{PUBLIC}.geojson?community={community}"),
        format!("{PUBLIC}.atom?community={community}"),
        format!("{PUBLIC}/{id}"),
    ];
    for path in &forms {
        let (status, text) = anybody(&app, path).await;
        assert_eq!(status, 200, "{path}: {text}");
        assert!(text.contains(&id) && text.contains("路面有坑"), "{path}: {text}");
        for secret in ["19900000001", "402", "家里的私事", "还没有检查", &resident.person.to_string(), "39.60846"] {
            assert!(!text.contains(secret), "{path} shows {secret}: {text}");
        }
    }
    for hidden in [&private, &pending] {
        assert_eq!(anybody(&app, &format!("{PUBLIC}/{}", hidden["id"].as_str().unwrap_or_default())).await.0, 404);
    }
    let map: Value = serde_json::from_str(&anybody(&app, &forms[1]).await.1).expect("JSON");
    assert_eq!(map["features"][0]["geometry"], json!({"type": "Point", "coordinates": [109.781, 39.608]}));
    assert_eq!(anybody(&app, &format!("{PUBLIC}?community={}", app.world.unit("S1/C1/E1"))).await.0, 404);
}

#[actix_web::test]
async fn the_public_list_is_narrowed_by_state_area_and_page() {
    let app = TestApp::start().await;
    let resident = app.resident();
    for _ in 0..3 {
        hole(&app, &resident).await;
    }
    let list = format!("{PUBLIC}?community={}", app.world.unit("S1/C1"));
    let first = resident.get(&format!("{list}&limit=2")).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap_or_default();
    let second = resident.get(&format!("{list}&limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((count(&first), count(&second)), (2, 1));
    for (narrowed, found) in [("bbox=109.7,39.6,109.8,39.7", 3), ("bbox=0,0,1,1", 0), ("open=true", 3), ("open=false", 0)] {
        assert_eq!(count(&resident.get(&format!("{list}&{narrowed}")).await.expect(200)), found, "{narrowed}");
    }
    resident.get(&format!("{list}&bbox=1,2,3")).await.problem(422, "invalid_query");
}

#[actix_web::test]
async fn neighbours_join_are_counted_by_household_told_and_rate_for_themselves() {
    let app = TestApp::start().await;
    let reporter = app.resident();
    let (one, other) = (app.actor(Role::Resident, "S1/C1/E1/B1/D1"), app.actor(Role::Resident, "S1/C1/E1/B1/D1"));
    one_household(&app, &[&one, &other]);
    let id = hole(&app, &reporter).await;
    let join = format!("{REQUESTS}/{id}/join");
    reporter.post(&join, &json!({})).await.problem(409, "join_own");
    app.actor(Role::Resident, "S1/C2/E1/B1/D1").post(&join, &json!({})).await.problem(404, "not_found");
    for neighbour in [&one, &other] {
        assert_eq!(neighbour.post(&join, &json!({})).await.status, 204);
        assert_eq!(neighbour.post(&join, &json!({})).await.status, 204, "twice is once");
    }
    let shown = one.get(&format!("{PUBLIC}/{id}")).await.expect(200);
    assert_eq!(shown["households"], 1);
    let rating = json!({"resolved": true, "speed": 5, "effect": 4, "attitude": 5, "feedback": 4});
    one.post(&format!("{join}/rating"), &rating).await.problem(409, "not_answered_yet");
    let worker = app.grid_worker();
    assert!(worker.post(&format!("{REQUESTS}/{id}/accept"), &json!({})).await.status < 300);
    app.drain().await;
    let inbox = one.get("/api/v1/me/inbox").await.expect(200);
    let told = inbox["items"].as_array().expect("items").iter().filter(|item| item["kind"] == "request_followed").count();
    assert_eq!(told, 1, "{inbox}");
    assert_eq!(count(&one.get(&format!("{REQUESTS}/followed")).await.expect(200)), 1);
    assert_eq!(one.delete(&join).await.status, 204);
    one.delete(&join).await.problem(404, "not_found");
}

#[actix_web::test]
async fn who_follows_a_place_hears_of_new_requests_there_once_they_are_published() {
    let app = TestApp::start().await;
    let (follower, staff) = (app.actor(Role::Resident, "S1/C1/E1/B2/D1"), app.staff());
    let unit = app.world.unit("S1/C1/E1/B1");
    let places = "/api/v1/governance/followed-places";
    assert_eq!(follower.post(places, &json!({"unit": unit})).await.status, 204);
    assert_eq!(count(&follower.get(places).await.expect(200)), 1);
    let body = json!({"text": "路面有坑", "unit": app.world.unit("S1/C1/E1/B1/D1"), "public": true});
    let filed = app.resident().post(REQUESTS, &body).await.expect(201);
    assert_eq!(filed["publication"], "pending", "nobody's sign-in stands behind it, so a person looks");
    let heard = async || {
        app.drain().await;
        let inbox = follower.get("/api/v1/me/inbox").await.expect(200);
        inbox["items"].as_array().expect("items").iter().filter(|item| item["kind"] == "request_followed").count()
    };
    assert_eq!(heard().await, 0);
    let items = staff.get("/api/v1/screening/items").await.expect(200);
    let item = items["items"][0]["id"].as_str().expect("an item");
    staff.post(&format!("/api/v1/screening/items/{item}/publish"), &json!({})).await.expect(200);
    assert_eq!(heard().await, 1);
    assert_eq!(follower.delete(&format!("{places}/{unit}")).await.status, 204);
    follower.delete(&format!("{places}/{unit}")).await.problem(404, "not_found");
}
