//! The end of an account, and the export of one's own data.
//!
//! Closing is one transaction: the person's fields are blanked, sessions, roles and cards end, the phone and the openid are free for a new
//! account. What other nouns hold follows by the job `identity_erase`, which first lets them post (holds, balance), then erases in one
//! transaction; it may run again after a crash.

use std::sync::Arc;

use base::attempts::AttemptLimit;
use base::db::{Audit, Context, Db, Tx, now};
use base::error::{self, ApiError};
use base::ids::{PersonId, SessionId};
use base::jobs::{JobError, JobKind, NewJob};
use base::keys::KeyRing;
use chrono::Duration;
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::erasures::ErasureLog;
use super::hooks::{ExportHook, Hooks};
use super::{
    LegalHoldId, SIGN_IN_AGAIN, grant, hold, limits, merge, person, proxy, rows, rows_card, rows_console, rows_phone_code,
    rows_registration, rows_role, rows_roster, rows_session, sign_in,
};

/// Job that erases what other nouns hold: `{"person": id}`.
const ERASE: &str = "identity_erase";
/// What stands in place of a closed account's nickname.
const CLOSED: &str = "已注销用户";

/// Closes the account of the person whose openid was proved by a fresh login code.
pub(super) async fn close(db: &Db, ring: Arc<KeyRing>, context: Context, who: PersonId, openid: String) -> Result<(), ApiError> {
    db.transaction(context, move |mut tx| -> Result<_, ApiError> {
        let row = rows::find(tx.conn(), who)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        if row.openid_lookup.as_deref() != Some(ring.lookup("openid", &openid).as_slice()) {
            return Err(ApiError::of(&SIGN_IN_AGAIN));
        }
        close_account(&mut tx, who, who)?;
        Ok(tx.done(())?)
    })
    .await
}

/// Closes an account (one's own, or a managed one by its worker).
pub fn close_account(tx: &mut Tx<'_>, who: PersonId, by: PersonId) -> Result<(), ApiError> {
    let now = tx.now()?;
    sign_in::sign_out_everywhere(tx, who, "account closed")?;
    for role in rows_role::not_ended(tx.conn(), who, now)? {
        grant::end(tx, role)?;
    }
    proxy::end_all(tx, who, by)?;
    rows_roster::release_all(tx.conn(), who)?;
    rows_card::cards_revoke(tx.conn(), who, by, now)?;
    rows_card::managed_close(tx.conn(), who, now)?;
    rows_registration::registration_blank(tx.conn(), who)?;
    rows_console::forget(tx.conn(), who)?;
    if !rows::close(tx.conn(), who, ("closed", CLOSED), now)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    tx.audit(Audit::new("account_close", "person", who.0).before(json!({"state": "active"})).after(json!({"state": "closed"})))?;
    tx.enqueue(&NewJob::new(ERASE, json!({"person": who})).once(format!("{ERASE}:{who}")))?;
    Ok(())
}

#[derive(Deserialize)]
struct ErasePayload {
    person: PersonId,
}

/// After a hold on a closed account: the erasure that waited.
pub(super) fn erase_again(tx: &mut Tx<'_>, who: PersonId, hold: LegalHoldId) -> Result<(), ApiError> {
    tx.enqueue(&NewJob::new(ERASE, json!({"person": who})).once(format!("{ERASE}:{who}:{hold}")))?;
    Ok(())
}

/// An account closes into which others were merged: what is left of them is erased with it.
pub fn erase_merged(tx: &mut Tx<'_>, who: PersonId) -> Result<(), ApiError> {
    tx.enqueue(&NewJob::new(ERASE, json!({"person": who})).once(format!("{ERASE}:{who}")))?;
    Ok(())
}

fn erase(db: &Db, hooks: &Hooks, log: &ErasureLog, payload: Value) -> Result<(), JobError> {
    let ErasePayload { person } = serde_json::from_value(payload)?;
    if db.read_now(|connection| hold::held(connection, person))? {
        // The end of the hold asks again.
        return Ok(());
    }
    // First outside the database: whatever ends this run, a restored backup is told.
    log.append(person).map_err(|why| JobError::Retry(format!("the erasure log can't be written: {why}")))?;
    Ok(erase_now(db, hooks, person)?)
}

