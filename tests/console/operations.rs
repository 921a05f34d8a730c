//! Operations: what stopped is run again by the page, only administrators see it, and nothing of people stands there.

use diesel::prelude::*;
use diesel::sql_query;
use people::identity::Role;
use uuid::Uuid;

use super::pages::{Pages, hidden};
use crate::support::TestApp;

#[actix_web::test]
async fn a_stopped_job_runs_again_once() {
    let app = TestApp::start().await;
    let id = Uuid::now_v7();
    sql_query(
        "INSERT INTO jobs (id, kind, payload, state, run_at, attempts, last_error, finished_at) \
         VALUES ($1, 'housekeeping', '{}', 'dead', palm_now(), 8, '<script>no answer</script>', palm_now())",
    )
    .bind::<diesel::sql_types::Uuid, _>(id)
    .execute(&mut app.owner())
    .expect("a dead job");
    let browser = Pages::new(&app);
    browser.sign_in(&app.actor(Role::Admin, "S1")).await;
    let page = browser.get("/console/operations").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("housekeeping") && !page.text.contains("<script>no"), "{}", page.text);
    assert!(page.text.contains(env!("CARGO_PKG_VERSION")), "{}", page.text);
    let path = format!("/console/operations/jobs/{id}/rerun");
    let forged = browser.post(&path, &[("csrf", "x"), ("key", "0123456789abcdef")]).await;
    assert_eq!(forged.status, 403);
    let sent = [("csrf", hidden(&page.text, "csrf")), ("key", "0123456789abcdef")];
    for _ in 0..2 {
        assert_eq!(browser.post(&path, &sent).await.status, 303, "one key, one rerun");
    }
    let other_key = [sent[0], ("key", "fedcba9876543210")];
    assert_eq!(browser.post(&path, &other_key).await.status, 404, "it isn't dead any more");
    let page = browser.get("/console/operations").await;
    assert!(page.text.contains("没有停止的任务"), "{}", page.text);
}

#[actix_web::test]
async fn messages_that_did_not_get_through_are_counted_without_their_people() {
    let app = TestApp::start().await;
    let resident = app.resident();
    sql_query(
        "WITH inbox AS (INSERT INTO inbox_heads (person_id, last_sequence) VALUES ($1, 1) ON CONFLICT DO NOTHING) \
         INSERT INTO notifications (person_id, sequence, id, kind, title_zh, title_en, body_zh, body_en, push_state) \
         VALUES ($1, 1, $2, 'order_ready', '私信内容', 'private', '私信内容', 'private', 'refused')",
    )
    .bind::<diesel::sql_types::Uuid, _>(resident.person.0)
    .bind::<diesel::sql_types::Uuid, _>(Uuid::now_v7())
    .execute(&mut app.owner())
    .expect("a message");
    let admin = app.actor(Role::Admin, "S1");
    let browser = Pages::new(&app);
    browser.sign_in(&admin).await;
    let page = browser.get("/console/operations").await;
    assert!(page.text.contains("order_ready") && page.text.contains("被微信拒绝"), "{}", page.text);
    assert!(!page.text.contains("私信内容") && !page.text.contains(&resident.person.to_string()), "{}", page.text);
    let counted = admin.get("/api/v1/operations/failed-pushes").await.expect(200);
    assert_eq!((&counted[0]["kind"], &counted[0]["count"]), (&"order_ready".into(), &1.into()));
    app.staff().get("/api/v1/operations/failed-pushes").await.problem(403, "forbidden");
    let staff = Pages::new(&app);
    staff.sign_in(&app.staff()).await;
    assert_eq!(staff.get("/console/operations").await.status, 403);
}

#[actix_web::test]
async fn the_practice_community_is_made_new_by_an_administrator_and_marked() {
    let app = TestApp::start().await;
    let (path, back) = ("/console/operations/practice-reset", "/console/operations");
    let worker = Pages::new(&app);
    worker.sign_in(&app.grid_worker()).await;
    let home = worker.get("/console").await.text;
    assert!(!home.contains("练习社区（演练）"), "nobody else is told that they practise");
    let fields = [("csrf", hidden(&home, "csrf")), ("key", "0123456789abcdef")];
    assert_eq!(worker.post(path, &fields).await.status, 403);
    let admin = Pages::new(&app);
    admin.sign_in(&app.actor(Role::Admin, "S1")).await;
    assert_eq!(admin.post(path, &[("csrf", "x"), ("key", "0123456789abcdef")]).await.status, 403);
    for _ in 0..2 {
        let done = admin.submit(back, path, &[]).await;
        let page = admin.follow(done).await;
        assert!(page.text.contains("练习社区已重建"), "{}", page.text);
    }
    let offered = Pages::new(&app);
    let list = offered.get("/console/sign-in").await.text;
    let person = list
        .split("name=\"person\" value=\"")
        .skip(1)
        .find(|part| part.split("</form>").next().is_some_and(|one| one.contains("练习社区（演练）")));
    let person = person.and_then(|part| part.split('"').next()).expect("somebody to practise as");
    let entered = offered.submit("/console/sign-in", "/console/sign-in/demo", &[("person", person)]).await;
    let home = offered.follow(entered).await;
    assert!(home.text.contains("class=\"demo practice\""), "{}", home.text);
    assert_eq!(worker.get("/console").await.status, 200, "other communities aren't touched");
}
