//! A mixed load by several clients, each request written down before it is sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use ledger::{BookId, TransactionId, book_open};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::donors::{self, Donor};

const PEOPLE: usize = 50;
const CLIENTS: u64 = 8;
/// No answer for so long is no answer. Longer than anything the server may take by its own limits.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a fault may keep the server from being ready.
const OUTAGE: Duration = Duration::from_secs(30);

/// What the clients know about the answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Sent, or answered in a way that leaves open whether it was done.
    Unknown,
    /// 201, with the id of what was made.
    Acknowledged(Uuid),
    /// A definite refusal.
    Refused(String),
}

/// What is sent.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) path: &'static str,
    pub(super) body: Value,
    token: Option<String>,
}

/// One write and all its tries.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// The client's own id of it, and its key. Postings store it with what they make.
    pub(super) event: Uuid,
    pub(super) write: Write,
    pub(super) outcome: Outcome,
}

impl Attempt {
    /// The same write with other content.
    pub(super) fn altered(&self) -> Value {
        let mut body = self.write.body.clone();
        if self.write.token.is_none() {
            body["event"] = json!(Uuid::new_v4());
        } else {
            body["amount"] = json!("0.77");
        }
        body
    }
}

/// What the operations choose from.
struct Stage {
    book: BookId,
    budget: Uuid,
    people: Vec<PersonId>,
    donors: Vec<Donor>,
    /// Acknowledged holds that nobody has tried to end.
    holds: RefCell<VecDeque<TransactionId>>,
}

impl Stage {
    /// Few are busy, many are not.
    fn somebody(&self, random: &mut StdRng) -> PersonId {
        let place: f64 = random.random();
        self.people[((place * place * place) * self.people.len() as f64) as usize]
    }

    /// Straight to the ledger.
    fn posting(&self, movement: Value) -> Option<Write> {
        let body = json!({ "book": self.book, "event": Uuid::nil(), "movement": movement });
        Some(Write { path: "/demo/postings", body, token: None })
    }

    /// Through a noun of the product, as a person who has signed in.
    fn donation(&self, random: &mut StdRng) -> Option<Write> {
        let donor = self.donors.get(random.random_range(0..self.donors.len()))?;
        let body = json!({ "community": self.book, "amount": "0.5" });
        Some(Write { path: "/api/v1/points/donations", body, token: Some(donor.token.clone()) })
    }
}

/// One kind of write: how often, and what is sent; `None` when there is nothing to do it to.
struct Operation {
    weight: u32,
    make: fn(&Stage, &mut StdRng) -> Option<Write>,
}

/// The mix. `verdict::MADE` says how what they make is found again.
const OPERATIONS: &[Operation] = &[
    Operation { weight: 5, make: |stage, _| stage.posting(json!({ "fund": { "budget": stage.budget, "amount": "100" } })) },
    Operation {
        weight: 30,
        make: |stage, random| {
            let person = stage.somebody(random);
            stage.posting(json!({ "award": { "budget": stage.budget, "person": person, "amount": "3" } }))
        },
    },
    Operation {
        weight: 30,
        make: |stage, random| stage.posting(json!({ "hold": { "person": stage.somebody(random), "amount": "2.5" } })),
    },
    Operation {
        weight: 15,
        make: |stage, _| {
            let hold = stage.holds.borrow_mut().pop_front()?;
            stage.posting(json!({ "capture": { "hold": hold, "merchant": stage.budget } }))
        },
    },
    Operation {
        weight: 10,
        make: |stage, _| {
            let hold = stage.holds.borrow_mut().pop_front()?;
            stage.posting(json!({ "release": { "hold": hold } }))
        },
    },
    Operation {
        weight: 10,
        make: |stage, random| {
            let (from, to) = (stage.somebody(random), stage.somebody(random));
            stage.posting(json!({ "transfer": { "from": from, "to": to, "amount": "0.5" } }))
        },
    },
    Operation { weight: 15, make: Stage::donation },
];

/// The load: clients as tasks of one thread, so that what they share needs no lock.
#[derive(Clone)]
pub(super) struct Load {
    shared: Rc<Shared>,
}

struct Shared {
    url: RefCell<String>,
    client: reqwest::Client,
    stage: Stage,
    journal: RefCell<Vec<Attempt>>,
    acknowledged: Cell<usize>,
    /// Answers that left open what happened: each of them is the fault at work.
    unknown: Cell<usize>,
    stopped: Cell<bool>,
}

impl Load {
    /// A load on a server, in the book of a community, which is opened where it isn't.
    pub(super) async fn new(url: &str, owner: &mut PgConnection, community: GridUnitId) -> Self {
        let book = BookId(community.0);
        book_open(owner, book).expect("a book");
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        let donors = donors::sign_in(&client, url, owner, community).await;
        let people = (0..PEOPLE).map(|_| PersonId::new()).collect();
        let stage = Stage { book, budget: Uuid::new_v4(), people, donors, holds: RefCell::default() };
        let shared = Shared {
            url: RefCell::new(url.to_owned()),
            client,
            stage,
            journal: RefCell::default(),
            acknowledged: Cell::default(),
            unknown: Cell::default(),
            stopped: Cell::default(),
        };
        let load = Self { shared: Rc::new(shared) };
        let stage = &load.shared.stage;
        let fund = stage.posting(json!({ "fund": { "budget": stage.budget, "amount": "10000" } }));
        let award = |donor: &Donor| {
            stage.posting(json!({ "award": { "budget": stage.budget, "person": donor.person, "amount": "1000" } }))
        };
        for write in fund.into_iter().chain(stage.donors.iter().filter_map(award)) {
            let number = load.write_down(write);
            while load.send(number).await == Outcome::Unknown {
                load.until_ready().await;
            }
        }
        load
    }

