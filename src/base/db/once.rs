//! Idempotent writes. The transaction's first statement inserts `(principal, action, key)` with the hash of the raw body
//! and the id of the result; a conflict means that a twin has finished. A twin still running makes the insert wait, past
//! `lock_timeout` the caller gets 409. Refusals roll back and store nothing.

use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::schema::idempotency_keys;
use super::tx::{self, Committed, Context, Finished, Tx};
use super::{DbResult, pool};
use crate::error::{self, ApiError};

/// The identity of one write.
#[derive(Debug, Clone)]
pub struct Once {
    context: Context,
    action: &'static str,
    key: Option<String>,
    hash: [u8; 32],
    id: Uuid,
    contended: bool,
}

impl Once {
    /// `key` as sent by the caller (none: the write isn't protected against repeats), `hash` of the raw body bytes, `id` of the
    /// result, made before.
    pub fn new(context: Context, action: &'static str, key: Option<String>, hash: [u8; 32], id: Uuid) -> Self {
        Self { context, action, key, hash, id, contended: false }
    }

    /// The closure locks a row that many want at once (stock, the ledger's head): it takes a permit of that lane.
    #[must_use]
    pub fn contended(mut self) -> Self {
        self.contended = true;
        self
    }

    /// Id of the result if this call is the one that does the work.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn is_contended(&self) -> bool {
        self.contended
    }

    /// On whose behalf, and in which request.
    pub const fn context(&self) -> &Context {
        &self.context
    }
}

/// Result of a write that may have been answered before.
#[derive(Debug)]
pub struct Done<T> {
    /// Id of the result.
    pub id: Uuid,
    /// True when an earlier request did the work.
    pub replayed: bool,
    /// What the closure returned; `None` on a replay (a secret shown once isn't shown again).
    pub value: Option<T>,
}

crate::statement! {
    /// The first statement of every idempotent write.
    NewKeys<'a> {
        principal: Vec<Uuid>, action: Vec<&'a str>, key: Vec<&'a str>, body_hash: Vec<&'a [u8]>, result_id: Vec<Uuid>,
    } -> () {
        "INSERT INTO idempotency_keys (principal, action, key, body_hash, result_id) SELECT * FROM unnest("
        (principal: Array<SqlUuid>) "::uuid[], " (action: Array<Text>) "::text[], " (key: Array<Text>) "::text[], "
        (body_hash: Array<Binary>) "::bytea[], " (result_id: Array<SqlUuid>) "::uuid[]) ON CONFLICT DO NOTHING"
    }
}

/// Claims the keys; false: one of them (or more) is taken.
pub(super) fn claim<'a>(connection: &mut PgConnection, all: impl Iterator<Item = &'a Once> + Clone) -> DbResult<bool> {
    let keyed = all.filter_map(|once| once.key.as_deref().map(|key| (once, key)));
    let rows = NewKeys {
        principal: &keyed.clone().map(|(once, _)| once.context.principal.key()).collect(),
        action: &keyed.clone().map(|(once, _)| once.action).collect(),
        key: &keyed.clone().map(|(_, key)| key).collect(),
        body_hash: &keyed.clone().map(|(once, _)| &once.hash[..]).collect(),
        result_id: &keyed.clone().map(|(once, _)| once.id).collect(),
    };
    Ok(rows.execute(connection)? == keyed.count())
}

/// The finished twin: its result, or a refusal when the body differs.
fn twin(connection: &mut PgConnection, once: &Once, key: &str) -> Result<Uuid, ApiError> {
    let (hash, id): (Vec<u8>, Uuid) = idempotency_keys::table
        .find((once.context.principal.key(), once.action, key))
        .select((idempotency_keys::body_hash, idempotency_keys::result_id))
        .first(connection)?;
    if hash != once.hash {
        return Err(ApiError::of(&error::IDEMPOTENCY_KEY_REUSED));
    }
    Ok(id)
}

pub(super) fn run<T, E: Into<ApiError>>(
    pool: &r2d2::Pool<pool::Manager>,
    once: &Once,
    work: &impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
) -> Result<Committed<Done<T>>, ApiError> {
    tx::run(pool, &once.context, &|mut tx: Tx<'_>| -> Result<Finished<Done<T>>, ApiError> {
        if let Some(key) = &once.key
            && !claim(tx.conn(), std::iter::once(once))?
        {
            let id = twin(tx.conn(), once, key)?;
            return Ok(Finished::replay(Done { id, replayed: true, value: None }));
        }
        let done = work(tx).map_err(Into::into)?;
        Ok(done.map(|value| Done { id: once.id, replayed: false, value: Some(value) }))
    })
}

/// Deletes keys older than 30 days; returns how many. A job calls it daily.
pub(crate) fn sweep(connection: &mut PgConnection) -> DbResult<usize> {
    Ok(diesel::sql_query("DELETE FROM idempotency_keys WHERE created_at < palm_now() - interval '30 days'")
        .execute(connection)?)
}
