//! Queries of `files`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::schema::files;
use super::{CheckState, FileId};

/// A picture.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = files, check_for_backend(diesel::pg::Pg))]
pub(super) struct FileRow {
    pub(super) id: FileId,
    pub(super) person_id: PersonId,
    pub(super) name: String,
    pub(super) size_bytes: i64,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) check_state: CheckState,
    pub(super) check_tries: i32,
    pub(super) noun: Option<String>,
    pub(super) subject_id: Option<Uuid>,
    pub(super) community_id: Option<GridUnitId>,
    pub(super) unit_id: Option<GridUnitId>,
    pub(super) check_reason: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

/// A picture whose bytes are on disk.
#[derive(Debug, Insertable)]
#[diesel(table_name = files)]
pub(super) struct NewFile<'a> {
    pub(super) id: FileId,
    pub(super) person_id: PersonId,
    pub(super) name: &'a str,
    pub(super) sha256: &'a [u8],
    pub(super) size_bytes: i64,
    pub(super) width: i32,
    pub(super) height: i32,
}

pub(super) fn insert(connection: &mut PgConnection, new: &NewFile<'_>) -> DbResult<()> {
    diesel::insert_into(files::table).values(new).execute(connection)?;
    Ok(())
}

/// Lets one upload of a person count at a time, until the transaction ends.
pub(super) fn lock_person(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('files|' || $1::text, 0))")
        .bind::<SqlUuid, _>(person.0)
        .execute(connection)?;
    Ok(())
}

/// Pictures of a person that hang on nothing.
pub(super) fn unattached(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    let open = files::table.filter(files::person_id.eq(person)).filter(files::attached_at.is_null());
    Ok(open.count().get_result(connection)?)
}

pub(super) fn find(connection: &mut PgConnection, id: FileId) -> DbResult<Option<FileRow>> {
    Ok(files::table.find(id).select(FileRow::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: FileId) -> DbResult<Option<FileRow>> {
    Ok(files::table.find(id).select(FileRow::as_select()).for_no_key_update().first(connection).optional()?)
}

pub(super) fn lock_by_trace(connection: &mut PgConnection, trace: &str) -> DbResult<Option<FileRow>> {
    let query = files::table.filter(files::check_trace.eq(trace)).select(FileRow::as_select());
    Ok(query.for_no_key_update().first(connection).optional()?)
}

/// What a picture is hung on.
pub(super) struct Hanging<'a> {
    pub(super) noun: &'a str,
    pub(super) subject: Uuid,
    pub(super) community: GridUnitId,
    pub(super) unit: GridUnitId,
    pub(super) public: bool,
    pub(super) at: DateTime<Utc>,
}

/// Hangs an own, free picture that isn't refused on something; `None`: it isn't such a one.
pub(super) fn hang(
    connection: &mut PgConnection,
    id: FileId,
    owner: PersonId,
    position: i32,
    on: &Hanging<'_>,
) -> DbResult<Option<FileRow>> {
    let usable = files::table
        .filter(files::id.eq(id).and(files::person_id.eq(owner)).and(files::attached_at.is_null()))
        .filter(files::check_state.ne(CheckState::Refused));
    Ok(diesel::update(usable)
        .set((
            files::noun.eq(on.noun),
            files::subject_id.eq(on.subject),
            files::community_id.eq(on.community),
            files::unit_id.eq(on.unit),
            files::public.eq(on.public),
            files::position.eq(position),
            files::attached_at.eq(on.at),
        ))
        .returning(FileRow::as_returning())
        .get_result(connection)
        .optional()?)
}

/// How many hang there already.
pub(super) fn hanging(connection: &mut PgConnection, noun: &str, subject: Uuid) -> DbResult<i64> {
    let there = files::table.filter(files::noun.eq(noun).and(files::subject_id.eq(subject)));
    Ok(there.count().get_result(connection)?)
}

/// Pictures of several things of a noun, in their order.
pub(super) fn of_subjects(connection: &mut PgConnection, noun: &str, subjects: &[Uuid]) -> DbResult<Vec<FileRow>> {
    Ok(files::table
        .filter(files::noun.eq(noun).and(files::subject_id.eq_any(subjects)))
        .select(FileRow::as_select())
        .order((files::subject_id, files::position))
        .load(connection)?)
}

/// A person's pictures, newest first.
pub(super) fn of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<FileRow>> {
    let query = files::table.filter(files::person_id.eq(person)).select(FileRow::as_select());
    Ok(query.order(files::created_at.desc()).load(connection)?)
}

/// Moves a check on; `false` when it stands elsewhere by now.
pub(super) fn check_moved(
    connection: &mut PgConnection,
    id: FileId,
    from: CheckState,
    to: CheckState,
    reason: Option<&str>,
) -> DbResult<bool> {
    let here = files::table.filter(files::id.eq(id).and(files::check_state.eq(from)));
    Ok(diesel::update(here).set((files::check_state.eq(to), files::check_reason.eq(reason))).execute(connection)? == 1)
}

/// Notes that WeChat was asked.
pub(super) fn check_sent(connection: &mut PgConnection, id: FileId, trace: &str, at: DateTime<Utc>) -> DbResult<()> {
    let here = files::table.filter(files::id.eq(id).and(files::check_state.eq(CheckState::Pending)));
    diesel::update(here)
        .set((files::check_trace.eq(trace), files::check_sent_at.eq(at), files::check_tries.eq(files::check_tries + 1)))
        .execute(connection)?;
    Ok(())
}

/// Pictures whose check has had no answer since then.
pub(super) fn unanswered(connection: &mut PgConnection, since: DateTime<Utc>, limit: i64) -> DbResult<Vec<FileId>> {
    let asked = diesel::dsl::sql::<diesel::sql_types::Timestamptz>("coalesce(check_sent_at, created_at)");
    Ok(files::table
        .filter(files::check_state.eq(CheckState::Pending).and(asked.lt(since)))
        .select(files::id)
        .order(files::id)
        .limit(limit)
        .load(connection)?)
}

/// Deletes some that hung on nothing since then; returns their names in the folder.
pub(super) fn delete_unattached(connection: &mut PgConnection, since: DateTime<Utc>, limit: i64) -> DbResult<Vec<String>> {
    let old = files::table
        .filter(files::attached_at.is_null().and(files::created_at.lt(since)))
        .select(files::id)
        .order(files::created_at)
        .limit(limit)
        .for_update()
        .skip_locked()
        .load::<FileId>(connection)?;
    Ok(diesel::delete(files::table.filter(files::id.eq_any(old))).returning(files::name).get_results(connection)?)
}

/// Deletes all of a person; returns their names in the folder.
pub(super) fn delete_of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<String>> {
    let own = files::table.filter(files::person_id.eq(person));
    Ok(diesel::delete(own).returning(files::name).get_results(connection)?)
}

/// What one account sent is another's of the same person.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(files::table.filter(files::person_id.eq(gone))).set(files::person_id.eq(keep)).execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Those of these names that have no row.
pub(super) fn without_row(connection: &mut PgConnection, names: &[String]) -> DbResult<Vec<String>> {
    let rows: Vec<Name> =
        sql_query("SELECT n.name FROM unnest($1) n(name) WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.name = n.name)")
            .bind::<diesel::sql_types::Array<Text>, _>(names)
            .load(connection)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
