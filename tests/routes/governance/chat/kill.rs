//! SIGKILL for the real `palm serve` with 500 sockets open while workers write: whatever was acknowledged is there once, and every follower
//! has heard each message once and in order, over all cuts.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use base::cluster::Scratch;
use base::ids::{PersonId, SessionId};
use base::keys::KeyRing;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Uuid as SqlUuid};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

use super::BASE;
use crate::faults::server_killed::{Palm, demo_database};
use crate::support::World;

const READERS: usize = 100;
const SOCKETS: usize = 500;
const WRITERS: usize = 6;
const KILLS: usize = 2;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// A message that a writer sends until it knows what became of it.
#[derive(Debug, Clone)]
struct Sent {
    text: String,
    acknowledged: Option<String>,
}

/// What one socket has heard.
#[derive(Debug, Default)]
struct Heard {
    change: i64,
    texts: Vec<String>,
    cuts: usize,
}

struct Scene {
    url: String,
    client: reqwest::Client,
    topic: String,
    journal: RefCell<Vec<Sent>>,
    acknowledged: Cell<usize>,
    stopped: Cell<bool>,
    /// The change up to which everybody is to hear; none: the writers still write.
    until: Cell<Option<i64>>,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
}

/// People with a session each and a role at the community, made as the owner; tokens are signed with the server's own keys.
fn people(owner: &mut PgConnection, ring: &KeyRing, community: Uuid, role: &str, count: usize) -> Vec<String> {
    let pairs: Vec<(Uuid, Uuid)> = (0..count).map(|_| (Uuid::now_v7(), Uuid::now_v7())).collect();
    let (persons, sessions): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
    for statement in [
        "INSERT INTO persons (id, short_number, nickname, phone_lookup) SELECT p, 'K-' || p, '居民', uuid_send(p) \
         FROM unnest($1, $2) w (p, s) WHERE $3 IS NOT NULL AND $4 <> ''",
        "INSERT INTO sessions (id, person_id, device, refresh_hash, expires_at) SELECT s, p, 'test', uuid_send(s), 'infinity' \
         FROM unnest($1, $2) w (p, s) WHERE $3 IS NOT NULL AND $4 <> ''",
        "INSERT INTO roles (id, person_id, role, grid_unit_id, starts_at, source) \
         SELECT gen_random_uuid(), p, $4, $3, palm_now(), 'operator' FROM unnest($1, $2) w (p, s)",
    ] {
        sql_query(statement)
            .bind::<Array<SqlUuid>, _>(&persons)
            .bind::<Array<SqlUuid>, _>(&sessions)
            .bind::<SqlUuid, _>(community)
            .bind::<Text, _>(role)
            .execute(owner)
            .expect("people");
    }
    let sign = |(person, session)| people::identity::sign(ring, PersonId(person), SessionId(session), 3_600).expect("a token");
    pairs.into_iter().map(sign).collect()
}

