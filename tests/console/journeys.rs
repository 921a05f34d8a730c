//! Journeys in a real browser, with scripts and without.

use std::path::Path;

use people::identity::Role;
use serde_json::json;

use super::browser::Browser;
use crate::routes::governance::requests::{REQUESTS, handler_of, id, lamp, unit_at};
use crate::support::TestApp;

/// Request → dispatch → answer → rated.
async fn a_request_is_dispatched_answered_and_rated(scripts: bool) {
    let app = TestApp::start().await;
    let unit = unit_at(&app, "S1/C1", "路灯管理所");
    let (resident, staff, handler) = (app.resident(), app.staff(), handler_of(&app, unit));
    let mut body = lamp(&app);
    body["text"] = json!("<script>window.harmed=1</script><img src=x onerror=alert(1)> 路灯不亮");
    let request = id(&resident.post(REQUESTS, &body).await.expect(201));
    let page = format!("/console/requests/{request}");
    let browser = Browser::start(&app, scripts).await;
    browser.sign_in(&app, &staff, scripts).await;
    browser.click(&format!("a[href='{page}']")).await;
    browser.read("<script>window.harmed=1</script>").await;
    browser.click("details:has(form[action$='/dispatch']) summary").await;
    browser.choose("form[action$='/dispatch'] select[name=organization]", &unit.to_string()).await;
    browser.click("form[action$='/dispatch'] button").await;
    browser.read("已派单").await;
    browser.sign_out().await;
    browser.sign_in(&app, &handler, scripts).await;
    browser.open(&page).await;
    browser.write("form[action$='/accept'] textarea[name=text]", "今天下午上门").await;
    browser.click("form[action$='/accept'] button").await;
    browser.read("已受理，已通知居民").await;
    browser.choose("form[action$='/answer'] select[name=outcome]", "solved").await;
    browser.write("form[action$='/answer'] textarea[name=text]", "灯泡已更换，请您查看。").await;
    browser.click("form[action$='/answer'] button").await;
    browser.read("已答复，请居民评价").await;
    let rating = json!({"resolved": true, "speed": 5, "effect": 5, "attitude": 5, "feedback": 5, "comment": "很快就修好了"});
    resident.post(&format!("{REQUESTS}/{request}/rating"), &rating).await.expect(200);
    browser.open(&page).await;
    browser.read("很快就修好了").await;
    browser.end().await;
    let closed = resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!((&closed["state"], &closed["outcome"]), (&json!("closed"), &json!("solved")));
}

#[actix_web::test]
async fn a_request_is_dispatched_answered_and_rated_with_scripts() {
    a_request_is_dispatched_answered_and_rated(true).await;
}

#[actix_web::test]
async fn a_request_is_dispatched_answered_and_rated_without_scripts() {
    a_request_is_dispatched_answered_and_rated(false).await;
}

/// Every screen that the menu offers, as somebody of the staff sees it; `make screens` shows where the pictures are.
#[actix_web::test]
async fn every_screen_opens_and_is_pictured() {
    let app = TestApp::start().await;
    let folder = std::env::var("PALM_SCREENS").unwrap_or_else(|_unset| format!("{}/target/screens", env!("CARGO_MANIFEST_DIR")));
    let folder = Path::new(&folder);
    let resident = app.resident();
    let mut first = None;
    for text in ["三号楼门口路灯不亮，晚上看不清路。", "单元门禁坏了，外人随意进出。", "楼道里堆了很多纸箱。"]
    {
        let mut body = lamp(&app);
        body["text"] = json!(text);
        first = first.or(Some(id(&resident.post(REQUESTS, &body).await.expect(201))));
    }
    let (staff, admin) = (app.staff(), app.actor(Role::Admin, "S1"));
    app.grant(&staff, Role::GridWorker, Some(app.world.unit("S1/C1/E1/B1")), None);
    let browser = Browser::start(&app, true).await;
    browser.open("/console/sign-in").await;
    browser.picture(folder, "sign-in").await;
    for (who, actor) in [("staff", &staff), ("admin", &admin)] {
        browser.sign_in(&app, actor, true).await;
        for path in menu_of(&browser.source().await) {
            browser.open(&path).await;
            browser.see("main h1").await;
            let name = path.trim_start_matches("/console").trim_start_matches('/').replace('/', "-");
            browser.picture(folder, &format!("{who}-{}", if name.is_empty() { "todo" } else { &name })).await;
        }
        if who == "staff" {
            browser.open(&format!("/console/requests/{}", first.as_deref().unwrap_or_default())).await;
            browser.picture(folder, "staff-request").await;
        }
        browser.open("/console/account").await;
        browser.sign_out().await;
    }
    browser.end().await;
}

/// The paths of the menu.
fn menu_of(page: &str) -> Vec<String> {
    let menu = page.split("<nav class=\"menu\"").nth(1).and_then(|rest| rest.split("</nav>").next()).expect("a menu");
    menu.split("href=\"").skip(1).filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
}

/// What the check left to a person is hidden, the author objects, somebody else restores it.
async fn a_text_is_hidden_objected_to_and_restored(scripts: bool) {
    let app = TestApp::start().await;
    let (resident, worker, staff) = (app.resident(), app.grid_worker(), app.staff());
    let mut body = lamp(&app);
    body["public"] = json!(true);
    let request = id(&resident.post(REQUESTS, &body).await.expect(201));
    let browser = Browser::start(&app, scripts).await;
    browser.sign_in(&app, &worker, scripts).await;
    browser.click("nav.menu a[href='/console/moderation']").await;
    browser.read("三号楼门口路灯不亮").await;
    browser.choose("select[name=reason]", "off_topic").await;
    browser.click("form[action$='/refuse'] button").await;
    browser.read("未公开，作者已收到原因").await;
    browser.sign_out().await;
    let mine = resident.get("/api/v1/me/screening").await.expect(200);
    let item = id(&mine["items"][0]);
    let appeal = json!({"text": "说的就是本小区的路灯"});
    resident.post(&format!("/api/v1/screening/items/{item}/appeal"), &appeal).await.expect(200);
    browser.sign_in(&app, &staff, scripts).await;
    browser.open("/console/moderation?state=appealed").await;
    browser.read("说的就是本小区的路灯").await;
    browser.write("textarea[name=note]", "与小区有关，予以公开").await;
    browser.click("button[name=publish][value=true]").await;
    browser.read("已处理申诉").await;
    browser.end().await;
    let shown = resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!(shown["publication"], "published");
}

#[actix_web::test]
async fn a_text_is_hidden_objected_to_and_restored_with_scripts() {
    a_text_is_hidden_objected_to_and_restored(true).await;
}

#[actix_web::test]
async fn a_text_is_hidden_objected_to_and_restored_without_scripts() {
    a_text_is_hidden_objected_to_and_restored(false).await;
}
