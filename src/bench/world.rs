//! The people and points that a bench needs, made the short way: persons, sessions and roles by SQL as the owner, points by
//! `ledger::post` like everybody's.

use base::db::{Context, Db, PoolOptions, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId, SessionId};
use base::keys::KeyRing;
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel::{PgConnection, RunQueryDsl as _, sql_query};
use ledger::{About, Actor, BookId, Fact, Party, Posting, ReasonCode, Subject, Validity};
use uuid::Uuid;

use super::site::Site;

/// Somebody signed in.
#[derive(Debug)]
pub(super) struct Resident {
    pub(super) person: PersonId,
    pub(super) token: String,
}

/// The community under load.
#[derive(Debug)]
pub(super) struct World {
    pub(super) community: GridUnitId,
    pub(super) book: BookId,
    pub(super) residents: Vec<Resident>,
    /// The product's clock when it was made.
    pub(super) now: DateTime<Utc>,
}

/// Points of each resident.
const PURSE: Points = Points::from_hundredths(1_000_000);
/// Postings a transaction while funding.
const BATCH: usize = 500;

impl World {
    /// Makes the community with so many residents, each with points.
    pub(super) fn build(site: &Site, residents: usize) -> anyhow::Result<Self> {
        let ring = KeyRing::open_or_create(&site.keys_file())?;
        let mut owner = site.owner()?;
        let community = units(&mut owner)?;
        let people = people(&mut owner, &ring, community, residents)?;
        let now = base::db::now(&mut owner)?;
        let world = Self { community, book: BookId(community.0), residents: people, now };
        world.fund(&Db::open(&PoolOptions::new(&site.app_url, 3, "bench"))?)?;
        owner.batch_execute("ANALYZE")?;
        Ok(world)
    }

    /// The n-th resident, round and round.
    pub(super) fn resident(&self, index: usize) -> &Resident {
        &self.residents[index % self.residents.len()]
    }

    fn fund(&self, db: &Db) -> Result<(), ApiError> {
        let (book, budget) = (self.book, Uuid::now_v7());
        let validity = Validity::from_months(36).ok_or_else(|| ApiError::internal(anyhow::anyhow!("a validity")))?;
        db.transaction_now(&Context::operator(), |mut tx: Tx<'_>| -> Result<_, ApiError> {
            ledger::book_open(tx.conn(), book)?;
            Ok(tx.done(())?)
        })?;
        self.fund_budget(db, budget)?;
        for some in self.residents.chunks(BATCH) {
            let awards: Vec<Posting> = some
                .iter()
                .map(|resident| {
                    let id = Uuid::now_v7();
                    let about = self.about(Fact::fund(id), id);
                    Posting::award(about, Party::budget(budget), Party::wallet(resident.person), PURSE, validity)
                })
                .collect();
            self.post(db, &awards)?;
        }
        Ok(())
    }

    /// Fills a budget's account.
    pub(super) fn fund_budget(&self, db: &Db, budget: Uuid) -> Result<(), ApiError> {
        let (id, total) = (Uuid::now_v7(), Points::from_hundredths(1_000_000_000_000));
        let fund = Posting::fund(self.about(Fact::fund(id), id), Party::ISSUANCE, Party::budget(budget), total);
        self.post(db, &[fund])
    }

    fn about(&self, fact: Fact, id: Uuid) -> About {
        const NOUN: ReasonCode = ReasonCode::known("bench");
        let subject = Subject { kind: NOUN, id };
        About { fact, subject, reason: NOUN, rule: None, actor: Actor::System, approvers: vec![], occurred_at: self.now }
    }

    fn post(&self, db: &Db, postings: &[Posting]) -> Result<(), ApiError> {
        let book = self.book;
        db.transaction_now(&Context::operator(), |tx| {
            ledger::post(tx, book, postings, |outcomes| -> Result<(), ApiError> {
                for outcome in outcomes {
                    outcome.clone()?;
                }
                Ok(())
            })
        })
    }
}

/// A street, a community, and one entrance in it.
fn units(owner: &mut PgConnection) -> anyhow::Result<GridUnitId> {
    let mut parent = None;
    let (mut path, mut community) = (String::new(), GridUnitId::new());
    for (kind, code, name) in [
        ("street", "S1", "街道"),
        ("community", "C1", "社区"),
        ("estate", "E1", "小区"),
        ("block", "B1", "片区"),
        ("entrance", "D1", "楼门"),
    ] {
        let id = GridUnitId::new();
        path = if path.is_empty() { code.to_owned() } else { format!("{path}/{code}") };
        sql_query("INSERT INTO grid_units (id, kind, parent_id, code, path, name) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind::<SqlUuid, _>(id.0)
            .bind::<Text, _>(kind)
            .bind::<diesel::sql_types::Nullable<SqlUuid>, _>(parent)
            .bind::<Text, _>(code)
            .bind::<Text, _>(&path)
            .bind::<Text, _>(name)
            .execute(owner)?;
        parent = Some(id.0);
        if kind == "community" {
            community = id;
        }
    }
    Ok(community)
}

/// Residents of that entrance with a session and a token each.
fn people(owner: &mut PgConnection, ring: &KeyRing, community: GridUnitId, count: usize) -> anyhow::Result<Vec<Resident>> {
    let persons: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    let sessions: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    for statement in [
        "INSERT INTO persons (id, short_number, nickname, phone_lookup) SELECT p, 'B-' || p, '居民', uuid_send(p)
         FROM unnest($1, $2) w (p, s) WHERE $3 IS NOT NULL",
        "INSERT INTO sessions (id, person_id, device, refresh_hash, expires_at) SELECT s, p, 'bench', uuid_send(s), 'infinity'
         FROM unnest($1, $2) w (p, s) WHERE $3 IS NOT NULL",
        "INSERT INTO roles (id, person_id, role, grid_unit_id, starts_at, source)
         SELECT gen_random_uuid(), p, 'resident', u.id, palm_now(), 'operator' FROM unnest($1, $2) w (p, s)
         JOIN grid_units u ON u.kind = 'entrance' AND u.path LIKE (SELECT path || '/%' FROM grid_units WHERE id = $3)",
    ] {
        sql_query(statement)
            .bind::<Array<SqlUuid>, _>(&persons)
            .bind::<Array<SqlUuid>, _>(&sessions)
            .bind::<SqlUuid, _>(community.0)
            .execute(owner)?;
    }
    let people = persons.into_iter().zip(sessions).map(|(person, session)| {
        let (person, session) = (PersonId(person), SessionId(session));
        Ok(Resident { person, token: people::identity::sign(ring, person, session, 3600)? })
    });
    people.collect()
}