/// Makes everybody known to WeChat, so that the check can pass what they write.
fn known_to_wechat(owner: &mut PgConnection, ring: &KeyRing) {
    #[derive(QueryableByName)]
    struct Person {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let people: Vec<Person> = sql_query("SELECT id FROM persons WHERE openid_sealed IS NULL").load(owner).expect("people");
    for Person { id } in people {
        let openid = format!("o{}", &id.simple().to_string()[5..]);
        sql_query("UPDATE persons SET openid_sealed = $2, openid_lookup = $3 WHERE id = $1")
            .bind::<SqlUuid, _>(id)
            .bind::<Binary, _>(ring.seal(&format!("persons|openid|{id}"), &openid).expect("sealed"))
            .bind::<Binary, _>(ring.lookup("openid", &openid))
            .execute(owner)
            .expect("an openid");
    }
}

impl Scene {
    async fn post(&self, token: &str, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.client.post(format!("{}{BASE}{path}", self.url)).bearer_auth(token).header("idempotency-key", key);
        let answer = request.json(body).send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    /// A group of the community and an open topic in it.
    async fn arrange(&mut self, token: &str, community: Uuid) {
        let group = self.post(token, "/groups", "the-one-group", &json!({"grid_unit_id": community})).await.expect("an answer").1;
        let topics = format!("/groups/{}/topics", group["id"].as_str().expect("a group"));
        let new = json!({"kind": "talk", "title": "停水", "text": "大家说说"});
        let topic = self.post(token, &topics, "the-one-topic", &new).await.expect("an answer").1;
        self.topic = topic["id"].as_str().expect("a topic").to_owned();
    }

    /// Writes until it is told to stop; each message twice at once under one key, and again until an answer is definite.
    async fn write(&self, token: String, writer: usize) {
        let path = format!("/topics/{}/messages", self.topic);
        for number in 0.. {
            if self.stopped.get() {
                return;
            }
            let text = format!("第{writer}人第{number}条");
            let (key, body) = (Uuid::new_v4().to_string(), json!({ "text": text }));
            let place = self.journal.borrow().len();
            self.journal.borrow_mut().push(Sent { text, acknowledged: None });
            let deadline = Instant::now() + PATIENCE;
            loop {
                let twins = tokio::join!(self.post(&token, &path, &key, &body), self.post(&token, &path, &key, &body));
                let ids: Vec<String> = [twins.0, twins.1]
                    .into_iter()
                    .flatten()
                    .filter(|(status, _)| *status == 201)
                    .map(|(_, view)| view["id"].as_str().expect("an id").to_owned())
                    .collect();
                assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "one key, two messages: {ids:?}");
                if let Some(id) = ids.into_iter().next() {
                    self.journal.borrow_mut()[place].acknowledged = Some(id);
                    self.acknowledged.set(self.acknowledged.get() + 1);
                    break;
                }
                assert!(Instant::now() < deadline, "no answer to a message");
                actix_web::rt::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Follows over all cuts until it has heard everything.
    async fn follow(&self, token: String) -> Heard {
        let mut heard = Heard::default();
        let deadline = Instant::now() + PATIENCE * 2;
        while !self.is_done(&heard) {
            assert!(Instant::now() < deadline, "a follower stays behind: {} of {:?}", heard.change, self.until.get());
            if self.stay(&token, &mut heard).await.is_none() {
                heard.cuts += 1;
                actix_web::rt::time::sleep(Duration::from_millis(50)).await;
            }
        }
        heard
    }

    fn is_done(&self, heard: &Heard) -> bool {
        self.until.get().is_some_and(|until| heard.change >= until)
    }

    /// One connection: from where it was, until it is cut (`None`) or everything is heard.
    async fn stay(&self, token: &str, heard: &mut Heard) -> Option<()> {
        let place = self.url.strip_prefix("http://").expect("an address");
        let mut request = format!("ws://{place}{BASE}/live").into_client_request().expect("a request");
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        let stream = TcpStream::connect(place).await.ok()?;
        let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.ok()?;
        let follow = json!({"do": "follow", "topic": self.topic, "after_change": heard.change});
        socket.send(Message::text(follow.to_string())).await.ok()?;
        while !self.is_done(heard) {
            // What is silent for a while looks whether the end has been set meanwhile.
            let next = tokio::time::timeout(Duration::from_millis(500), socket.next()).await;
            let Ok(next) = next else { continue };
            let Message::Text(text) = next?.ok()? else { continue };
            let told: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(told["is"], "changes", "{told}");
            for item in told["items"].as_array().expect("items") {
                let change = item["change"].as_i64().expect("a number");
                assert!(change > heard.change, "twice or out of order: {change} after {}", heard.change);
                heard.change = change;
                heard.texts.push(item["text"].as_str().unwrap_or("-").to_owned());
            }
            heard.change = heard.change.max(told["next_change"].as_i64().expect("a number"));
        }
        Some(())
    }

    async fn until_acknowledged(&self, more: usize) {
        let (wanted, deadline) = (self.acknowledged.get() + more, Instant::now() + PATIENCE);
        while self.acknowledged.get() < wanted {
            assert!(Instant::now() < deadline, "the writers don't go on");
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Messages that were acknowledged and aren't there, and messages that are there more than once.
fn verdict(journal: &[Sent], stored: &[Stored]) -> (usize, usize) {
    let mut times: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in stored {
        times.entry(row.text.as_deref().unwrap_or_default()).or_default().push(row.id.to_string());
    }
    let is_there = |sent: &&Sent| match (&sent.acknowledged, times.get(sent.text.as_str())) {
        (Some(id), Some(ids)) => ids.contains(id),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let lost = journal.iter().filter(|sent| !is_there(sent)).count();
    (lost, times.values().filter(|ids| ids.len() > 1).count())
}

#[actix_web::test]
async fn nothing_acknowledged_is_lost_or_twice_when_the_server_is_killed_under_500_sockets() {
    let database = demo_database();
    let folder = Scratch::new().expect("a folder");
    let keys = folder.join("keys.json");
    let ring = KeyRing::open_or_create(&keys).expect("keys");
    let start = |address: &str| Palm::start_with_keys(&database, &folder.path().to_string_lossy(), address, Some(&keys));
    let mut palm = start("127.0.0.1:0");
    let address = palm.address.clone();
    let mut owner = PgConnection::establish(&database.owner_url).expect("the owner");
    let community = World::build(&mut owner).unit("S1/C1").0;
    let readers = people(&mut owner, &ring, community, "resident", READERS);
    let writers = people(&mut owner, &ring, community, "community_staff", WRITERS);
    known_to_wechat(&mut owner, &ring);
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().expect("a client");
    let mut scene = Scene {
        url: format!("http://{address}"),
        client,
        topic: String::new(),
        journal: RefCell::default(),
        acknowledged: Cell::default(),
        stopped: Cell::default(),
        until: Cell::default(),
    };
    scene.arrange(&writers[0], community).await;
    let scene = Rc::new(scene);
    let follow = |number: usize| {
        let (scene, token) = (Rc::clone(&scene), readers[number % READERS].clone());
        actix_web::rt::spawn(async move { scene.follow(token).await })
    };
    let followers: Vec<_> = (0..SOCKETS).map(follow).collect();
    let write = |(number, token): (usize, &String)| {
        let (scene, token) = (Rc::clone(&scene), token.clone());
        actix_web::rt::spawn(async move { scene.write(token, number).await })
    };
    let writing: Vec<_> = writers.iter().enumerate().map(write).collect();
    for _kill in 0..KILLS {
        scene.until_acknowledged(25).await;
        palm.kill();
        palm = start(&address);
    }
    scene.until_acknowledged(25).await;
    scene.stopped.set(true);
    for writer in writing {
        writer.await.expect("a writer ends");
    }
    let stored: Vec<Stored> = sql_query(
        "SELECT id, text, sequence::bigint AS sequence FROM chat_messages WHERE topic_id = $1::uuid AND sequence IS NOT NULL ORDER BY sequence",
    )
    .bind::<Text, _>(&scene.topic)
    .load(&mut owner)
    .expect("messages");
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = BigInt)]
        change: i64,
    }
    let last: Last = sql_query("SELECT change_last::bigint AS change FROM chat_topics WHERE id = $1::uuid")
        .bind::<Text, _>(&scene.topic)
        .get_result(&mut owner)
        .expect("the topic");
    scene.until.set(Some(last.change));
    assert_eq!(stored.iter().map(|row| row.sequence).collect::<Vec<_>>(), (1..=stored.len() as i64).collect::<Vec<_>>());
    let journal = scene.journal.borrow().clone();
    assert!(journal.iter().all(|sent| sent.acknowledged.is_some()) && journal.len() >= 75, "{}", journal.len());
    assert_eq!(verdict(&journal, &stored), (0, 0), "LOST, TWICE");
    assert_eq!(stored.len(), journal.len(), "nothing that nobody sent");
    // The verdict sees what it is made for.
    let mut told = journal.clone();
    told[0].acknowledged = Some(Uuid::new_v4().to_string());
    assert_eq!(verdict(&told, &stored), (1, 0));
    let texts: Vec<String> = stored.iter().map(|row| row.text.clone().unwrap_or_default()).collect();
    let mut cuts = 0;
    for follower in followers {
        let heard = follower.await.expect("a follower ends");
        assert_eq!(heard.texts, texts, "each message once, in order");
        cuts += heard.cuts;
    }
    assert!(cuts >= SOCKETS, "kills cut the sockets: {cuts}");
}
