//! What somebody hasn't read: by group and topic, for who belongs there, without those who wished silence.

use chrono::Duration;
use people::identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{BASE, group, id, neighbour, say, topic};
use crate::support::{Actor, TestApp};

async fn unread(actor: &Actor) -> Value {
    actor.get(&format!("{BASE}/unread")).await.expect(200)
}

/// Unread messages of each topic, by its id.
fn counts(view: &Value) -> Vec<(String, i64)> {
    let groups = view["groups"].as_array().expect("groups");
    let topics = groups.iter().flat_map(|group| group["topics"].as_array().expect("topics"));
    topics.map(|topic| (id(topic), topic["unread"].as_i64().expect("a count"))).collect()
}

#[actix_web::test]
async fn what_came_after_the_read_mark_is_unread_for_who_belongs_there() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let block = group(&app, "S1/C1/E1/B1").await;
    let one = topic(&worker, &block, "talk").await;
    let two = topic(&worker, &block, "question").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    assert_eq!(unread(&other).await["unread"], 0, "topics without messages count nothing");
    for number in 0..3 {
        say(&me, &one, &format!("第{number}条")).await.expect(201);
    }
    let first = say(&me, &two, "几点开门").await.expect(201);
    let seen = unread(&other).await;
    assert_eq!(counts(&seen), [(two.clone(), 1), (one.clone(), 3)], "the newest topic first");
    assert_eq!((&seen["unread"], &seen["groups"][0]["unread"], &seen["more"]), (&json!(4), &json!(4), &json!(false)));
    assert_eq!(unread(&me).await["unread"], 0, "who writes has read what stands before");
    // Read up to a message; a mark beyond the newest is the newest.
    other.post(&format!("{BASE}/topics/{one}/read"), &json!({"sequence": 2})).await.expect(204);
    assert_eq!(counts(&unread(&other).await), [(two.clone(), 1), (one.clone(), 1)]);
    other.post(&format!("{BASE}/topics/{one}/read"), &json!({"sequence": 999})).await.expect(204);
    assert_eq!(counts(&unread(&other).await), [(two.clone(), 1)]);
    // What is taken back keeps its number: the reader hears that something changed, and nothing is counted twice.
    me.post(&format!("{BASE}/messages/{}/withdraw", id(&first)), &json!({})).await.expect(200);
    assert_eq!(counts(&unread(&other).await), [(two.clone(), 1)]);
    // The check holds one back: nobody has it unread.
    say(&me, &one, "存疑样例").await.expect(201);
    assert_eq!(counts(&unread(&other).await), [(two.clone(), 1)]);
    // Nothing changed: 304.
    let answer = other.get(&format!("{BASE}/unread")).await;
    let tag = answer.header("etag").to_owned();
    let same = other.send(Method::GET, &format!("{BASE}/unread"), |request| request.header("if-none-match", &tag)).await;
    assert_eq!(same.status, 304);
    for stranger in [app.actor(Role::Resident, "S1/C1/E1/B2/D1"), app.actor(Role::GridWorker, "S1/C1/E1/B2")] {
        assert_eq!(unread(&stranger).await["groups"], json!([]));
    }
    assert_eq!(counts(&unread(&app.staff()).await), [(two, 1), (one, 3)], "staff belong to all groups of their community");
    app.street().get(&format!("{BASE}/unread")).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn silence_closed_topics_and_roles_that_end_leave_the_sum() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let (block, whole) = (group(&app, "S1/C1/E1/B1").await, group(&app, "S1/C1").await);
    let near = topic(&worker, &block, "talk").await;
    let far = topic(&app.staff(), &whole, "talk").await;
    let (me, other) = (neighbour(&app, "甲", "19900000001").await, neighbour(&app, "乙", "19900000002").await);
    say(&me, &near, "近处").await.expect(201);
    say(&me, &far, "远处").await.expect(201);
    other.post(&format!("{BASE}/groups/{whole}/settings"), &json!({"quiet": true})).await.expect(200);
    let seen = unread(&other).await;
    assert_eq!((&seen["unread"], counts(&seen)), (&json!(1), vec![(near.clone(), 1), (far, 1)]));
    assert_eq!((&seen["groups"][0]["quiet"], &seen["groups"][1]["quiet"]), (&json!(false), &json!(true)));
    // A topic that isn't open yet is nobody's; a closed one counts for two weeks.
    other.post(&format!("{BASE}/groups/{block}/proposals"), &json!({"title": "停车", "text": "怎么停"})).await.expect(201);
    worker.post(&format!("{BASE}/topics/{near}/close"), &json!({"summary": "已说明"})).await.expect(200);
    assert_eq!(unread(&other).await["unread"], 1);
    app.move_clock(Duration::days(15));
    let other = crate::routes::people::sign_in(&app, "乙").await.0;
    assert_eq!(unread(&other).await["unread"], 0);
    use diesel::prelude::*;
    diesel::sql_query("UPDATE roles SET ends_at = palm_now() WHERE person_id = $1 AND role = 'resident'")
        .bind::<diesel::sql_types::Uuid, _>(other.person.0)
        .execute(&mut app.owner())
        .expect("a role ends");
    let again = crate::routes::people::sign_in(&app, "乙").await.0;
    let left = again.get(&format!("{BASE}/unread")).await;
    assert!(left.status == 403 || counts(&left.expect(200)).is_empty());
}
