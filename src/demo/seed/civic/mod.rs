//! A month of governance: requests by every way in, moved on day by day by those whose duty they are, so that each state, outcome and
//! delay stands in the lists as it would come about. `cases` files and moves requests, `chat` talks, `field` does everything else, `fates` says what
//! becomes of which.

mod cases;
mod chat;
mod fates;
mod field;

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use base::db::Db;
use base::keys::KeyRing;
use chrono::{DateTime, SecondsFormat, Utc};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

use super::history::{caller, now, unit};
use super::register;
use crate::demo::caller::{Caller, Product};
use cases::{Case, Matter};
use chat::Chat;
use field::Field;

const GOVERNANCE: &str = "/api/v1/governance";
/// Requests of a day.
const PER_DAY: usize = 7;
const SEED: u64 = 20_260_202;
/// Residents who report.
const REPORTERS: usize = 60;

/// Everybody and everything that a day of governance needs.
pub(super) struct Civic {
    product: Product,
    db: Db,
    community: String,
    secretary: Caller,
    colleague: Caller,
    street: Caller,
    second_street: Caller,
    /// The property company.
    property: String,
    /// By the name of their unit.
    handlers: HashMap<String, Caller>,
    /// Grid workers of the first blocks, with the ids of their blocks.
    workers: Vec<(Caller, String)>,
    couriers: Vec<Caller>,
    residents: Vec<Caller>,
    /// Ids of entrances, dealt out as residents live.
    entrances: Vec<String>,
    matters: Vec<Matter>,
    cases: Vec<Case>,
    field: Field,
    chat: Chat,
    random: StdRng,
    filed: usize,
    /// Steps that were refused since something else came first, by step and code.
    refused: BTreeMap<String, usize>,
}

fn when(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Civic {
    /// Gathers the people; the starter pack is adopted by now.
    pub(super) async fn gather(product: &Product, db: &Db, ring: &KeyRing, residents: &[Caller]) -> anyhow::Result<Self> {
        let staff = register::staff();
        let named = |name: &str| -> anyhow::Result<Caller> {
            let person = staff.iter().find(|person| person.name == name).with_context(|| format!("staff: {name}"))?;
            caller(product, db, ring, name, &person.phone)
        };
        let mut handlers = HashMap::new();
        for (code, organization) in register::UNITS {
            let person = staff.iter().find(|person| person.organization == *code).with_context(|| format!("staff of {code}"))?;
            handlers.insert((*organization).to_owned(), caller(product, db, ring, organization, &person.phone)?);
        }
        let mut workers = Vec::new();
        for index in 0..register::BLOCKS {
            let worker = named(&format!("网格员{:02}", index + 1))?;
            workers.push((worker, unit(db, register::block(index)).await?));
        }
        let mut entrances = Vec::new();
        for index in 0..REPORTERS {
            entrances.push(unit(db, register::entrance(index)).await?);
        }
        let couriers = ["快递员甲", "快递员乙"].into_iter().map(named).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self {
            product: product.clone(),
            db: db.clone(),
            community: unit(db, register::COMMUNITY.to_owned()).await?,
            secretary: named("社区书记")?,
            colleague: named("社区干部甲")?,
            street: named("街道干部甲")?,
            second_street: named("街道干部乙")?,
            property: field::organization(handlers.get("安居物业").context("a property company")?).await?,
            handlers,
            workers,
            couriers,
            residents: residents.iter().take(REPORTERS).cloned().collect(),
            entrances,
            matters: cases::matters()?,
            cases: Vec::new(),
            field: Field::default(),
            chat: Chat::default(),
            random: StdRng::seed_from_u64(SEED),
            filed: 0,
            refused: BTreeMap::new(),
        })
    }

    /// Before the first day: word lists, the facilities' register, checklists, the roster of those on call, who follows which place.
    pub(super) async fn open(&mut self) -> anyhow::Result<()> {
        self.word_list().await?;
        self.register().await?;
        self.open_groups().await?;
        let agreed = json!({ "answers": [{ "template": "request_answered", "accepted": true }] });
        for (index, (resident, entrance)) in self.residents.iter().zip(&self.entrances).enumerate() {
            if index < 12 {
                resident.post(&format!("{GOVERNANCE}/followed-places"), &json!({ "unit": entrance })).await?;
            }
            if index % 2 == 0 {
                resident.post("/api/v1/me/subscriptions", &agreed).await?;
            }
        }
        Ok(())
    }

    /// What was begun on days before goes on.
    pub(super) async fn morning(&mut self, day: i64) -> anyhow::Result<()> {
        self.move_on(day, false).await
    }

    /// What is new: requests, their first steps, and the day's field work.
    pub(super) async fn afternoon(&mut self, day: i64, last: i64) -> anyhow::Result<()> {
        for _ in 0..PER_DAY {
            self.file(day).await?;
        }
        if day % 10 == 4 {
            self.danger(day).await?;
        }
        if day == last {
            self.doubtful(day).await?;
        }
        // The newest stand as they were filed.
        if day < last {
            self.product.move_clock(chrono::Duration::minutes(40)).await?;
            self.move_on(day, true).await?;
        }
        if day % 2 == 0 {
            self.talk(day).await?;
        }
        self.look_at_texts(day == last).await?;
        self.field_work(day, last).await
    }

    /// Fails when many steps were refused: then the demo's fates don't fit the product's rules any more.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let refused: usize = self.refused.values().sum();
        anyhow::ensure!(
            refused * 6 < self.filed.max(6),
            "{refused} steps of {} requests were refused: {:?}",
            self.filed,
            self.refused
        );
        Ok(())
    }

    /// A list that two people of the street put in force; it holds everywhere.
    async fn word_list(&self) -> anyhow::Result<()> {
        let mut reader = csv::Reader::from_reader(include_str!("../words.csv").as_bytes());
        let (mut refused, mut doubtful) = (Vec::new(), Vec::new());
        for row in reader.deserialize::<(String, String)>() {
            let (effect, word) = row?;
            if effect == "refuse" { refused.push(word) } else { doubtful.push(word) }
        }
        let list = json!({ "refused": refused, "doubtful": doubtful, "note": "示例词库：广告与诈骗用语" });
        let id = self.street.post("/api/v1/screening/word-lists", &list).await?.text_at("/id")?;
        self.second_street.post(&format!("/api/v1/screening/word-lists/{id}/approve"), &json!({})).await?;
        Ok(())
    }

    async fn now(&self) -> anyhow::Result<DateTime<Utc>> {
        now(&self.db).await
    }
}
