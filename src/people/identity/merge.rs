//! Two accounts of one person become one: a managed account and the own one of a later sign-in, or two that were opened by mistake.
//!
//! The account that ends gives what signs in and what tells who it is to the one that remains, wherever that has none; its roles go
//! along, its cards, family proxies and sessions end. What other nouns hold follows by the job `identity_merge`, which first lets
//! them post (open orders end, the balance is passed on), then points their rows at the remaining account in one transaction. What is
//! over (posted awards, captured orders, old notices) stays where it is: the books are never rewritten.

use std::sync::Arc;

use base::db::{Audit, Context, Db, Tx};
use base::error::{self, ApiError, found};
use base::ids::PersonId;
use base::jobs::{JobError, JobKind, NewJob};
use base::keys::KeyRing;
use diesel::PgConnection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::hooks::Hooks;
use super::role::Role;
use super::rows::{self, PersonRow, TakenOver};
use super::{
    MERGE_HELD, MERGE_STAFF, MERGE_TWO_WECHATS, grant, hold, person, proxy, reveal, rows_card, rows_console, rows_registration,
    rows_role, rows_roster, sign_in,
};
use crate::grid::Scope;

/// Job that points what other nouns hold at the remaining account: `{"gone": id, "keep": id}`.
const MERGE: &str = "identity_merge";

/// An open account within the scope; any other doesn't exist for the caller.
pub fn require_within(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> Result<(), ApiError> {
    reveal::within_scope(connection, scope, person).map(|_row| ())
}

/// Both open, not both with a WeChat of their own (one of them could never sign in again), and the one that ends without a role of
/// staff (what it decided and is to decide would change hands, and two persons would become one) and without a legal hold.
pub fn require_mergeable(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    let rows = rows::many(connection, &[gone, keep])?;
    let open = rows.values().filter(|row| row.state == "active").count();
    if gone == keep || open != 2 {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    if rows.values().all(|row| row.openid_lookup.is_some()) {
        return Err(ApiError::of(&MERGE_TWO_WECHATS));
    }
    if hold::held(connection, gone)? {
        return Err(ApiError::of(&MERGE_HELD));
    }
    let now = base::db::now(connection)?;
    let mut held = rows_role::held(connection, gone, now)?.into_iter().filter_map(|held| Role::parse(&held.role));
    if held.any(Role::of_staff) { Err(ApiError::of(&MERGE_STAFF)) } else { Ok(()) }
}

/// Makes one account of two; the rest follows by the job.
pub fn merge_accounts(tx: &mut Tx<'_>, ring: &KeyRing, (gone, keep): (PersonId, PersonId), by: PersonId) -> Result<(), ApiError> {
    let mut locked = rows::lock_two(tx.conn(), [gone, keep])?;
    require_mergeable(tx.conn(), gone, keep)?;
    let (from, to) = (found(locked.remove(&gone))?, found(locked.remove(&keep))?);
    let now = tx.now()?;
    let taken = taken(tx.conn(), ring, &from, &to)?;
    sign_in::sign_out_everywhere(tx, gone, "accounts merged")?;
    proxy::end_all(tx, gone, by)?;
    let roles = rows_role::move_all(tx.conn(), gone, keep)?;
    for role in rows_role::not_ended(tx.conn(), gone, now)? {
        grant::end(tx, role)?;
    }
    rows_roster::readopt(tx.conn(), gone, keep)?;
    rows_registration::registration_hand_over(tx.conn(), gone, keep)?;
    rows_console::forget(tx.conn(), gone)?;
    rows_card::cards_revoke(tx.conn(), gone, by, now)?;
    rows_card::managed_close(tx.conn(), gone, now)?;
    if taken.kind == Some("self") && to.kind != "self" {
        // From now on they sign in themselves: the card that stood for them ends.
        rows_card::cards_revoke(tx.conn(), keep, by, now)?;
        rows_card::managed_close(tx.conn(), keep, now)?;
    }
    // Phone and openid are one account's only, so they are let go before they are taken.
    if !rows::close(tx.conn(), gone, ("merged", to.nickname.as_str()), now)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    rows::take_over(tx.conn(), keep, &taken)?;
    let after = json!({"state": "merged", "into": keep, "roles": roles});
    tx.audit(Audit::new("account_merge", "person", gone.0).before(json!({"state": "active"})).after(after))?;
    tx.enqueue(&NewJob::new(MERGE, json!({"gone": gone, "keep": keep})).once(format!("{MERGE}:{gone}")))?;
    Ok(())
}

/// What the remaining account lacks and the other one has, sealed anew: a seal names its row.
fn taken(
    connection: &mut PgConnection,
    ring: &KeyRing,
    from: &PersonRow,
    to: &PersonRow,
) -> Result<TakenOver<'static>, ApiError> {
    let sealed = |column: &str, plain: Option<String>| plain.map(|plain| person::seal(ring, column, to.id, &plain)).transpose();
    let own = from.kind == "self" || to.kind == "self";
    let mut taken = TakenOver { kind: Some(if own { "self" } else { "managed" }), ..TakenOver::default() };
    if to.name_sealed.is_none() {
        taken.name_sealed = sealed("name", person::name_of(ring, from)?)?;
    }
    if to.phone_lookup.is_none() {
        taken.phone_sealed = sealed("phone", person::phone_of(ring, from)?)?;
        taken.phone_lookup.clone_from(&from.phone_lookup);
    }
    if to.openid_lookup.is_none() {
        taken.openid_sealed = sealed("openid", person::openid_of(connection, ring, from.id)?)?;
        taken.openid_lookup.clone_from(&from.openid_lookup);
    }
    if to.birth_year.is_none() {
        taken.birth_year = from.birth_year;
    }
    Ok(taken)
}

#[derive(Deserialize)]
struct Payload {
    gone: PersonId,
    keep: PersonId,
}

/// Lets the nouns post, then points what they hold at the remaining account. Run again, it does nothing the second time.
fn follow(db: &Db, hooks: &Hooks, payload: Value) -> Result<(), JobError> {
    let Payload { gone, keep } = serde_json::from_value(payload)?;
    for hook in &hooks.merge {
        if let Some(before) = hook.before {
            before(db, gone, keep)?;
        }
    }
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        for hook in &hooks.merge {
            (hook.merge)(&mut tx, gone, keep)?;
        }
        let nouns: Vec<&str> = hooks.merge.iter().map(|hook| hook.noun).collect();
        tx.audit(Audit::new("account_merge_follow", "person", gone.0).after(json!({"into": keep, "nouns": nouns})))?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// The background job.
pub(super) fn job(hooks: Arc<Hooks>) -> JobKind {
    JobKind::new(MERGE, move |db, payload| follow(db, &hooks, payload))
}
