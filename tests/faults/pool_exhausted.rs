//! A hot row that everybody wants and nobody gets: those who want it wait in their own line and are told so; everybody else goes on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actix_web::rt;
use diesel::prelude::*;
use diesel::sql_query;
use ledger::{BookId, book_open};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ledger::lock_head;
use crate::support::TestApp;

const CLIENTS: usize = 200;
/// One address may sign in 300 times in ten minutes.
const SIGN_INS: usize = 250;
/// Nobody but those who want the row waits this long.
const AT_ONCE: Duration = Duration::from_secs(1);

fn funding(book: BookId) -> Value {
    json!({ "book": book, "event": Uuid::new_v4(), "movement": { "fund": { "budget": Uuid::new_v4(), "amount": "5" } } })
}

/// A new person signs in.
async fn sign_in(app: &TestApp) -> u16 {
    let person = json!({ "person": Uuid::new_v4().to_string() });
    let code =
        app.client.post(format!("{}/sandbox/login-codes", app.wechat_url)).json(&person).send().await.expect("the sandbox");
    let code: Value = code.json().await.expect("a code");
    app.anonymous().post("/api/v1/sessions", &json!({ "code": code["code"] })).await.status
}

#[actix_web::test]
async fn a_locked_row_keeps_only_those_waiting_who_want_it() {
    let app = TestApp::start_with(6).await;
    let (hot, other) = (BookId::new(), BookId::new());
    let mut holder = app.owner();
    for book in [hot, other] {
        book_open(&mut holder, book).expect("a book");
    }
    assert_eq!(sign_in(&app).await, 201, "signing in works before");
    lock_head(&mut holder, hot);
    let locked = Instant::now();
    let waiting: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let client = app.anonymous();
            rt::spawn(async move { client.post("/demo/postings", &funding(hot)).await })
        })
        .collect();
    let (mut rounds, mut slowest) = (0, Duration::ZERO);
    // At least 3 s, and until the last one who wants the row has an answer.
    while locked.elapsed() < Duration::from_secs(3) || !waiting.iter().all(rt::task::JoinHandle::is_finished) {
        for path in ["/healthz", "/readyz"] {
            let began = Instant::now();
            assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
            slowest = slowest.max(began.elapsed());
        }
        if rounds < SIGN_INS {
            let began = Instant::now();
            assert_eq!(sign_in(&app).await, 201, "somebody signs in meanwhile");
            slowest = slowest.max(began.elapsed());
        }
        rounds += 1;
        assert!(locked.elapsed() < Duration::from_secs(30), "somebody waits for ever");
    }
    assert!(rounds >= 10 && slowest < AT_ONCE, "{rounds} rounds, the slowest answer took {slowest:?}");

    let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for one in waiting {
        let reply = one.await.expect("an answer");
        if reply.status == 503 {
            assert_eq!(reply.header("retry-after"), "1");
        }
        *answers.entry((reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned())).or_default() += 1;
    }
    // In line for a permit, or with one at the lock.
    let told = [(409, "still_running".to_owned()), (503, "overloaded".to_owned())];
    assert!(answers.keys().eq(told.iter()), "{answers:?}");
    assert_eq!(answers.values().sum::<usize>(), CLIENTS);

    sql_query("COMMIT").execute(&mut holder).expect("unlocked");
    app.anonymous().post("/demo/postings", &funding(hot)).await.expect(201);
    app.anonymous().post("/demo/postings", &funding(other)).await.expect(201);
}
