//! People and places: claims confirmed one by one and together, households masked and shown with a purpose, roles ended, red list.

use people::community::import::samples::Samples;
use people::identity::Role;
use serde_json::json;

use super::pages::{Pages, hidden};
use crate::routes::people::{sample_community, with_phone};
use crate::support::{Actor, TestApp};

/// A claim at the sample's home of somebody whom the register doesn't know.
async fn claim(app: &TestApp, sample: &Samples, label: &str, phone: &str) -> Actor {
    let somebody = with_phone(app, label, phone).await;
    let entrance = crate::routes::people::unit_at(app, &sample.people.home);
    somebody.post("/api/v1/residencies", &json!({"entrance": entrance, "room": "909"})).await.expect(201);
    somebody
}

#[actix_web::test]
async fn claims_are_confirmed_together_and_refused_with_a_reason() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cpp1").await;
    let (one, other) =
        (claim(&app, &sample, "一", &sample.people.stranger).await, claim(&app, &sample, "二", &sample.people.courier).await);
    let browser = Pages::new(&app);
    browser.sign_in(&with_phone(&app, "社区", &sample.people.secretary).await).await;
    let page = browser.get("/console/people").await;
    let claims: Vec<&str> =
        page.text.split("name=\"claim\" value=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    assert_eq!(claims.len(), 2, "{}", page.text);
    let none = browser.submit("/console/people", "/console/people/confirm", &[]).await;
    assert_eq!(none.status, 303);
    let refuse = format!("/console/people/claims/{}", claims[0]);
    let without = browser.submit("/console/people", &refuse, &[("what", "refuse"), ("reason", " ")]).await;
    assert_eq!(without.status, 422, "a refusal has a reason");
    let refused = browser.submit("/console/people", &refuse, &[("what", "refuse"), ("reason", "不是本楼居民")]).await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let done = browser.submit("/console/people", "/console/people/confirm", &[("claim", claims[0]), ("claim", claims[1])]).await;
    let page = browser.follow(done).await;
    assert!(page.text.contains("已确认 1 件，1 件不能") && page.text.contains("没有待确认"), "{}", page.text);
    let mut states = Vec::new();
    for somebody in [&one, &other] {
        states.push(somebody.get("/api/v1/me/residencies").await.expect(200)["items"][0]["state"].to_string());
    }
    states.sort();
    assert_eq!(states, ["\"confirmed\"", "\"refused\""]);
}

#[actix_web::test]
async fn a_household_is_masked_and_one_field_shown_with_its_purpose() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cpp2").await;
    let resident = with_phone(&app, "居民", &sample.people.resident).await;
    let entrance = crate::routes::people::unit_at(&app, &sample.people.home);
    let body = json!({"entrance": entrance});
    let known = resident.post("/api/v1/residencies", &body).await.expect(201);
    assert_eq!(known["state"], "confirmed", "{known}");
    let staff = with_phone(&app, "社区", &sample.people.secretary).await;
    let browser = Pages::new(&app);
    browser.sign_in(&staff).await;
    let list = staff.get(&format!("/api/v1/households?limit=100&entrance={entrance}")).await.expect(200);
    let mut page = None;
    for household in list["items"].as_array().expect("households") {
        let path = format!("/console/people/households/{}", household["id"].as_str().unwrap_or_default());
        let shown = browser.get(&path).await;
        assert!(!shown.text.contains(&sample.people.resident), "a phone in clear");
        if shown.text.contains(&resident.person.to_string()) {
            page = Some(path);
        }
    }
    let path = page.expect("the resident's household");
    let person = resident.person.to_string();
    let asked = browser.submit(&path, &path, &[("person", &person), ("field", "phone"), ("reason", "上门核对")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains(&sample.people.resident), "{}", asked.text);
    assert!(!browser.get(&path).await.text.contains(&sample.people.resident), "it stands on that answer only");
    let log = resident.get("/api/v1/me/access-log").await.expect(200).to_string();
    assert!(log.contains("上门核对"), "{log}");
    let other = Pages::new(&app);
    other.sign_in(&app.staff()).await;
    assert_eq!(other.get(&path).await.status, 404);
    let away = other.get("/console/people/households").await;
    let fields = [
        ("csrf", hidden(&away.text, "csrf")),
        ("key", "0123456789abcdef"),
        ("person", &*person),
        ("field", "phone"),
        ("reason", "x"),
    ];
    let refused = other.post(&path, &fields).await;
    assert_eq!(refused.status, 404);
    assert!(!refused.text.contains(&sample.people.resident));
}

#[actix_web::test]
async fn blocks_without_a_worker_are_red_and_a_role_ends() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let browser = Pages::new(&app);
    browser.sign_in(&app.staff()).await;
    let page = browser.get("/console/places").await;
    assert_eq!(page.status, 200);
    let red = page.text.split("id=\"red-list\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("a red list");
    assert!(red.contains("S1/C1/E1/B2") && !red.contains("S1/C1/E1/B1<") && !red.contains("S1/C2"), "{red}");
    let roles = browser.get("/console/places/roles?role=grid_worker").await;
    let path = roles.text.split("action=\"").filter_map(|part| part.split('"').next()).find(|path| path.ends_with("/end"));
    let path = path.expect("a role to end").to_owned();
    let forged = browser.post(&path, &[("csrf", "x"), ("key", "0123456789abcdef")]).await;
    assert_eq!(forged.status, 403);
    let ended = browser.submit("/console/places/roles?role=grid_worker", &path, &[]).await;
    assert_eq!(ended.status, 303, "{}", ended.text);
    let page = browser.get("/console/places").await;
    assert!(page.text.contains("<small>S1/C1/E1/B1</small>"), "{}", page.text);
    let away = Pages::new(&app);
    away.sign_in(&app.actor(Role::CommunityStaff, "S1/C2")).await;
    let page = away.get("/console/places/roles").await;
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", "0123456789abcdef")];
    assert_eq!(away.post(&path, &fields).await.status, 404);
    assert_eq!(browser.get("/console/places/roster").await.status, 200);
    let other = Pages::new(&app);
    let second = app.grid_worker();
    other.sign_in(&second).await;
    assert_eq!(other.get("/console/places").await.status, 403);
    drop(worker);
}

