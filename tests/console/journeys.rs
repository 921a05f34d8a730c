//! Journeys in a real browser, with scripts and without.

use std::path::Path;

use people::identity::Role;
use serde_json::json;

use super::browser::Browser;
use super::pages::Pages;
use crate::routes::governance::chat;
use crate::routes::governance::requests::{REQUESTS, handler_of, id, lamp, unit_at};
use crate::routes::people::sample_community;
use crate::support::{Actor, TestApp};

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

/// Pages below those of the menu.
const BELOW: &[&str] = &[
    "/console/account",
    "/console/chat/topics",
    "/console/chat/measures",
    "/console/chat/figures",
    "/console/moderation?state=appealed",
    "/console/people/households",
    "/console/people/cards",
    "/console/places/roles",
    "/console/places/roster",
    "/console/points/rules",
    "/console/points/awards",
];

/// Something to look at: requests, a topic with a reported message, a register.
async fn something_to_look_at(app: &TestApp, staff: &Actor) -> Vec<String> {
    let resident = app.resident();
    let mut pages = Vec::new();
    for text in ["三号楼门口路灯不亮，晚上看不清路。", "单元门禁坏了，外人随意进出。", "楼道里堆了很多纸箱。"]
    {
        let mut body = lamp(app);
        body["text"] = json!(text);
        pages.push(format!("/console/requests/{}", id(&resident.post(REQUESTS, &body).await.expect(201))));
    }
    pages.truncate(1);
    app.grant(staff, Role::GridWorker, Some(app.world.unit("S1/C1/E1/B1")), None);
    let topic = chat::topic(staff, &chat::group(app, "S1/C1/E1/B1").await, "talk").await;
    let (one, other) = (chat::neighbour(app, "甲", "19900000001").await, chat::neighbour(app, "乙", "19900000002").await);
    chat::say(&one, &topic, "东门晚上太暗").await;
    let message = id(&chat::say(&other, &topic, "物业早就该换人了").await.expect(201));
    one.post(&format!("{}/messages/{message}/reports", chat::BASE), &json!({"reason": "abuse"})).await.expect(201);
    pages.push(format!("/console/chat/topics/{topic}"));
    let sample = sample_community(app, "scr1").await;
    let community = crate::routes::people::unit_at(app, &sample.community);
    app.grant(staff, Role::CommunityStaff, Some(community.parse().expect("a unit")), None);
    pages
}

/// Every screen, as somebody of the staff sees it: it opens, weighs little, and is pictured with how long the server took for it;
/// `make screens` shows where.
#[actix_web::test]
async fn every_screen_opens_and_is_pictured() {
    let app = TestApp::start().await;
    let folder = std::env::var("PALM_SCREENS").unwrap_or_else(|_unset| format!("{}/target/screens", env!("CARGO_MANIFEST_DIR")));
    let folder = Path::new(&folder);
    let (staff, admin) = (app.staff(), app.actor(Role::Admin, "S1"));
    let own = something_to_look_at(&app, &staff).await;
    let browser = Browser::start(&app, true).await;
    browser.open("/console/sign-in").await;
    browser.picture(folder, "sign-in").await;
    let mut figures = String::new();
    for (who, actor) in [("staff", &staff), ("admin", &admin)] {
        browser.sign_in(&app, actor, true).await;
        let mut paths = menu_of(&browser.source().await);
        if who == "staff" {
            paths.extend(BELOW.iter().map(|path| (*path).to_owned()).chain(own.iter().cloned()));
        }
        let plain = Pages::new(&app);
        plain.sign_in(actor).await;
        for path in paths {
            browser.open(&path).await;
            browser.see("main h1").await;
            let name = name_of(&path);
            browser.picture(folder, &format!("{who}-{name}")).await;
            let began = std::time::Instant::now();
            let page = plain.get(&path).await;
            let took = began.elapsed();
            assert_eq!(page.status, 200, "{path}");
            assert!(page.bytes.len() < 60_000, "{path} weighs {}", page.bytes.len());
            figures.push_str(&format!(
                "{who:6} {name:24} {:6.1} ms {:6} bytes\n",
                took.as_secs_f64() * 1_000.0,
                page.bytes.len()
            ));
        }
        browser.open("/console/account").await;
        browser.sign_out().await;
    }
    browser.end().await;
    std::fs::write(folder.join("figures.txt"), figures).expect("a file");
}

/// A path as the name of a picture; those of one thing by what it is.
fn name_of(path: &str) -> String {
    let parts = path.trim_start_matches("/console").split(['/', '?', '=']).filter(|part| !part.is_empty() && part.len() < 30);
    let name = parts.collect::<Vec<_>>().join("-");
    match (name.as_str(), path.len() > 40) {
        ("", _) => "todo".to_owned(),
        ("requests", true) => "request".to_owned(),
        ("chat-topics", true) => "chat-topic".to_owned(),
        _ => name,
    }
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
