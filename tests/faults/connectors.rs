//! Outside systems with outages, lost answers, repeats and messages out of order: every request reaches its end, once.

use palm::demo::simulate::{Plan, play};

use crate::support::TestApp;

#[actix_web::test]
async fn fifteen_systems_on_their_bad_days_lose_and_double_nothing() {
    let app = TestApp::start().await;
    let figures = play(&app.serving, Plan::of(150, 311)).await.expect("a simulation");
    assert!(figures.is_clean() && figures.ended == 150, "{figures:#?}");
    // The bad days did come.
    assert!(figures.attempts > figures.deliveries && figures.repeats > 0, "{figures:#?}");
    assert!(figures.messages == 300 && figures.applied < figures.messages, "{figures:#?}");
    assert!(figures.paused > 0, "{figures:#?}");
}