    /// Starts the clients; they go on until `settle`.
    pub(super) fn start(&self) -> Vec<actix_web::rt::task::JoinHandle<()>> {
        let client = |seed| {
            let load = self.clone();
            actix_web::rt::spawn(async move { load.run(StdRng::seed_from_u64(seed)).await })
        };
        (0..CLIENTS).map(client).collect()
    }

    async fn run(&self, mut random: StdRng) {
        let total: u32 = OPERATIONS.iter().map(|operation| operation.weight).sum();
        while !self.shared.stopped.get() {
            let mut draw = random.random_range(0..total);
            let drawn = OPERATIONS.iter().find(|operation| {
                let here = draw < operation.weight;
                draw = draw.saturating_sub(operation.weight);
                here
            });
            let Some(write) = drawn.and_then(|operation| (operation.make)(&self.shared.stage, &mut random)) else {
                continue;
            };
            let number = self.write_down(write);
            // Some are tried again at once, some are left for the end.
            while self.send(number).await == Outcome::Unknown && random.random_bool(0.7) {
                self.until_ready().await;
            }
        }
    }

    fn write_down(&self, mut write: Write) -> usize {
        let event = Uuid::new_v4();
        if let Some(place) = write.body.get_mut("event") {
            *place = json!(event);
        }
        let mut journal = self.shared.journal.borrow_mut();
        journal.push(Attempt { event, write, outcome: Outcome::Unknown });
        journal.len() - 1
    }

    /// Sends one try of a write and notes what is known after it.
    async fn send(&self, number: usize) -> Outcome {
        let attempt = self.shared.journal.borrow()[number].clone();
        let (outcome, _replayed) = self.send_as(&attempt, attempt.event, &attempt.write.body).await;
        match &outcome {
            Outcome::Unknown => self.shared.unknown.set(self.shared.unknown.get() + 1),
            Outcome::Acknowledged(id) => {
                self.shared.acknowledged.set(self.shared.acknowledged.get() + 1);
                if attempt.write.body["movement"].get("hold").is_some() {
                    self.shared.stage.holds.borrow_mut().push_back(TransactionId(*id));
                }
            }
            Outcome::Refused(_) => {}
        }
        self.shared.journal.borrow_mut()[number].outcome = outcome.clone();
        outcome
    }

    /// Sends a write's request with any key and body; also says whether the answer is an earlier one.
    pub(super) async fn send_as(&self, attempt: &Attempt, key: Uuid, body: &Value) -> (Outcome, bool) {
        let url = format!("{}{}", self.shared.url.borrow(), attempt.write.path);
        let mut request = self.shared.client.post(url).header("idempotency-key", key.to_string()).json(body);
        if let Some(token) = &attempt.write.token {
            request = request.bearer_auth(token);
        }
        let sent = request.send().await;
        let Ok(response) = sent else { return (Outcome::Unknown, false) };
        let status = response.status().as_u16();
        let replayed = response.headers().get("idempotency-replayed").is_some_and(|value| value == "true");
        let Ok(answer) = response.json::<Value>().await else { return (Outcome::Unknown, false) };
        let code = answer["code"].as_str().unwrap_or_default().to_owned();
        let outcome = match status {
            201 => Outcome::Acknowledged(answer["id"].as_str().and_then(|id| id.parse().ok()).expect("the answer has an id")),
            // A twin with the same key may still be at work.
            409 if code == "still_running" => Outcome::Unknown,
            400..=499 => Outcome::Refused(code),
            _ => Outcome::Unknown,
        };
        (outcome, replayed)
    }

    /// Waits until the server answers from its database.
    pub(super) async fn until_ready(&self) {
        let deadline = Instant::now() + OUTAGE;
        loop {
            let url = format!("{}/readyz", self.shared.url.borrow());
            if self.shared.client.get(url).send().await.is_ok_and(|reply| reply.status().is_success()) {
                return;
            }
            assert!(Instant::now() < deadline, "the server does not come back");
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until that many more writes are acknowledged.
    pub(super) async fn until_acknowledged(&self, more: usize) {
        let (wanted, deadline) = (self.shared.acknowledged.get() + more, Instant::now() + OUTAGE);
        while self.shared.acknowledged.get() < wanted {
            assert!(Instant::now() < deadline, "the load does not go on");
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Ends the load: the clients stop, and what is still unknown is sent again, with the same keys, until it is known.
    pub(super) async fn settle(&self, clients: Vec<actix_web::rt::task::JoinHandle<()>>) {
        self.shared.stopped.set(true);
        for client in clients {
            client.await.expect("a client ends");
        }
        self.until_ready().await;
        let attempts = self.shared.journal.borrow().len();
        let deadline = Instant::now() + OUTAGE;
        for number in 0..attempts {
            while self.shared.journal.borrow()[number].outcome == Outcome::Unknown && self.send(number).await == Outcome::Unknown
            {
                assert!(Instant::now() < deadline, "an outcome stays unknown");
            }
        }
    }

    pub(super) fn journal(&self) -> Vec<Attempt> {
        self.shared.journal.borrow().clone()
    }

    pub(super) fn book(&self) -> BookId {
        self.shared.stage.book
    }

    /// How many answers left open what happened.
    pub(super) fn unknown(&self) -> usize {
        self.shared.unknown.get()
    }
}