/// Lets the nouns post, then erases what they hold. Run again, it does nothing the second time.
pub(super) fn erase_now(db: &Db, hooks: &Hooks, person: PersonId) -> Result<(), ApiError> {
    for hook in &hooks.erase {
        if let Some(before) = hook.before {
            before(db, person)?;
        }
    }
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        for hook in &hooks.erase {
            (hook.erase)(&mut tx, person)?;
        }
        let nouns: Vec<&str> = hooks.erase.iter().map(|hook| hook.noun).collect();
        tx.audit(Audit::new("account_erase", "person", person.0).after(json!({"nouns": nouns})))?;
        Ok(tx.done(())?)
    })
}

fn sweep(db: &Db) -> Result<(), JobError> {
    db.read_now(|connection| -> Result<(), ApiError> {
        let then = now(connection)? - Duration::days(183);
        rows_session::sweep(connection, then)?;
        rows_phone_code::sweep(connection, then)?;
        let yesterday = now(connection)? - Duration::days(1);
        rows_console::sweep(connection, yesterday)?;
        rows_card::sweep_uses(connection, base::clock::shanghai_date(then))?;
        Ok(())
    })?;
    Ok(())
}

/// Background jobs: erasure after closing, and what passes its retention.
pub fn jobs(hooks: Arc<Hooks>, log: Arc<ErasureLog>) -> Vec<JobKind> {
    vec![
        merge::job(Arc::clone(&hooks)),
        JobKind::new(ERASE, move |db, payload| erase(db, &hooks, &log, payload)),
        JobKind::new("identity_sweep", |db, _payload| sweep(db)).every(std::time::Duration::from_secs(86_400)),
    ]
}

/// Exports of one person.
const EXPORT: AttemptLimit = AttemptLimit { kind: "account_export", tries: 1, window: 86_400 };

/// All that the nouns hold of a person, once a day, within 15 minutes after signing in.
pub(super) async fn export(
    db: &Db,
    ring: Arc<KeyRing>,
    who: PersonId,
    session: SessionId,
    hooks: Arc<Hooks>,
) -> Result<Value, ApiError> {
    db.read(move |connection| fresh(connection, session)).await?;
    limits::count_person(db, &ring, EXPORT, who).await?;
    db.read(move |connection| -> Result<_, ApiError> {
        let mut document = Map::new();
        document.insert("exported_at".to_owned(), json!(now(connection)?));
        document.insert("identity".to_owned(), own(connection, &ring, who)?);
        for ExportHook { noun, export } in &hooks.export {
            document.insert((*noun).to_owned(), export(connection, &ring, who)?);
        }
        Ok(Value::Object(document))
    })
    .await
}

fn fresh(connection: &mut PgConnection, session: SessionId) -> Result<(), ApiError> {
    let now = now(connection)?;
    let row = rows_session::find(connection, session)?;
    let fresh = row.is_some_and(|row| now - row.created_at <= Duration::minutes(15));
    if fresh { Ok(()) } else { Err(ApiError::of(&SIGN_IN_AGAIN)) }
}

fn own(connection: &mut PgConnection, ring: &KeyRing, who: PersonId) -> Result<Value, ApiError> {
    let row = rows::find(connection, who)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let now = now(connection)?;
    let roles: Vec<Value> = rows_role::held(connection, who, now)?
        .iter()
        .map(|role| json!({"role": role.role, "grid_unit_id": role.grid_unit_id, "organization_id": role.organization_id, "starts_at": role.starts_at, "source": role.source}))
        .collect();
    let consents: Vec<Value> = rows_registration::consent_list(connection, who, None, 1000)?
        .iter()
        .map(|consent| json!({"document": consent.document, "version": consent.version, "given_at": consent.given_at, "withdrawn_at": consent.withdrawn_at}))
        .collect();
    let proxies: Vec<Value> = proxy::proxies_of(connection, who, None, 1000)?
        .iter()
        .map(|row| json!({"acts_for_me": row.person_id == who, "relation": row.relation, "state": row.state, "asked_at": row.asked_at, "ended_at": row.ended_at}))
        .collect();
    Ok(json!({
        "short_number": row.short_number, "nickname": row.nickname, "name": person::name_of(ring, &row)?,
        "phone": person::phone_of(ring, &row)?, "birth_year": row.birth_year, "created_at": row.created_at,
        "roles": roles, "consents": consents, "proxies": proxies,
    }))
}
