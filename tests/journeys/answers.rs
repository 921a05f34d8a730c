//! On an ordinary day of WeChat (most have no consent left, a third are inactive, pushes come late) no text waits for longer than two hours,
//! and everybody who reported hears of the answer within a day by some channel: the inbox, WeChat's message, or a call.

use std::collections::BTreeMap;

use base::ids::PersonId;
use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use people::identity::Role;
use serde_json::{Value, json};

use crate::routes::people::proxies::managed;
use crate::routes::people::{files, sign_in, trouble};
use crate::support::{Actor, TestApp};

const REQUESTS: &str = "/api/v1/governance/requests";
const PLACE: &str = "S1/C1/E1/B1/D1";
/// Enough that the trouble strikes some and spares some, the same in each run.
const PEOPLE: usize = 24;
const ELDERS: i32 = 3;
/// How often staff look at what waits.
const ROUND: Duration = Duration::minutes(30);

fn count(app: &TestApp, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    sql_query(format!("SELECT count(*) AS n FROM ({sql}) x")).get_result::<Count>(&mut app.owner()).expect("a count").n
}

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

/// A request, and who waits for its answer.
struct Waiting {
    request: String,
    person: PersonId,
    actor: Option<Actor>,
}

/// Residents who sign in while all is well; every second one agrees to a message, every third sends a picture along.
async fn reported(app: &TestApp) -> Vec<Waiting> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let (person, _) = sign_in(app, &format!("居民{number}")).await;
        app.grant(&person, Role::Resident, Some(app.world.unit(PLACE)), None);
        // What is known of a session is five seconds old at most: a new one knows the role.
        let (person, _) = sign_in(app, &format!("居民{number}")).await;
        crate::routes::people::bind_phone(app, &person, &format!("199000003{number:02}")).await.expect(200);
        if number % 2 == 0 {
            let answers = json!({"answers": [{"template": "request_answered", "accepted": true}]});
            person.post("/api/v1/me/subscriptions", &answers).await.expect(200);
        }
        people.push(person);
    }
    trouble(app, &json!({"preset": "realistic"})).await;
    let mut waiting = Vec::new();
    for (number, person) in people.into_iter().enumerate() {
        let mut body = json!({"text": format!("第{number}处路灯不亮"), "unit": app.world.unit(PLACE), "public": true});
        if number % 3 == 0 {
            body["files"] = json!([files::sent(&person).await]);
        }
        let filed = person.post(REQUESTS, &body).await.expect(201);
        waiting.push(Waiting { request: id(&filed), person: person.person, actor: Some(person) });
    }
    waiting
}

/// Elders without any channel, for whom a worker writes it down.
async fn written_down(app: &TestApp, worker: &Actor) -> Vec<Waiting> {
    let mut waiting = Vec::new();
    for number in 0..ELDERS {
        let (elder, _) = managed(app, worker, 1935 + number).await;
        let body = json!({"text": "楼道想装扶手", "unit": app.world.unit(PLACE), "channel": "walk_in", "reporter": elder});
        let filed = worker.post(&format!("{REQUESTS}/intake"), &body).await.expect(201);
        waiting.push(Waiting { request: id(&filed), person: elder.parse().expect("an id"), actor: None });
    }
    waiting
}

const TEXTS: &str = "SELECT 1 FROM requests WHERE publication = 'pending'";
const PICTURES: &str = "SELECT 1 FROM files WHERE check_state IN ('pending', 'queued')";

/// Staff look at what stands in their to-do list, as often as people do.
async fn look(staff: &Actor) -> usize {
    let home = staff.get("/api/v1/me/home").await.expect(200).to_string();
    let page = staff.get("/api/v1/screening/items?limit=100").await.expect(200);
    let items = page["items"].as_array().expect("items").clone();
    assert_eq!(items.is_empty(), !home.contains("内容待审核"), "what waits stands in the to-do list: {home}");
    for item in &items {
        let item = item["id"].as_str().expect("an id");
        staff.post(&format!("/api/v1/screening/items/{item}/publish"), &json!({})).await.expect(200);
    }
    items.len()
}

#[actix_web::test]
async fn in_realistic_trouble_no_text_waits_two_hours_and_everybody_learns_of_the_answer_within_a_day() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let mut all = reported(&app).await;
    let waits = count(&app, TEXTS);
    let people = i64::try_from(PEOPLE).expect("few");
    assert!(0 < waits && waits < people, "some are checked at once, some wait for a person: {waits}");
    assert!(count(&app, PICTURES) > 0, "WeChat's verdicts on pictures are late");
    all.extend(written_down(&app, &worker).await);
    let mut by_person = 0;
    for _ in 0..4 {
        app.drain().await;
        assert_eq!(count(&app, TEXTS), count(&app, "SELECT 1 FROM screening_items WHERE state = 'queued' AND noun = 'request'"));
        by_person += look(&staff).await;
        app.move_clock(ROUND);
    }
    app.drain().await;
    look(&staff).await;
    assert_eq!((count(&app, TEXTS), count(&app, PICTURES)), (0, 0), "nothing waits after two hours");
    assert!(by_person > 0);
    // The day goes on: each is taken and answered.
    for waiting in &all {
        let at = format!("{REQUESTS}/{}", waiting.request);
        worker.post(&format!("{at}/accept"), &json!({})).await.expect(200);
        let answer = json!({"outcome": "solved", "text": "已处理"});
        worker.post(&format!("{at}/answer"), &answer).await.expect(200);
    }
    app.drain().await;
    app.move_clock(Duration::hours(1));
    app.drain().await;
    let calls = worker.get("/api/v1/grid/call-list?limit=100").await.expect(200);
    let called = |person: PersonId| {
        let mut items = calls["items"].as_array().expect("items").iter();
        items.any(|call| call["person"] == json!(person) && call["text"].as_str().is_some_and(|text| text.contains("答复")))
    };
    let mut channels: BTreeMap<String, usize> = BTreeMap::new();
    for waiting in &all {
        let channel = match &waiting.actor {
            None => {
                assert!(called(waiting.person), "an elder without a channel is called: {calls:#}");
                "call".to_owned()
            }
            Some(actor) => {
                let inbox = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
                let mut items = inbox["items"].as_array().expect("items").iter();
                let told = items.find(|item| item["kind"] == "request_answered");
                let told = told.unwrap_or_else(|| panic!("the answer stands in the inbox: {inbox:#}"));
                told["push"].as_str().expect("an outcome").to_owned()
            }
        };
        *channels.entry(channel).or_default() += 1;
    }
    assert_eq!(channels.get("call"), Some(&usize::try_from(ELDERS).expect("few")), "{channels:?}");
    assert!(channels.contains_key("no_consent") && !channels.contains_key("queued"), "{channels:?}");
    assert_eq!(channels.values().sum::<usize>(), all.len());
}
