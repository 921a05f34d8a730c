//! The socket: each change once and in order, for those who may see it, over cuts, ended tokens and a second server.

use std::sync::Arc;
use std::time::Duration;

use base::db::{Db, PoolOptions};
use base::http::{Limits, RateLimit, TrustedProxies};
use base::ids::SessionId;
use futures_util::{SinkExt as _, StreamExt as _};
use governance::chat::live::Hub;
use palm::app::Parts;
use palm::serve::{self, Serving, Threads};
use people::files::Cabinet;
use people::identity::{self, CodeLimits};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::Error;

use super::{BASE, group, id, neighbour, read, say, topic};
use crate::support::{Actor, TestApp};

/// An open page.
struct Page(WebSocketStream<TcpStream>);

/// Connects with a token, from an origin; the status when the door stays shut.
async fn knock(url: &str, token: &str, origin: Option<&str>) -> Result<Page, u16> {
    let place = url.strip_prefix("http://").expect("an address");
    let mut request = format!("ws://{place}{BASE}/live").into_client_request().expect("a request");
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().expect("a header"));
    }
    let stream = TcpStream::connect(place).await.expect("the server listens");
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, _)) => Ok(Page(socket)),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Page {
    async fn open(url: &str, actor: &Actor) -> Self {
        knock(url, actor.token.as_deref().expect("signed in"), None).await.unwrap_or_else(|status| panic!("refused: {status}"))
    }

    async fn tell(&mut self, said: &Value) {
        self.0.send(Message::text(said.to_string())).await.expect("the socket takes it");
    }

    async fn follow(&mut self, topic: &str, after: i64) -> Value {
        self.tell(&json!({"do": "follow", "topic": topic, "after_change": after})).await;
        self.told().await
    }

    /// The next text; the reason when the socket is closed instead.
    async fn next(&mut self) -> Result<Value, (u16, String)> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.expect("something within 20 s");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(Some(frame)))) => return Err((frame.code.into(), frame.reason.to_string())),
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    async fn told(&mut self) -> Value {
        self.next().await.unwrap_or_else(|end| panic!("closed: {end:?}"))
    }

    /// Texts of a topic's messages, until the number of changes is reached; their numbers must follow one another.
    async fn hear(&mut self, from: i64, to: i64) -> Vec<String> {
        let (mut change, mut texts) = (from, Vec::new());
        while change < to {
            let told = self.told().await;
            assert_eq!(told["is"], "changes", "{told}");
            for item in told["items"].as_array().expect("items") {
                let number = item["change"].as_i64().expect("a number");
                assert!(number > change, "twice or out of order: {told}");
                change = number;
                texts.push(item["text"].as_str().unwrap_or("-").to_owned());
            }
            change = change.max(told["next_change"].as_i64().expect("a number"));
        }
        texts
    }
}

/// A second server on the same database.
fn beside(app: &TestApp, beat: Duration) -> Serving {
    let first = &app.serving.parts;
    let db = Db::open(&PoolOptions::new(&app.database.app_url, 4, "test")).expect("a pool");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let generous = RateLimit { per_second: 100_000, burst: 100_000 };
    let (ring, wechat) = (Arc::clone(&first.ring), Arc::clone(&first.wechat));
    let cabinet = Cabinet::open(app.folder.path(), None).expect("a files folder");
    let limits = Limits::new(generous, generous);
    let mut parts = Parts::new(db, ring, wechat, limits, CodeLimits::default(), TrustedProxies::default(), cabinet);
    let hub = Hub::new(parts.db.clone(), parts.cabinet.signer(&parts.ring), Arc::clone(&parts.chat_signals));
    parts.chat_hub = Arc::new(hub.with_beat(beat));
    serve::serve(parts, None, listener, Threads { workers: 1, job_workers: 0 }).expect("a second server")
}

async fn scene(app: &TestApp) -> (Actor, String, Actor) {
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(app, "甲", "19900000001").await;
    (worker, topic, me)
}

#[actix_web::test]
async fn a_page_hears_each_change_once_and_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let (worker, topic, me) = scene(&app).await;
    let first = id(&say(&me, &topic, "第一条").await.expect(201));
    let mut page = Page::open(&app.url, &worker).await;
    let told = page.follow(&topic, 0).await;
    assert_eq!((&told["is"], &told["items"][0]["text"]), (&json!("changes"), &json!("第一条")));
    let start = told["next_change"].as_i64().expect("a number");
    for number in 2..12 {
        say(&me, &topic, &format!("第{number}条")).await.expect(201);
    }
    let heard = page.hear(start, start + 10).await;
    assert_eq!(heard, (2..12).map(|number| format!("第{number}条")).collect::<Vec<_>>());
    // Cut; what happens meanwhile is heard afterwards, once.
    drop(page);
    me.post(&format!("{BASE}/messages/{first}/withdraw"), &json!({})).await.expect(200);
    say(&me, &topic, "断线时").await.expect(201);
    let mut page = Page::open(&app.url, &worker).await;
    page.tell(&json!({"do": "follow", "topic": topic, "after_change": start + 10})).await;
    assert_eq!(page.hear(start + 10, start + 12).await, ["-", "断线时"]);
    // The author hears their own as their own.
    let mut own = Page::open(&app.url, &me).await;
    own.follow(&topic, start + 12).await;
    say(&me, &topic, "我写的").await.expect(201);
    let told = own.told().await;
    assert_eq!((&told["items"][0]["own"], &told["items"][0]["text"]), (&json!(true), &json!("我写的")));
    assert_eq!(page.told().await["items"][0]["own"], json!(false));
    own.tell(&json!({"do": "leave", "topic": topic})).await;
    own.tell(&json!({"do": "dance"})).await;
    assert_eq!(own.told().await["code"], "chat_frame_unknown");
    say(&me, &topic, "又一条").await.expect(201);
    assert_eq!(page.told().await["items"][0]["text"], "又一条");
    own.tell(&json!({"do": "dance"})).await;
    assert_eq!(own.told().await["code"], "chat_frame_unknown", "nothing of a topic that was left");
}

