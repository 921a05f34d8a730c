//! Jobs: asking WeChat, deleting bytes whose row is gone, and the sweep.

use std::sync::Arc;
use std::time::Duration;

use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::jobs::{JobError, JobKind, NewJob};
use base::keys::KeyRing;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::cabinet::Cabinet;
use super::{check, rows};
use crate::notify::Outbound;

/// Deletes bytes whose rows are gone: `{"names": […]}`.
const REMOVE: &str = "file_remove";
/// How long a picture may hang on nothing.
const UNATTACHED: chrono::Duration = chrono::Duration::hours(24);
/// WeChat answers within half an hour.
const PATIENCE: chrono::Duration = chrono::Duration::minutes(40);
/// Bytes without a row are younger than this only while their upload is under way.
const ORPHAN: Duration = Duration::from_secs(3_600);
/// Rows of one transaction.
const CHUNK: i64 = 200;

#[derive(Deserialize)]
struct Names {
    names: Vec<String>,
}

/// Has bytes deleted once this transaction commits.
pub(super) fn remove(tx: &mut Tx<'_>, names: &[String]) -> Result<(), ApiError> {
    if !names.is_empty() {
        tx.enqueue(&NewJob::new(REMOVE, json!({"names": names})))?;
    }
    Ok(())
}

/// The jobs of this noun.
pub fn jobs(cabinet: &Arc<Cabinet>, outbound: &Arc<Outbound>, ring: &Arc<KeyRing>) -> Vec<JobKind> {
    let (signer, asking, keys) = (cabinet.signer(ring), Arc::clone(outbound), Arc::clone(ring));
    let (removing, sweeping) = (Arc::clone(cabinet), Arc::clone(cabinet));
    vec![
        JobKind::new(check::CHECK, move |db, payload| check::run(db, &asking, &signer, &keys, serde_json::from_value(payload)?)),
        JobKind::new(REMOVE, move |_db, payload| unlink(&removing, payload)),
        JobKind::new("file_sweep", move |db, _payload| sweep(db, &sweeping)).every(Duration::from_secs(600)),
    ]
}

fn unlink(cabinet: &Cabinet, payload: Value) -> Result<(), JobError> {
    let Names { names } = serde_json::from_value(payload)?;
    for name in names.iter().filter(|name| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        cabinet.folder().remove(name).map_err(|why| JobError::Retry(format!("a picture can't be deleted: {why}")))?;
    }
    Ok(())
}

fn sweep(db: &Db, cabinet: &Cabinet) -> Result<(), JobError> {
    while sweep_unattached(db)? {}
    while sweep_unanswered(db)? {}
    let orphans = |names: Vec<String>| -> std::io::Result<()> {
        let lost = db.read_now(|connection| rows::without_row(connection, &names)).map_err(std::io::Error::other)?;
        lost.iter().try_for_each(|name| cabinet.folder().remove(name))
    };
    cabinet.folder().old_names(ORPHAN, orphans).map_err(|why| JobError::Retry(format!("the files folder: {why}")))
}

/// Deletes pictures that hang on nothing for a day; `true` when there may be more.
fn sweep_unattached(db: &Db) -> Result<bool, JobError> {
    let deleted = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let since = tx.now()? - UNATTACHED;
        let names = rows::delete_unattached(tx.conn(), since, CHUNK)?;
        remove(&mut tx, &names)?;
        if !names.is_empty() {
            tx.audit(Audit::new("file_sweep", "file", Uuid::nil()).after(json!({"deleted": names.len()})))?;
        }
        Ok(tx.done(names.len())?)
    })?;
    Ok(i64::try_from(deleted).is_ok_and(|deleted| deleted == CHUNK))
}

/// Hands pictures without a verdict to a person; `true` when there may be more.
fn sweep_unanswered(db: &Db) -> Result<bool, JobError> {
    let handed = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let since = tx.now()? - PATIENCE;
        let waiting = rows::unanswered(tx.conn(), since, CHUNK)?;
        for id in &waiting {
            check::unanswered(&mut tx, *id)?;
        }
        Ok(tx.done(waiting.len())?)
    })?;
    Ok(i64::try_from(handed).is_ok_and(|handed| handed == CHUNK))
}
