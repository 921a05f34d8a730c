//! A file that was tried waits for its confirmation: sealed, an hour at most. The confirmed import is the same one as by a single
//! upload, done once however often it is confirmed.

use std::time::Duration;

use base::db::{Audit, Context, Db, Done, Once, Tx};
use base::error::{self, ApiError};
use base::http::IdempotencyKey;
use base::jobs::JobKind;
use base::keys::{KeyRing, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::http::report_of;
use super::report::ImportReport;
use super::run::{self, Job};
use super::{FILE_GONE, ImportCreate, ImportId, ImportKind, rows, rows_kept};
use crate::identity::Can;

/// How long a file waits.
const KEPT: chrono::Duration = chrono::Duration::hours(1);

/// An upload.
#[derive(Debug)]
pub struct Upload<B> {
    /// Idempotency key.
    pub key: IdempotencyKey,
    /// What it holds.
    pub kind: ImportKind,
    /// The file.
    pub bytes: B,
    /// Only try.
    pub dry_run: bool,
}

/// The file of a trial.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// Is it still there?
    pub here: bool,
    /// The import that it was confirmed as.
    pub imported_as: Option<ImportId>,
    /// When that began; none when it failed as a whole.
    pub started_at: Option<DateTime<Utc>>,
}

/// Imports or tries an upload. Blocks for seconds.
pub fn upload<B: AsRef<[u8]>>(
    db: &Db,
    ring: &KeyRing,
    can: &Can<ImportCreate>,
    sent: &Upload<B>,
) -> Result<(Done<()>, ImportReport), ApiError> {
    let id = ImportId::new();
    let bytes = sent.bytes.as_ref();
    // The same file as a trial and for real are two writes, and so are two kinds.
    let what = [sha256(bytes).as_slice(), sent.kind.name().as_bytes(), &[u8::from(sent.dry_run)]].concat();
    let once = can.once(IdempotencyKey(sent.key.0.clone()), sha256(&what), id.0);
    let (context, scope) = (can.context(), can.scope());
    run::run_once(db, ring, &Job { id, context: &context, once: &once, kind: sent.kind, bytes, dry_run: sent.dry_run, scope })
}

fn place(trial: ImportId) -> String {
    format!("import_files|sealed|{trial}")
}

/// Tries an upload and keeps its file. Blocks for seconds.
pub fn try_and_keep<B: AsRef<[u8]>>(
    db: &Db,
    ring: &KeyRing,
    can: &Can<ImportCreate>,
    sent: &Upload<B>,
) -> Result<ImportReport, ApiError> {
    let (_done, report) = upload(db, ring, can, sent)?;
    let sealed = ring.seal(&place(report.id), &STANDARD.encode(&sent.bytes)).map_err(ApiError::internal)?;
    db.transaction_now(&can.context(), |mut tx| -> Result<_, ApiError> {
        let until = tx.now()? + KEPT;
        rows_kept::insert(tx.conn(), report.id, &sealed, until)?;
        tx.audit(Audit::new(Can::<ImportCreate>::ACTION, "import", report.id.0).after(json!({"kept_until": until})))?;
        Ok(tx.done(())?)
    })?;
    Ok(report)
}

/// The file of a trial; `None` when it was not kept.
pub fn kept(connection: &mut PgConnection, trial: ImportId) -> Result<Option<Kept>, ApiError> {
    Ok(rows_kept::find(connection, trial)?)
}

/// Says that a trial of one's scope is to be imported, and under which id; [`confirm`] does it.
pub async fn start(db: &Db, can: &Can<ImportCreate>, trial: ImportId) -> Result<ImportId, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        report_of(tx.conn(), &scope, trial)?;
        let known = rows_kept::find(tx.conn(), trial)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let id = known.imported_as.unwrap_or_else(ImportId::new);
        let now = tx.now()?;
        let done = rows::find(tx.conn(), id)?.is_some();
        if !done && !rows_kept::begin(tx.conn(), trial, id, now)? {
            return Err(ApiError::of(&FILE_GONE));
        }
        tx.audit(Audit::new(Can::<ImportCreate>::ACTION, "import", trial.0).after(json!({"confirmed_as": id})))?;
        Ok(tx.done(id)?)
    })
    .await
}

/// Imports what [`start`] began. Blocks for seconds; wait for one's turn before.
pub fn confirm(db: &Db, ring: &KeyRing, can: &Can<ImportCreate>, trial: ImportId, id: ImportId) -> Result<(), ApiError> {
    if db.read_now(|connection| rows::find(connection, id))?.is_some() {
        return Ok(());
    }
    let found = db.read_now(|connection| -> Result<_, ApiError> {
        let (report, _) = rows::find(connection, trial)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let sealed = rows_kept::sealed(connection, trial)?.ok_or_else(|| ApiError::of(&FILE_GONE))?;
        Ok((report.kind, sealed))
    })?;
    let done = opened(ring, trial, &found.1).and_then(|bytes| {
        let (context, key) = (can.context(), format!("import-of-{trial}"));
        let once = Once::new(context, Can::<ImportCreate>::ACTION, Some(key), sha256(&bytes), id.0);
        let job = Job { id, context: &context, once: &once, kind: found.0, bytes: &bytes, dry_run: false, scope: can.scope() };
        run::run_once(db, ring, &job)
    });
    let fine = done.is_ok();
    db.transaction_now(&can.context(), |mut tx| -> Result<_, ApiError> {
        rows_kept::end(tx.conn(), trial, fine)?;
        tx.audit(Audit::new(Can::<ImportCreate>::ACTION, "import", trial.0).after(json!({"confirmed": fine})))?;
        Ok(tx.done(())?)
    })?;
    done.map(|_report| ())
}

fn opened(ring: &KeyRing, trial: ImportId, sealed: &[u8]) -> Result<Vec<u8>, ApiError> {
    let text = ring.open(&place(trial), sealed).map_err(ApiError::internal)?;
    STANDARD.decode(text).map_err(ApiError::internal)
}

/// Forgets the files whose hour is over.
pub fn jobs() -> Vec<JobKind> {
    let forget = JobKind::new("import_files_forget", |db, _payload| {
        db.transaction_now(&Context::job(), |mut tx: Tx<'_>| -> Result<_, ApiError> {
            let now = tx.now()?;
            let gone = rows_kept::forget(tx.conn(), now)?;
            Ok(tx.done(gone)?)
        })?;
        Ok(())
    });
    vec![forget.every(Duration::from_secs(600))]
}