#[actix_web::test]
async fn a_card_is_printed_once_and_revoked() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let (elder, number) = crate::routes::people::proxies::managed(&app, &worker, 1940).await;
    let browser = Pages::new(&app);
    browser.sign_in(&worker).await;
    let (list, path) = ("/console/people/cards", format!("/console/people/cards/{elder}"));
    let page = browser.get(list).await;
    assert!(page.text.contains(&number) && page.text.contains("老*") && !page.text.contains("老人甲"), "{}", page.text);
    let wrong = browser.submit(list, &path, &[("pin", "12a4")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key")), ("pin", "0420")];
    let printed = browser.post(&path, &fields).await;
    assert_eq!(printed.status, 200, "{}", printed.text);
    assert!(printed.text.contains("class=\"paper-a6 qr\"") && printed.text.contains("<svg"), "{}", printed.text);
    assert!(printed.text.contains("四位密码") && !printed.text.contains("0420"));
    let again = browser.post(&path, &fields).await;
    assert!(again.text.contains("只显示一次") && !again.text.contains("<figure"), "{}", again.text);
    let held = worker.get("/api/v1/managed-accounts").await.expect(200)["items"][0]["card"]["id"].as_str().unwrap().to_owned();
    let revoke = format!("{list}/{held}/revoke");
    let other = Pages::new(&app);
    other.sign_in(&app.actor(Role::GridWorker, "S1/C1/E1/B2")).await;
    let away = other.get(list).await;
    assert!(!away.text.contains(&number));
    let home = other.get("/console").await.text;
    let fields = [("csrf", hidden(&home, "csrf")), ("key", "0123456789abcdef")];
    for path in [&revoke, &path] {
        assert_eq!(other.post(path, &fields).await.status, 404, "{path}");
    }
    let done = browser.submit(list, &revoke, &[]).await;
    assert!(browser.follow(done).await.text.contains("卡已停用"));
    assert_eq!(worker.get("/api/v1/managed-accounts").await.expect(200)["items"][0]["card"], json!(null));
}

#[actix_web::test]
async fn the_roster_gives_its_code_once_and_the_tree_names_workers() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cpp3").await;
    let browser = Pages::new(&app);
    browser.sign_in(&with_phone(&app, "社区", &sample.people.secretary).await).await;
    let list = "/console/places/roster";
    let page = browser.get(&format!("{list}?open=true&limit=100")).await;
    assert!(!page.text.contains(&sample.people.worker), "a phone in clear");
    let path = page.text.split("action=\"").filter_map(|part| part.split('"').next()).find(|path| path.ends_with("/code"));
    let path = path.expect("a row that is nobody's yet").to_owned();
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key"))];
    let given = browser.post(&path, &fields).await;
    let code = given.text.split("<b class=\"code\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    let again = browser.post(&path, &fields).await;
    assert!(!again.text.contains(code) && again.text.contains("只显示一次"), "{}", again.text);
    let other = Pages::new(&app);
    other.sign_in(&app.staff()).await;
    let away = other.get("/console").await;
    assert_eq!(other.post(&path, &[("csrf", hidden(&away.text, "csrf")), ("key", "0123456789abcdef")]).await.status, 404);
    with_phone(&app, "网格员", &sample.people.worker).await;
    let tree = browser.get("/console/places?limit=100").await.text;
    let tree = tree.split("id=\"tree\"").nth(1).expect("a tree");
    let rows: Vec<&str> = tree.split("<tr class=\"depth-").skip(1).filter_map(|row| row.split("</tr>").next()).collect();
    assert!(
        rows[0].starts_with('0') && rows[1].starts_with('1') && rows[2].starts_with('2') && rows[3].starts_with('3'),
        "{tree}"
    );
    assert!(rows.iter().any(|row| row.starts_with('3') && row.contains("SQ-")), "a worker stands beside a block: {tree}");
}

#[actix_web::test]
async fn harmful_texts_about_people_are_shown_as_texts() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cpp4").await;
    let browser = Pages::new(&app);
    browser.sign_in(&with_phone(&app, "社区", &sample.people.secretary).await).await;
    let somebody = claim(&app, &sample, "一", &sample.people.stranger).await;
    let page = browser.get("/console/people").await;
    let path = page.text.split("action=\"").filter_map(|part| part.split('"').next()).find(|path| path.contains("/claims/"));
    let path = path.expect("a claim").to_owned();
    for harm in super::HARMFUL {
        somebody.send(reqwest::Method::PUT, "/api/v1/me/nickname", |request| request.json(&json!({"nickname": harm}))).await;
        let page = browser.get("/console/people").await;
        let long = harm.repeat(60);
        let fields = [("csrf", hidden(&page.text, "csrf")), ("key", "0123456789abcdef"), ("what", "refuse"), ("reason", &long)];
        let refused = browser.post(&path, &fields).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        for shown in [page, refused, browser.get("/console").await] {
            super::shows_as_text(&shown.text, harm);
        }
    }
}
