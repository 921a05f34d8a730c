//! Files of what was said: for whoever moderates there, names masked, nothing hidden, no formula, recorded.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use people::identity::Role;
use serde_json::json;

use super::{BASE, group, id, neighbour, say, topic, worker_known};
use crate::support::{Actor, TestApp};

async fn file(actor: &Actor, path: &str) -> String {
    let answer = actor.get(&format!("{BASE}{path}")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
    answer.text
}

#[actix_web::test]
async fn a_file_holds_what_others_saw_with_names_masked_and_is_recorded() {
    let app = TestApp::start().await;
    let worker = worker_known(&app, "网", "19900000009").await;
    let block = group(&app, "S1/C1/E1/B1").await;
    let (one, two) = (topic(&worker, &block, "talk").await, topic(&worker, &block, "talk").await);
    let me = neighbour(&app, "甲", "19900000001").await;
    me.post(&format!("{BASE}/groups/{block}/settings"), &json!({"nickname": "三楼老张", "quiet": false})).await.expect(200);
    say(&me, &one, "=1+1 电话13900000000").await.expect(201);
    let hidden = id(&say(&me, &one, "要隐藏的话").await.expect(201));
    say(&worker, &one, "收到, \"今天\"处理").await.expect(201);
    say(&me, &one, "存疑样例").await.expect(201);
    say(&me, &two, "另一话题").await.expect(201);
    worker.post(&format!("{BASE}/messages/{hidden}/hide"), &json!({"reason": "off_topic"})).await.expect(200);
    let text = file(&worker, &format!("/topics/{one}/file")).await;
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .collect();
    let column = |number: usize| rows.iter().map(|row| row[number].to_owned()).collect::<Vec<_>>();
    assert_eq!(column(6), ["'=1+1 电话***", "", "收到, \"今天\"处理"], "{text}");
    assert_eq!(column(4)[..2], ["三*", "三*"]);
    assert_eq!(column(3), ["居民", "居民", "工作人员"]);
    assert_eq!(column(5), ["已发布", "已隐藏", "已发布"]);
    for gone in ["三楼老张", "13900000000", "要隐藏的话", "存疑样例", "另一话题"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let whole = file(&app.staff(), &format!("/groups/{block}/file")).await;
    assert!(whole.contains("另一话题") && whole.contains("收到"), "{whole}");
    let none = file(&app.staff(), &format!("/groups/{block}/file?from=2030-01-01")).await;
    assert_eq!(none.lines().count(), 1, "{none}");
    let wrong = format!("{BASE}/groups/{block}/file?from=2030-01-02&to=2030-01-01");
    worker.get(&wrong).await.problem(422, "invalid_field");
    // Who doesn't moderate there has no file of it.
    for path in [format!("{BASE}/topics/{one}/file"), format!("{BASE}/groups/{block}/file")] {
        me.get(&path).await.problem(403, "forbidden");
        app.actor(Role::GridWorker, "S1/C1/E1/B2").get(&path).await.problem(404, "not_found");
        app.actor(Role::GridWorker, "S1/C1/E1/B1/D1").get(&path).await.problem(404, "not_found");
        app.actor(Role::CommunityStaff, "S1/C2").get(&path).await.problem(404, "not_found");
    }
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let recorded: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM audit_entries WHERE action IN ('chat_topic_export', 'chat_group_export') AND after ? 'messages'",
    )
    .get_result(&mut app.owner())
    .expect("a count");
    assert_eq!(recorded.count, 3);
}