#[actix_web::test]
async fn who_does_not_belong_there_hears_nothing() {
    let app = TestApp::start().await;
    let (_, topic, me) = scene(&app).await;
    let stranger = app.actor(identity::Role::GridWorker, "S1/C1/E1/B2");
    let mut page = Page::open(&app.url, &stranger).await;
    let told = page.follow(&topic, 0).await;
    assert_eq!((&told["is"], &told["code"]), (&json!("refused"), &json!("not_found")));
    say(&me, &topic, "只给邻居").await.expect(201);
    page.tell(&json!({"do": "follow", "topic": SessionId::new(), "after_change": 0})).await;
    assert_eq!(page.told().await["code"], "not_found", "and nothing before it");
    let token = me.token.as_deref().expect("signed in");
    assert_eq!(knock(&app.url, "no token", None).await.err(), Some(401));
    assert_eq!(knock(&app.url, token, Some("https://elsewhere.example")).await.err(), Some(403));
    assert!(knock(&app.url, token, Some("https://servicewechat.com")).await.is_ok());
    me.get(&format!("{BASE}/live")).await.problem(400, "chat_upgrade_needed");
    let pages = futures_util::future::join_all((0..9).map(|_| knock(&app.url, token, None))).await;
    assert!(pages.iter().filter_map(|page| page.as_ref().err()).all(|status| *status == 429));
    assert!(pages.iter().any(Result::is_err), "one person opens eight pages at most");
}

#[actix_web::test]
async fn a_token_that_ends_ends_the_socket_unless_renewed() {
    let app = TestApp::start().await;
    let (worker, topic, me) = scene(&app).await;
    let session = {
        let token = worker.token.as_deref().expect("signed in");
        let part = token.split('.').nth(1).expect("claims");
        use base64::Engine as _;
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("claims");
        let claims: Value = serde_json::from_slice(&claims).expect("claims");
        SessionId(claims["sid"].as_str().expect("a session").parse().expect("an id"))
    };
    let sign = |seconds| identity::sign(&app.serving.parts.ring, worker.person, session, seconds).expect("a token");
    let (short, long) = (sign(1), sign(600));
    let (mut ends, mut stays) =
        (knock(&app.url, &short, None).await.ok().unwrap(), knock(&app.url, &short, None).await.ok().unwrap());
    stays.tell(&json!({"do": "renew", "token": long})).await;
    assert_eq!(stays.told().await["is"], "renewed");
    assert_eq!(ends.next().await.expect_err("an end"), (4401, "token_expired".to_owned()));
    let told = stays.follow(&topic, 0).await;
    let start = told["next_change"].as_i64().expect("a number");
    say(&me, &topic, "还在").await.expect(201);
    assert_eq!(stays.hear(start, start + 1).await, ["还在"]);
    // A token of somebody else doesn't keep it open.
    stays.tell(&json!({"do": "renew", "token": me.token})).await;
    assert_eq!(stays.next().await.expect_err("an end").0, 4401);
}

#[actix_web::test]
async fn two_servers_tell_the_same_and_a_role_that_ends_is_felt() {
    let app = TestApp::start().await;
    let (_, topic, me) = scene(&app).await;
    let other = beside(&app, Duration::from_millis(100));
    let reader = neighbour(&app, "乙", "19900000002").await;
    let url = format!("http://{}", other.address);
    let mut page = Page::open(&url, &reader).await;
    let start = page.follow(&topic, 0).await["next_change"].as_i64().expect("a number");
    say(&me, &topic, "在另一台").await.expect(201);
    assert_eq!(page.hear(start, start + 1).await, ["在另一台"]);
    // Moved away: the page stops hearing of the topic.
    {
        use diesel::prelude::*;
        let ended = diesel::sql_query("UPDATE roles SET ends_at = palm_now() WHERE person_id = $1")
            .bind::<diesel::sql_types::Uuid, _>(reader.person.0)
            .execute(&mut app.owner())
            .expect("roles end");
        assert!(ended > 0, "a role ended");
    }
    let told = page.told().await;
    assert_eq!((&told["is"], &told["code"]), (&json!("refused"), &json!("not_found")));
    // The process ends: the page is told to come back.
    let mut page = Page::open(&url, &me).await;
    page.follow(&topic, start).await;
    let stopping = actix_web::rt::spawn(other.stop());
    assert_eq!(page.next().await.expect_err("an end").1, "going_away");
    stopping.await.expect("it stops");
    assert_eq!(read(&me, &topic).await["items"][0]["text"], "在另一台");
}
