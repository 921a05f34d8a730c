//! A follower that takes nothing is cut, so that it holds nobody up and fills no memory; it comes back and hears everything, once.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::{BASE, group, neighbour, say, topic, worker_known};
use crate::support::{Actor, TestApp};

/// More than a line and its buffers hold.
const SEEDED: i64 = 4_500;
/// Written while the slow one stands still.
const LIVE: i64 = 20;

/// Connects over a line that takes little at once.
async fn narrow(app: &TestApp, actor: &Actor) -> WebSocketStream<TcpStream> {
    let place = app.url.strip_prefix("http://").expect("an address");
    let mut request = format!("ws://{place}{BASE}/live").into_client_request().expect("a request");
    let token = actor.token.as_deref().expect("signed in");
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    let line = TcpSocket::new_v4().expect("a line");
    line.set_recv_buffer_size(4_096).expect("a small buffer");
    let stream = line.connect(place.parse().expect("an address")).await.expect("the server listens");
    tokio_tungstenite::client_async(request, stream).await.expect("a socket").0
}

/// Takes what comes until the number of changes is reached or the line ends; numbers must follow one another.
async fn drain(socket: &mut WebSocketStream<TcpStream>, change: &mut i64, until: i64, texts: &mut Vec<String>) {
    while *change < until {
        let next = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.expect("something within 20 s");
        let Some(Ok(message)) = next else { return };
        let Message::Text(text) = message else { continue };
        let told: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(told["is"], "changes", "{told}");
        for item in told["items"].as_array().expect("items") {
            let number = item["change"].as_i64().expect("a number");
            assert!(number > *change, "twice or out of order");
            *change = number;
            texts.push(item["text"].as_str().unwrap_or("-").chars().take_while(char::is_ascii_digit).collect());
        }
        *change = (*change).max(told["next_change"].as_i64().expect("a number"));
    }
}

/// Messages that stand in a topic already, as if long ago.
fn seed(app: &TestApp, topic: &str, author: &Actor) {
    sql_query(
        "WITH said AS (INSERT INTO chat_messages (id, topic_id, sequence, change_sequence, kind, state, author_id, text, published_at) \
            SELECT gen_random_uuid(), $1::uuid, n, n, 'message', 'published', $2, n || repeat('长', 1900), palm_now() \
            FROM generate_series(1, $3) n) \
         UPDATE chat_topics SET sequence_last = $3, change_last = $3 WHERE id = $1::uuid",
    )
    .bind::<Text, _>(topic)
    .bind::<SqlUuid, _>(author.person.0)
    .bind::<Integer, _>(i32::try_from(SEEDED).expect("a count"))
    .execute(&mut app.owner())
    .expect("messages");
}

#[actix_web::test]
async fn who_takes_nothing_is_cut_holds_nobody_up_and_resumes_complete() {
    let app = TestApp::start().await;
    let worker = worker_known(&app, "网", "19900000009").await;
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let reader = neighbour(&app, "甲", "19900000001").await;
    seed(&app, &topic, &worker);
    let follow = |after: i64| Message::text(json!({"do": "follow", "topic": topic, "after_change": after}).to_string());
    let mut slow = narrow(&app, &reader).await;
    slow.send(follow(0)).await.expect("the socket takes it");
    // Whoever reads hears everything while the other line stands still.
    let mut quick = narrow(&app, &reader).await;
    quick.send(follow(SEEDED)).await.expect("the socket takes it");
    let (mut at, mut heard, until) = (SEEDED, Vec::new(), SEEDED + LIVE);
    for number in 0..LIVE {
        say(&worker, &topic, &format!("{number}在吗")).await.expect(201);
    }
    drain(&mut quick, &mut at, until, &mut heard).await;
    assert_eq!(heard, (0..LIVE).map(|number| number.to_string()).collect::<Vec<_>>());
    let deadline = Instant::now() + Duration::from_secs(40);
    while app.serving.parts.chat_hub.sockets() > 1 {
        assert!(Instant::now() < deadline, "the slow one is not cut");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    // What was on its way is read now; then the line ends, before everything was there.
    let (mut change, mut texts) = (0, Vec::new());
    drain(&mut slow, &mut change, until, &mut texts).await;
    assert!(change < SEEDED, "it was cut in the middle: {change}");
    drop(slow);
    let mut again = narrow(&app, &reader).await;
    again.send(follow(change)).await.expect("the socket takes it");
    drain(&mut again, &mut change, until, &mut texts).await;
    let all = (1..=SEEDED).chain(0..LIVE).map(|number| number.to_string());
    assert_eq!(texts, all.collect::<Vec<_>>(), "complete, once, in order");
}
