//! Digests: at most one a day, to people who are away and belong there, not to who wished silence; a job that runs twice tells once.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use people::identity::Role;
use serde_json::json;

use super::{BASE, group, neighbour, say, told, topic};
use crate::routes::people::sign_in;
use crate::support::{Actor, TestApp};

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// Moves the clock on to the next time that it is this hour of the day, Asia/Shanghai, at least a day ahead.
fn until_hour(app: &TestApp, hour: i64) {
    let now: Now = diesel::sql_query("SELECT palm_now() AS now").get_result(&mut app.owner()).expect("the clock");
    let local = (now.now.timestamp() + 8 * 3_600).rem_euclid(86_400);
    app.move_clock(Duration::seconds((hour * 3_600 - local).rem_euclid(86_400) + 86_400));
}

async fn digests(actor: &Actor) -> usize {
    told(actor).await.iter().filter(|kind| *kind == "chat_digest").count()
}

#[actix_web::test]
async fn one_a_day_to_who_is_away_and_none_at_night() {
    let app = TestApp::start().await;
    let (worker, staff) = (app.grid_worker(), app.staff());
    let (block, elsewhere) = (group(&app, "S1/C1/E1/B1").await, group(&app, "S1/C1/E1/B2").await);
    let topic_here = topic(&worker, &block, "talk").await;
    let topic_there = topic(&staff, &elsewhere, "talk").await;
    for (label, phone) in [("甲", "19900000001"), ("乙", "19900000002")] {
        neighbour(&app, label, phone).await;
    }
    let quiet = app.resident();
    quiet.post(&format!("{BASE}/groups/{block}/settings"), &json!({"quiet": true})).await.expect(200);
    let stranger = app.actor(Role::Resident, "S1/C2/E1/B1/D1");
    until_hour(&app, 3);
    let (me, other) = (sign_in(&app, "甲").await.0, sign_in(&app, "乙").await.0);
    say(&me, &topic_here, "今晚停水").await.expect(201);
    staff.post(&format!("{BASE}/topics/{topic_there}/messages"), &json!({"text": "另一片区"})).await.expect(201);
    app.drain().await;
    assert_eq!(digests(&other).await, 0, "not at three in the night");
    app.move_clock(Duration::hours(7));
    app.drain().await;
    assert_eq!((digests(&other).await, digests(&me).await), (1, 0), "who wrote is there");
    let notice = other.get("/api/v1/me/inbox").await.expect(200)["items"][0].clone();
    assert!(notice["body"].as_str().is_some_and(|text| text.contains("1 个话题、1 条未读消息")), "{notice}");
    for (whom, somebody) in [("silenced", &quiet), ("lives elsewhere", &stranger), ("works there", &worker)] {
        assert_eq!(digests(somebody).await, 0, "{whom}");
    }
    // The same day, and the job once more as after a crash: nobody is told twice.
    say(&me, &topic_here, "水车已到").await.expect(201);
    let again = "INSERT INTO jobs (id, kind, payload, run_at) SELECT gen_random_uuid(), 'chat_digests', '{}', palm_now() FROM generate_series(1, 3)";
    diesel::sql_query(again).execute(&mut app.owner()).expect("jobs");
    app.move_clock(Duration::hours(2));
    app.drain().await;
    assert_eq!(digests(&other).await, 1);
    // The next day: there is more. The day after: nothing new. Then it is read, and something new comes.
    until_hour(&app, 10);
    app.drain().await;
    let other = sign_in(&app, "乙").await.0;
    assert_eq!(digests(&other).await, 2);
    until_hour(&app, 10);
    app.drain().await;
    let (me, other) = (sign_in(&app, "甲").await.0, sign_in(&app, "乙").await.0);
    assert_eq!(digests(&other).await, 2, "nothing new");
    other.post(&format!("{BASE}/topics/{topic_here}/read"), &json!({"sequence": 99})).await.expect(204);
    say(&me, &topic_here, "已恢复").await.expect(201);
    app.move_clock(Duration::hours(2));
    app.drain().await;
    assert_eq!(digests(&other).await, 2, "has just been there");
    until_hour(&app, 10);
    app.drain().await;
    let other = sign_in(&app, "乙").await.0;
    assert_eq!(digests(&other).await, 3);
    assert_rows(&app, &other);
}

/// One row a digest; they go with the account.
fn assert_rows(app: &TestApp, actor: &Actor) {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows: Count = diesel::sql_query("SELECT count(*) AS count FROM chat_digests WHERE person_id = $1")
        .bind::<diesel::sql_types::Uuid, _>(actor.person.0)
        .get_result(&mut app.owner())
        .expect("a count");
    assert_eq!(rows.count, 3);
}
