//! Queries of `imports`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::ImportId;
use super::columns::ImportKind;
use super::report::{ImportIssue, ImportReport};
use crate::community::schema::imports;
use crate::grid::{Scope, within};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg))]
struct ImportRow {
    id: ImportId,
    kind: String,
    file_hash: Vec<u8>,
    dry_run: bool,
    grid_unit_id: Option<GridUnitId>,
    rows_read: i32,
    rows_created: i32,
    rows_changed: i32,
    rows_unchanged: i32,
    rows_refused: i32,
    errors: Value,
    conflicts: Value,
    made_by: Option<PersonId>,
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn natural(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// Stores a report.
pub(super) fn insert(
    connection: &mut PgConnection,
    report: &ImportReport,
    hash: &[u8],
    unit: Option<GridUnitId>,
) -> DbResult<()> {
    let row = ImportRow {
        id: report.id,
        kind: report.kind.name().to_owned(),
        file_hash: hash.to_vec(),
        dry_run: report.dry_run,
        grid_unit_id: unit,
        rows_read: count(report.rows),
        rows_created: count(report.created),
        rows_changed: count(report.changed),
        rows_unchanged: count(report.unchanged),
        rows_refused: count(report.refused),
        errors: serde_json::to_value(&report.errors).unwrap_or(Value::Null),
        conflicts: serde_json::to_value(&report.conflicts).unwrap_or(Value::Null),
        made_by: report.made_by,
    };
    diesel::insert_into(imports::table).values(row).execute(connection)?;
    Ok(())
}

fn report(row: ImportRow, at: DateTime<Utc>) -> ImportReport {
    let issues = |value: Value| serde_json::from_value::<Vec<ImportIssue>>(value).unwrap_or_default();
    let mut report = ImportReport {
        id: row.id,
        kind: ImportKind::parse(&row.kind).unwrap_or(ImportKind::Grid),
        dry_run: row.dry_run,
        rows: natural(row.rows_read),
        created: natural(row.rows_created),
        changed: natural(row.rows_changed),
        unchanged: natural(row.rows_unchanged),
        refused: natural(row.rows_refused),
        errors: issues(row.errors),
        conflicts: issues(row.conflicts),
        made_by: row.made_by,
        at: Some(at),
        summary: String::new(),
    };
    report.summarize();
    report
}

/// A report and where it lies.
pub(super) fn find(connection: &mut PgConnection, id: ImportId) -> DbResult<Option<(ImportReport, Option<GridUnitId>)>> {
    let row: Option<(ImportRow, DateTime<Utc>)> =
        imports::table.find(id).select((ImportRow::as_select(), imports::created_at)).first(connection).optional()?;
    Ok(row.map(|(row, at)| {
        let unit = row.grid_unit_id;
        (report(row, at), unit)
    }))
}

/// Reports of the scope, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    below: Option<ImportId>,
    limit: i64,
) -> DbResult<Vec<ImportReport>> {
    let mut query = imports::table
        .filter(within(imports::grid_unit_id, scope))
        .select((ImportRow::as_select(), imports::created_at))
        .order(imports::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(imports::id.lt(below));
    }
    let rows: Vec<(ImportRow, DateTime<Utc>)> = query.load(connection)?;
    Ok(rows.into_iter().map(|(row, at)| report(row, at)).collect())
}
