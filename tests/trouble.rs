//! WeChat on an ordinary day, and WeChat down, slow or talking nonsense: the product stays useful and says what it could not do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::{Either, join_all, select};
use serde_json::{Value, json};

use crate::routes::people::{bind_phone, login_code, sign_in, trouble, try_sign_in};
use crate::support::{Actor, TestApp};

/// Enough that some are refused a phone and some have a consent left, by the sandbox's hash of who they are: the same in each run.
const PEOPLE: usize = 40;
/// Longer than anything here may take; only a hang reaches it.
const FOREVER: Duration = Duration::from_secs(60);
/// `Settings::breaker_rest`.
const BREAKER_REST: Duration = Duration::from_secs(10);

/// A worker vouches for the phone face to face.
async fn face_to_face(worker: &Actor, person: &Actor, phone: &str) {
    let issued = worker.post("/api/v1/grid/phone-codes", &json!({"phone": phone})).await.expect(201);
    person.post("/api/v1/me/phone/face-to-face", &json!({"phone": phone, "code": issued["code"]})).await.expect(200);
}

/// Agrees to one message about the residence.
async fn agree(person: &Actor) {
    let answers = json!({"answers": [{"template": "residency_confirmed", "accepted": true}]});
    person.post("/api/v1/me/subscriptions", &answers).await.expect(200);
}

/// Claims a residence, which the worker confirms: the person is told.
async fn settle(app: &TestApp, worker: &Actor, person: &Actor) {
    let claim = json!({"entrance": app.world.unit("S1/C1/E1/B1/D1")});
    let claim = person.post("/api/v1/residencies", &claim).await.expect(201);
    let confirm = format!("/api/v1/residencies/{}/confirm", claim["id"].as_str().expect("an id"));
    worker.post(&confirm, &json!({})).await.expect(200);
}

/// Where the push of the newest notification stands; the notification itself is always there.
async fn push(person: &Actor) -> String {
    let inbox = person.get("/api/v1/me/inbox").await.expect(200);
    assert_eq!(inbox["items"][0]["kind"], "residency_confirmed", "{inbox:#}");
    inbox["items"][0]["push"].as_str().expect("an outcome").to_owned()
}

/// How often the sandbox was called on a path.
async fn calls(app: &TestApp, path: &str) -> u64 {
    let counters = app.client.get(format!("{}/sandbox/counters", app.wechat_url)).send().await.expect("the sandbox");
    let counters: Value = counters.json().await.expect("JSON");
    counters["calls"][path].as_u64().unwrap_or(0)
}

#[actix_web::test]
async fn on_an_ordinary_day_everybody_gets_in_and_is_told_in_some_way() {
    let app = TestApp::start().await;
    trouble(&app, &json!({"preset": "realistic"})).await;
    let worker = app.grid_worker();
    let (mut people, mut refused) = (Vec::new(), 0);
    for number in 0..PEOPLE {
        let (person, _) = sign_in(&app, &format!("居民{number}")).await;
        let phone = format!("199000001{number:02}");
        let bound = bind_phone(&app, &person, &phone).await;
        if bound.status != 200 {
            refused += 1;
            bound.problem(503, "phone_check_unavailable");
            assert!(bound.text.contains("网格员"), "it says what to do: {}", bound.text);
            face_to_face(&worker, &person, &phone).await;
        }
        assert!(person.get("/api/v1/me").await.expect(200)["phone"].is_string());
        if number % 2 == 0 {
            agree(&person).await;
        }
        settle(&app, &worker, &person).await;
        people.push(person);
    }
    assert!((1..PEOPLE / 2).contains(&refused), "{refused} phones refused");
    let elder = json!({"name": "老人甲", "birth_year": 1940, "entrance": app.world.unit("S1/C1/E1/B1/D1"), "consent_version": "1", "consent": "本人同意"});
    let elder = worker.post("/api/v1/managed-residents", &elder).await.expect(201);
    app.drain().await;

    let mut outcomes: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (number, person) in people.iter().enumerate() {
        *outcomes.entry((number % 2 == 0, push(person).await)).or_default() += 1;
    }
    let of = |agreed, outcome: &str| outcomes.get(&(agreed, outcome.to_owned())).copied().unwrap_or(0);
    assert_eq!(of(false, "no_consent"), PEOPLE / 2, "who never agreed is never sent to: {outcomes:?}");
    let (sent, none_left) = (of(true, "sent"), of(true, "no_consent"));
    assert!(sent > 0 && none_left > sent, "most have no consent left: {outcomes:?}");
    assert_eq!(sent + none_left, PEOPLE / 2, "{outcomes:?}");
    let tried = calls(&app, "/cgi-bin/message/subscribe/send").await;
    assert_eq!(tried, u64::try_from(PEOPLE / 2).expect("few"), "each consent is tried once");
    // Nobody has a channel to the elder: the worker's list does.
    let list = worker.get("/api/v1/grid/call-list").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list:#}");
    assert_eq!(list["items"][0]["person"], elder["person"]);
}

