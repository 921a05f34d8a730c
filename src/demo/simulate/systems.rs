//! The outside systems: each takes webhooks as the standard says, knows a repeat by its id, keeps requests under ids of its own, and
//! answers in its own words. Each has bad days, which follow from the seed alone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::Context as _;
use base::clients::webhook::{Claimed, sign};
use base::keys::sha256;
use chrono::{DateTime, TimeDelta};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::Plan;

/// First and last round of the long outage of the first system.
const LONG_OUTAGE: std::ops::RangeInclusive<u32> = 3..=14;
/// Words of the systems for a beginning; the fifth uses ours.
const BEGINNINGS: [&str; 5] = ["已派工", "处理中", "开工", "ACCEPTED", "in_progress"];
/// Words for the four ends, and what they mean for us.
const ENDS: [(&str, &str); 4] =
    [("修好了", "solved"), ("部分完成", "partly_solved"), ("做不了", "cannot_be_solved"), ("不归我管", "not_a_duty")];

/// A number below 100 that follows from the seed and the words alone.
fn chance(seed: u64, words: &[&str]) -> u8 {
    let hash = sha256(format!("{seed}|{}", words.join("|")).as_bytes());
    hash.first().map_or(0, |byte| byte % 100)
}

/// An answer that a system still has to send.
#[derive(Debug, Clone)]
struct Message {
    connector: String,
    id: String,
    body: String,
    /// Times that it is sent, even when it was taken at once.
    times: u8,
}

/// What one system knows.
#[derive(Default)]
struct System {
    /// Messages taken, by `webhook-id`.
    seen: HashSet<String>,
    /// How often each event was taken, by connector, request and sequence.
    events: BTreeMap<(String, String, i64), u32>,
    /// Repeats that were known by their id.
    repeats: u64,
    /// Signatures that did not verify.
    forged: u64,
    /// Tries of each event, so that a bad answer isn't bad for ever.
    tries: HashMap<(String, i64), u32>,
    /// Requests under an id of its own.
    cases: HashMap<String, String>,
    outbox: Vec<Message>,
    /// Ids of messages that were taken by the other side.
    told: HashSet<String>,
    down: bool,
}

struct Shared {
    plan: Plan,
    systems: Vec<Mutex<System>>,
    /// Secrets by connector.
    secrets: Mutex<HashMap<String, SecretString>>,
    /// Connectors by unit.
    connectors: Mutex<HashMap<usize, String>>,
}

impl Shared {
    fn system(&self, index: usize) -> Option<MutexGuard<'_, System>> {
        self.systems.get(index).map(|system| system.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn connector(&self, unit: usize) -> Option<String> {
        self.connectors.lock().unwrap_or_else(PoisonError::into_inner).get(&unit).cloned()
    }

    fn secret(&self, connector: &str) -> Option<SecretString> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(connector).cloned()
    }
}

/// The running systems.
pub(super) struct Systems {
    shared: Arc<Shared>,
    handle: ServerHandle,
    client: reqwest::Client,
    /// Where they listen.
    site: String,
    product: String,
}

/// What the systems say at the end.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How often each event was taken: by connector, request and sequence.
    pub(super) events: BTreeMap<(String, String, i64), u32>,
    pub(super) repeats: u64,
    pub(super) forged: u64,
    /// Messages that were taken by our side, by connector's system and id.
    pub(super) messages: usize,
    pub(super) unsent: usize,
}

