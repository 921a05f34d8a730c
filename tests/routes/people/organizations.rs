//! The directory of organizations.

use serde_json::json;

use super::{sample_community, with_phone};
use crate::support::TestApp;

#[actix_web::test]
async fn the_directory_reaches_as_far_as_ones_street() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "org").await;
    let staff = with_phone(&app, "社区", &samples.people.secretary).await;
    let all = staff.get("/api/v1/organizations?limit=100").await;
    let items = all.expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 7);
    assert!(!all.text.contains("联系人"), "contacts are not in the directory");
    let merchants = staff.get("/api/v1/organizations?kind=merchant").await.expect(200);
    assert!(merchants["items"].as_array().unwrap().iter().all(|item| item["state"] == "applied"));
    let path = format!("/api/v1/organizations/{}", items[0]["id"].as_str().unwrap());
    assert_eq!(staff.get(&path).await.expect(200)["code"], items[0]["code"]);
    // The other street's people see nothing of it.
    app.staff().get(&path).await.problem(404, "not_found");
    assert_eq!(app.staff().get("/api/v1/organizations").await.expect(200)["items"], json!([]));
    let handler = with_phone(&app, "物业", &samples.people.property).await;
    assert_eq!(handler.get("/api/v1/organizations").await.expect(200)["items"][0]["code"], "WY1");
}
