//! Finding messages: in one's own groups alone, what others may see alone, and nothing of a text that is gone.

use std::collections::BTreeSet;

use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use governance::chat::part_of;
use people::grid::GridPath;
use people::identity::{HeldRole, Role};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::{BASE, group, id, items, neighbour, say, texts, topic, worker_known};
use crate::support::{Actor, TestApp};

async fn find(actor: &Actor, text: &str) -> Value {
    let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    actor.get(&format!("{BASE}/messages?limit=100&text={text}")).await.expect(200)
}

/// Rows by which messages are found.
fn rows(app: &TestApp) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows = diesel::sql_query("SELECT count(*) AS count FROM chat_search").get_result::<Count>(&mut app.owner());
    rows.expect("a count").count
}

#[actix_web::test]
async fn what_others_may_see_is_found_and_nothing_else() {
    let app = TestApp::start().await;
    let worker = worker_known(&app, "网", "19900000009").await;
    let block = group(&app, "S1/C1/E1/B1").await;
    let (one, two) = (topic(&worker, &block, "talk").await, topic(&worker, &block, "talk").await);
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    let first = id(&say(&me, &one, "三号楼路灯坏了，电话 13900000000").await.expect(201));
    let second = id(&say(&me, &two, "路灯什么时候修？").await.expect(201));
    say(&other, &two, "Ｌｉｆｔ ２ is down").await.expect(201);
    say(&me, &one, "存疑样例路灯").await.expect(201);
    assert_eq!(texts(&find(&other, "路灯").await), ["路灯什么时候修？", "三号楼路灯坏了，电话 13900000000"]);
    assert_eq!(texts(&find(&other, "修 路灯").await), ["路灯什么时候修？"]);
    assert_eq!(texts(&find(&me, "lift 2").await), ["Ｌｉｆｔ ２ is down"]);
    assert_eq!(texts(&find(&me, "直升机").await), [""; 0]);
    let found = find(&other, "三号楼").await;
    assert_eq!((&found["items"][0]["topic"], &found["items"][0]["sequence"]), (&json!(one), &json!(1)));
    other.get(&format!("{BASE}/messages?text=%21")).await.problem(422, "chat_search_says_nothing");
    // In pages, each once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = other.get(&format!("{BASE}/messages?limit=1&text=%E8%B7%AF%E7%81%AF{cursor}")).await.expect(200);
        seen.extend(items(&page).iter().map(id));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [second.clone(), first.clone()]);
    // Hidden: not even its author finds it; shown again, it is found again.
    worker.post(&format!("{BASE}/messages/{second}/hide"), &json!({"reason": "off_topic"})).await.expect(200);
    assert_eq!(items(&find(&me, "什么时候").await).len(), 0);
    worker.post(&format!("{BASE}/messages/{second}/restore"), &json!({})).await.expect(200);
    assert_eq!(items(&find(&other, "什么时候").await).len(), 1);
    // Moved: it is found where it stands now, once.
    worker.post(&format!("{BASE}/messages/{second}/move"), &json!({"topic": one})).await.expect(200);
    let moved = find(&other, "什么时候").await;
    assert_eq!((items(&moved).len(), &moved["items"][0]["topic"]), (1, &json!(one)));
    // Withdrawn: its words go with its text.
    let before = rows(&app);
    let third = id(&say(&me, &one, "写错了").await.expect(201));
    assert_eq!(rows(&app), before + 1);
    me.post(&format!("{BASE}/messages/{third}/withdraw"), &json!({})).await.expect(200);
    assert_eq!((items(&find(&me, "写错").await).len(), rows(&app)), (0, before));
    // Words are entered again when they were lost, by the job of the migration.
    diesel::sql_query("DELETE FROM chat_search").execute(&mut app.owner()).expect("rows go");
    let job = "INSERT INTO jobs (id, kind, payload, run_at) VALUES (gen_random_uuid(), 'chat_search_fill', '{}', palm_now())";
    diesel::sql_query(job).execute(&mut app.owner()).expect("a job");
    app.drain().await;
    assert_eq!(rows(&app), before);
    // An account that closes leaves no long number behind; texts that age leave nothing.
    let (me, code) = (crate::routes::people::sign_in(&app, "甲").await.0, crate::routes::people::login_code(&app, "甲").await);
    me.post("/api/v1/me/close", &json!({"code": code})).await.expect(204);
    app.drain().await;
    assert_eq!(texts(&find(&other, "三号楼").await), ["三号楼路灯坏了，电话 ***"]);
    assert_eq!(items(&find(&other, "13900000000").await).len(), 0);
    app.move_clock(Duration::days(181));
    app.drain().await;
    assert_eq!(rows(&app), 0);
}

#[actix_web::test]
async fn random_people_find_what_the_rule_of_reach_says() {
    let app = TestApp::start().await;
    let staff = [app.actor(Role::CommunityStaff, "S1/C1"), app.actor(Role::CommunityStaff, "S1/C2")];
    let places = ["S1/C1", "S1/C1/E1", "S1/C1/E1/B1", "S1/C1/E1/B1/D1", "S1/C1/E1/B2", "S1/C2", "S1/C2/E1/B1"];
    for place in places {
        let worker = if place.starts_with("S1/C1") { &staff[0] } else { &staff[1] };
        let topic = topic(worker, &group(&app, place).await, "talk").await;
        let sent = worker.post(&format!("{BASE}/topics/{topic}/messages"), &json!({"text": format!("停水通知 {place}")})).await;
        sent.expect(201);
    }
    // Nobody of the check knows the staff of this test: what they wrote waits, until a person has looked.
    for worker in &staff {
        let queue = worker.get("/api/v1/screening/items?limit=100").await.expect(200);
        for item in items(&queue) {
            let second = app.actor(Role::CommunityStaff, if worker.person == staff[0].person { "S1/C1" } else { "S1/C2" });
            second.post(&format!("/api/v1/screening/items/{}/publish", id(&item)), &json!({})).await.expect(200);
        }
    }
    let units = ["S1", "S1/C1", "S1/C1/E1", "S1/C1/E1/B1", "S1/C1/E1/B1/D1", "S1/C1/E1/B2/D2", "S1/C2", "S1/C2/E1/B1/D1"];
    let roles = [Role::Resident, Role::BuildingHead, Role::NewEmployment, Role::GridWorker, Role::CommunityStaff];
    let (mut random, mut reached) = (StdRng::seed_from_u64(7), 0);
    for _ in 0..40 {
        let somebody = app.person(Some(&format!("199{:08}", random.random_range(0..100_000_000))));
        let mut held = Vec::new();
        for _ in 0..random.random_range(1..3) {
            let (role, place) = (roles[random.random_range(0..roles.len())], units[random.random_range(0..units.len())]);
            if held.iter().any(|one: &HeldRole| one.role == role) {
                continue;
            }
            app.grant(&somebody, role, Some(app.world.unit(place)), None);
            held.push(HeldRole { role, unit: None, path: Some(GridPath::new(place)), community: None, organization: None });
        }
        let wanted: BTreeSet<String> = places
            .iter()
            .filter(|place| part_of(&held, &GridPath::new(**place)).is_some())
            .map(|place| format!("停水通知 {place}"))
            .collect();
        let found: BTreeSet<String> = texts(&find(&somebody, "停水").await).into_iter().collect();
        assert_eq!(found, wanted, "{held:?}");
        reached += wanted.len();
    }
    assert!(reached > 20, "the roles reach something: {reached}");
}
