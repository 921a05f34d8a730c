//! Queries of `import_files`.

use base::db::DbResult;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::ImportId;
use super::kept::Kept;
use crate::community::schema::import_files;

/// Keeps a file; one of the same trial that is kept already stays.
pub(super) fn insert(connection: &mut PgConnection, trial: ImportId, sealed: &[u8], until: DateTime<Utc>) -> DbResult<()> {
    diesel::insert_into(import_files::table)
        .values((import_files::import_id.eq(trial), import_files::sealed.eq(sealed), import_files::kept_until.eq(until)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// The file of a trial, without its bytes.
pub(super) fn find(connection: &mut PgConnection, trial: ImportId) -> DbResult<Option<Kept>> {
    let row: Option<(bool, Option<ImportId>, Option<DateTime<Utc>>)> = import_files::table
        .find(trial)
        .select((import_files::sealed.is_not_null(), import_files::imported_as, import_files::started_at))
        .first(connection)
        .optional()?;
    Ok(row.map(|(here, imported_as, started_at)| Kept { here, imported_as, started_at }))
}

/// The bytes.
pub(super) fn sealed(connection: &mut PgConnection, trial: ImportId) -> DbResult<Option<Vec<u8>>> {
    let sealed: Option<Option<Vec<u8>>> =
        import_files::table.find(trial).select(import_files::sealed).first(connection).optional()?;
    Ok(sealed.flatten())
}

/// Notes that the file is being imported; false: it is gone.
pub(super) fn begin(connection: &mut PgConnection, trial: ImportId, as_id: ImportId, now: DateTime<Utc>) -> DbResult<bool> {
    let changed = diesel::update(import_files::table.find(trial))
        .filter(import_files::sealed.is_not_null())
        .set((import_files::imported_as.eq(as_id), import_files::started_at.eq(now)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// The import is done: its file goes. Or it failed as a whole: the file may be confirmed again.
pub(super) fn end(connection: &mut PgConnection, trial: ImportId, done: bool) -> DbResult<()> {
    let row = diesel::update(import_files::table.find(trial));
    if done {
        row.set(import_files::sealed.eq(None::<Vec<u8>>)).execute(connection)?;
    } else {
        row.set(import_files::started_at.eq(None::<DateTime<Utc>>)).execute(connection)?;
    }
    Ok(())
}

/// Forgets the files whose hour is over.
pub(super) fn forget(connection: &mut PgConnection, now: DateTime<Utc>) -> DbResult<usize> {
    diesel::update(import_files::table)
        .filter(import_files::sealed.is_not_null())
        .filter(import_files::kept_until.lt(now))
        .set(import_files::sealed.eq(None::<Vec<u8>>))
        .execute(connection)
        .map_err(Into::into)
}