/// A trouble, whether an access token was there already, and what becomes of a push: `queued` when it surely did not go (it is tried
/// again), `unknown` when it may have arrived (it never is).
const TROUBLES: &[(&str, bool, &str)] = &[
    (r#"{"down": "unavailable"}"#, true, "unknown"),
    (r#"{"down": "unavailable"}"#, false, "queued"),
    (r#"{"down": "closed"}"#, true, "unknown"),
    (r#"{"down": "closed"}"#, false, "queued"),
    (r#"{"garbage": "html"}"#, true, "unknown"),
    (r#"{"garbage": "empty"}"#, true, "unknown"),
    (r#"{"garbage": "wrong_type"}"#, true, "unknown"),
    (r#"{"garbage": "huge"}"#, true, "unknown"),
    (r#"{"garbage": "redirect"}"#, true, "unknown"),
    (r#"{"garbage": {"errcode": -1}}"#, true, "queued"),
];

/// What surely did not go is sent when WeChat is back: after the rest that its breaker takes in real time, and the job's own pause.
async fn until_sent(app: &TestApp, person: &Actor, what: &str) {
    let healed = Instant::now();
    while push(person).await != "sent" {
        assert!(healed.elapsed() < FOREVER, "{what}: never sent");
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        if healed.elapsed() > BREAKER_REST {
            app.move_clock(chrono::Duration::minutes(1));
            app.drain().await;
        }
    }
}

/// The product while WeChat is in a trouble, and after it.
async fn through(what: &str, token: bool, outcome: &str) {
    let app = TestApp::start_with(3).await;
    let worker = app.grid_worker();
    let (person, _) = sign_in(&app, "甲").await;
    let late = login_code(&app, "乙").await;
    if token {
        bind_phone(&app, &sign_in(&app, "丙").await.0, "19900000002").await.expect(200);
    }
    trouble(&app, &serde_json::from_str(what).expect("JSON")).await;
    let refused = try_sign_in(&app, &late).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("wechat_unavailable")), "{what}: {}", refused.text);
    let bound = bind_phone(&app, &person, "19900000001").await;
    assert_eq!((bound.status, bound.json()["code"].as_str()), (503, Some("phone_check_unavailable")), "{what}: {}", bound.text);
    face_to_face(&worker, &person, "19900000001").await;
    agree(&person).await;
    settle(&app, &worker, &person).await;
    app.drain().await;
    assert_eq!(push(&person).await, outcome, "{what}, with a token: {token}");
    for path in ["/api/v1/me/home", "/api/v1/me/residencies", "/readyz"] {
        assert_eq!(person.get(path).await.status, 200, "{what}: {path}");
    }

    trouble(&app, &json!({"preset": "none"})).await;
    if outcome == "queued" {
        until_sent(&app, &person, what).await;
    } else {
        app.move_clock(chrono::Duration::hours(1));
        app.drain().await;
        assert_eq!(push(&person).await, outcome, "{what}: what may have arrived is not sent again");
    }
    try_sign_in(&app, &login_code(&app, "乙").await).await.expect(201);
}

#[actix_web::test]
async fn through_every_trouble_the_phone_the_inbox_and_the_rest_go_on() {
    join_all(TROUBLES.iter().map(|(what, token, outcome)| through(what, *token, outcome))).await;
}

#[actix_web::test]
async fn a_hanging_wechat_keeps_nobody_else_waiting() {
    let app = TestApp::start_with(4).await;
    let (person, _) = sign_in(&app, "甲").await;
    let mut codes = Vec::new();
    for number in 0..16 {
        codes.push(login_code(&app, &format!("乙{number}")).await);
    }
    let last = login_code(&app, "丙").await;
    trouble(&app, &json!({"slow_ms": 60_000, "only_path": "/sns/jscode2session"})).await;
    // Four times as many sign-ins hang as there are connections.
    let begun = Instant::now();
    let hanging = Box::pin(join_all(codes.iter().map(|code| try_sign_in(&app, code))));
    let others = Box::pin(async {
        // The sign-ins are on their way first.
        while calls(&app, "/sns/jscode2session").await < 17 {
            actix_web::rt::task::yield_now().await;
        }
        for _ in 0..20 {
            person.get("/api/v1/me/home").await.expect(200);
            agree(&person).await;
        }
    });
    let signed = match select(hanging, others).await {
        Either::Right(((), hanging)) => hanging.await,
        Either::Left(_) => panic!("the others were still waiting when the sign-ins had given up"),
    };
    let hung = begun.elapsed();
    assert!(hung < FOREVER, "sign-ins hang: {hung:?}");
    for reply in &signed {
        reply.problem(503, "wechat_unavailable");
    }
    // By now it is known that WeChat hangs: nobody waits for it any more.
    let begun = Instant::now();
    try_sign_in(&app, &last).await.problem(503, "wechat_unavailable");
    assert!(begun.elapsed() < hung / 2, "{:?} after {hung:?}", begun.elapsed());
}