/// Starts the systems on one port of this machine.
pub(super) fn start(plan: Plan, product: &str) -> anyhow::Result<Systems> {
    let systems = (0..plan.systems).map(|_index| Mutex::default()).collect();
    let shared = Arc::new(Shared { plan, systems, secrets: Mutex::default(), connectors: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0").context("a port for the outside systems")?;
    let site = format!("http://{}", listener.local_addr()?);
    let data = Data::from(Arc::clone(&shared));
    let app = move || App::new().app_data(data.clone()).route("/systems/{system}/hook/{unit}", web::post().to(hook));
    let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(Systems { shared, handle, client, site, product: product.to_owned() })
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What becomes of one try.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// Taken and said so.
    Fine,
    /// An error before anything was kept.
    Refused(u16),
    /// Taken, but the answer gets lost.
    AnswerLost,
    /// No answer in time, nothing kept.
    Hangs,
    /// Taken, but no answer in time.
    HangsAfter,
}

fn fate(seed: u64, request: &str, sequence: i64, attempt: u32) -> Fate {
    // The third try is always a good one, else a test would be as long as its bad luck.
    if attempt >= 3 {
        return Fate::Fine;
    }
    match chance(seed, &["fate", request, &sequence.to_string(), &attempt.to_string()]) {
        0..=7 => Fate::Refused(500),
        8..=11 => Fate::Refused(429),
        12..=17 => Fate::AnswerLost,
        18 => Fate::Hangs,
        19 => Fate::HangsAfter,
        _ => Fate::Fine,
    }
}

async fn hook(request: HttpRequest, path: Path<(usize, usize)>, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    let (index, unit) = path.into_inner();
    let fate = match judge(&shared, (index, unit), &request, &body) {
        Ok(fate) => fate,
        Err(status) => return answer(status),
    };
    match fate {
        Fate::Fine => answer(204),
        Fate::Refused(status) => answer(status),
        Fate::AnswerLost => answer(502),
        Fate::Hangs | Fate::HangsAfter => {
            actix_web::rt::time::sleep(super::TIMEOUT + Duration::from_millis(200)).await;
            answer(204)
        }
    }
}

fn answer(status: u16) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or(actix_web::http::StatusCode::BAD_GATEWAY);
    HttpResponse::build(status).insert_header(("retry-after", "30")).finish()
}

/// Checks the signature and takes what is new.
fn judge(shared: &Shared, (index, unit): (usize, usize), request: &HttpRequest, body: &[u8]) -> Result<Fate, u16> {
    let mut system = shared.system(index).ok_or(404_u16)?;
    if system.down {
        return Err(503);
    }
    let claimed = Claimed {
        id: header(request, "webhook-id"),
        timestamp: header(request, "webhook-timestamp"),
        signature: header(request, "webhook-signature"),
    };
    let connector = shared.connector(unit).ok_or(404_u16)?;
    let secrets: Vec<SecretString> = shared.secret(&connector).into_iter().collect();
    if !claimed.is_signed_by(&secrets, body) {
        system.forged += 1;
        return Err(401);
    }
    let value: Value = serde_json::from_slice(body).map_err(|_json| 400_u16)?;
    let data = value.get("data").ok_or(400_u16)?;
    let request_id = data.get("request_id").and_then(Value::as_str).ok_or(400_u16)?.to_owned();
    let sequence = data.get("sequence").and_then(Value::as_i64).ok_or(400_u16)?;
    let title = data.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let tries = system.tries.entry((request_id.clone(), sequence)).or_insert(0);
    *tries += 1;
    let fate = fate(shared.plan.seed, &title, sequence, *tries);
    if matches!(fate, Fate::Fine | Fate::AnswerLost | Fate::HangsAfter) {
        if system.seen.insert(claimed.id.to_owned()) {
            *system.events.entry((connector.clone(), request_id.clone(), sequence)).or_insert(0) += 1;
            let leads = data.get("leads").and_then(Value::as_bool).unwrap_or(false);
            if leads && !system.cases.contains_key(&request_id) {
                take(&mut system, shared.plan.seed, index, &connector, &request_id, &title);
            }
        } else {
            system.repeats += 1;
        }
    }
    Ok(fate)
}

/// The system enters the request under an id of its own, and will say that it began and how it ended, in its own words: sometimes in
/// the wrong order, sometimes twice.
fn take(system: &mut System, seed: u64, index: usize, connector: &str, request: &str, title: &str) {
    let external = format!("SYS{index:02}/{:06}", system.cases.len() + 1);
    system.cases.insert(request.to_owned(), external.clone());
    let begun = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let end = usize::from(chance(seed, &["end", title])) % ENDS.len();
    let words = [BEGINNINGS[index % BEGINNINGS.len()].to_owned(), format!("{}·{index}", ENDS[end].0)];
    let mut messages: Vec<Message> = words
        .iter()
        .zip(0_i32..)
        .map(|(word, step)| Message {
            connector: connector.to_owned(),
            id: format!("{external}-{step}"),
            body: json!({"request_id": request, "external_id": external, "status": word, "text": format!("{word}（{external}）"),
                "happened_at": begun + TimeDelta::hours(i64::from(step))})
            .to_string(),
            times: if chance(seed, &["twice", title, word]) < 20 { 2 } else { 1 },
        })
        .collect();
    if chance(seed, &["order", title]) < 20 {
        messages.reverse();
    }
    system.outbox.extend(messages);
}

impl Systems {
    /// The address of a unit's system.
    pub(super) fn hook(&self, unit: usize) -> String {
        format!("{}/systems/{}/hook/{unit}", self.site, unit % self.shared.plan.systems)
    }

    /// What the words of a unit's system mean for us.
    pub(super) fn words(&self, unit: usize) -> Value {
        let index = unit % self.shared.plan.systems;
        let ends = ENDS.iter().map(|(word, means)| json!({"word": format!("{word}·{index}"), "means": means}));
        let begin = json!({"word": BEGINNINGS[index % BEGINNINGS.len()], "means": "in_progress"});
        Value::Array(ends.chain([begin]).collect())
    }

    /// The connector of a unit, with its secret.
    pub(super) fn learn(&self, unit: usize, connector: &str, secret: String) {
        self.shared.connectors.lock().unwrap_or_else(PoisonError::into_inner).insert(unit, connector.to_owned());
        let mut secrets = self.shared.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(connector.to_owned(), SecretString::from(secret));
    }

    /// Is the first system in its long outage?
    pub(super) fn in_long_outage(&self, round: u32) -> bool {
        LONG_OUTAGE.contains(&round)
    }

    /// Which systems are down in a round.
    pub(super) fn day(&self, round: u32) {
        for index in 0..self.shared.plan.systems {
            if let Some(mut system) = self.shared.system(index) {
                let chance = chance(self.shared.plan.seed, &["down", &index.to_string(), &round.to_string()]);
                system.down = if index == 0 { self.in_long_outage(round) } else { chance < 15 && round < 30 };
            }
        }
    }

    /// Every system that is up sends what it has to say; what isn't taken is kept.
    pub(super) async fn answer(&self) -> anyhow::Result<()> {
        for index in 0..self.shared.plan.systems {
            let waiting = match self.shared.system(index) {
                Some(mut system) if !system.down => std::mem::take(&mut system.outbox),
                _ => continue,
            };
            for message in waiting {
                for _ in 0..message.times {
                    let taken = self.send(&message).await?;
                    if let Some(mut system) = self.shared.system(index) {
                        if taken {
                            system.told.insert(message.id.clone());
                        } else {
                            system.outbox.push(message.clone());
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn send(&self, message: &Message) -> anyhow::Result<bool> {
        let secret = self.shared.secret(&message.connector).context("a system without a secret")?;
        let at = base::clock::machine_now().timestamp();
        let signature = sign(&message.id, at, &message.body, &[secret])?;
        let answer = self
            .client
            .post(format!("{}/api/v1/governance/connectors/{}/updates", self.product, message.connector))
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(message.body.clone())
            .send()
            .await?;
        let status = answer.status();
        anyhow::ensure!(!status.is_client_error(), "a system's message was refused: {status} {}", answer.text().await?);
        Ok(status.is_success())
    }

    /// Has no system anything left to say?
    pub(super) fn have_said_everything(&self) -> bool {
        (0..self.shared.plan.systems).all(|index| self.shared.system(index).is_some_and(|system| system.outbox.is_empty()))
    }

    /// What they know at the end.
    pub(super) fn told(&self) -> Told {
        let mut told = Told::default();
        for index in 0..self.shared.plan.systems {
            if let Some(system) = self.shared.system(index) {
                for (event, times) in &system.events {
                    *told.events.entry(event.clone()).or_insert(0) += times;
                }
                told.repeats += system.repeats;
                told.forged += system.forged;
                told.messages += system.told.len();
                told.unsent += system.outbox.len();
            }
        }
        told
    }

    /// Ends them.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}
