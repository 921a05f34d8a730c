//! Renters leave: the register's last day ends the residence the day after.

use people::community::import::ImportKind;
use serde_json::{Value, json};

use super::{operator_imports, sample_community, with_phone};
use crate::support::{Actor, TestApp};

async fn residence(actor: &Actor) -> Value {
    actor.get("/api/v1/me/residencies").await.expect(200)["items"][0].clone()
}

async fn register(app: &TestApp, community: &str, until: &str) {
    let file = format!(
        "household,entrance,room,member,name,phone,birth_year,relation,from,until\nR-1,{community}/E1/B1/D1,901,M-1,居民甲,19900000077,1990,租户,2020-01-01,{until}\n"
    );
    let report = operator_imports(app, ImportKind::Households, file.into_bytes(), false).await;
    assert_eq!(report["refused"], 0, "{report:#}");
}

#[actix_web::test]
async fn a_renter_has_moved_out_the_day_after_the_last_day() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "renters").await;
    let today = base::clock::shanghai_date(base::db::now(&mut app.owner()).expect("the clock"));
    register(&app, &sample.community, &today.to_string()).await;
    let renter = with_phone(&app, "renter", "19900000077").await;
    let entrance = super::unit_at(&app, &format!("{}/E1/B1/D1", sample.community));
    let claimed = renter.post("/api/v1/residencies", &json!({"entrance": entrance})).await.expect(201);
    assert_eq!(claimed["state"], "confirmed");
    app.drain().await;
    assert_eq!(residence(&renter).await["state"], "confirmed", "the last day is still theirs");

    app.move_clock(chrono::Duration::days(1));
    app.drain().await;
    assert_eq!(residence(&renter).await["state"], "moved_out");
    let me = with_phone(&app, "renter", "19900000077").await.get("/api/v1/me").await.expect(200);
    assert_eq!(me["roles"], json!([]), "the scope ended with it");
}

#[actix_web::test]
async fn a_last_day_in_the_past_counts_at_once_and_another_household_stays() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "leavers").await;
    register(&app, &sample.community, "").await;
    let renter = with_phone(&app, "leaver", "19900000077").await;
    let entrance = super::unit_at(&app, &format!("{}/E1/B1/D1", sample.community));
    renter.post("/api/v1/residencies", &json!({"entrance": entrance})).await.expect(201);
    app.drain().await;
    assert_eq!(residence(&renter).await["state"], "confirmed");
    register(&app, &sample.community, "2020-02-01").await;
    app.drain().await;
    assert_eq!(residence(&renter).await["state"], "moved_out");
}
