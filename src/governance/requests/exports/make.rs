//! The job that makes a file: it walks the list from the newest request backwards, some hundred at a time, and writes down after each
//! step how far it is. A comma-separated file goes on where it stopped; a workbook, which can't, begins again.

use std::time::Duration;

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::ids::OrganizationId;
use base::jobs::{JobError, JobKind};
use people::grid::{GridPath, Scope};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::CaseId;
use super::super::finding::{self, RequestFilters};
use super::columns::{self, HEAD, Row};
use super::rows::{self, Export};
use super::{ExportFormat, ExportMove, ExportState, RequestExportId};

/// The job.
pub(super) const JOB: &str = "request_export";
/// Requests in one file at most.
const MOST: i64 = 100_000;
/// Requests of one step.
const STEP: usize = 500;
/// Bytes of one part of a workbook.
const PART: usize = 512 * 1024;

pub(super) fn kind() -> JobKind {
    JobKind { lease: Duration::from_secs(900), ..JobKind::new(JOB, make) }
}

/// How far the right of the one who asked reached, as it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptScope {
    anyone: bool,
    units: Vec<String>,
    organizations: Vec<OrganizationId>,
}

impl KeptScope {
    pub(super) fn of(scope: &Scope) -> Self {
        Self {
            anyone: scope.anyone,
            units: scope.units.iter().map(|path| path.as_str().to_owned()).collect(),
            organizations: scope.organizations.clone(),
        }
    }

    fn scope(self) -> Scope {
        let units = self.units.into_iter().map(GridPath::new).collect();
        Scope { own: None, anyone: self.anyone, units, organizations: self.organizations }
    }
}

#[derive(Deserialize)]
struct Payload {
    export: RequestExportId,
}

fn make(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    let Some(export) = begin(db, payload.export)? else { return Ok(()) };
    let scope = serde_json::from_value::<KeptScope>(export.scope.clone())?.scope();
    let filters = RequestFilters::kept(&export.filters);
    let done = i64::from(export.rows_done);
    let wanted = filters.wanted(Some(export.person_id), export.last_id, MOST - done + 1);
    let mut ids = db.read_now(move |connection| finding::ids(connection, &scope, &wanted))?;
    let room = usize::try_from(MOST - done).unwrap_or(0);
    let truncated = ids.len() > room;
    ids.truncate(room);
    let total = export.rows_done + i32::try_from(ids.len()).unwrap_or(i32::MAX);
    match export.format {
        ExportFormat::Csv => csv(db, export, &ids, (total, truncated)),
        ExportFormat::Xlsx => xlsx(db, export, &ids, (total, truncated)),
    }
}

/// Takes one that isn't over; a workbook from its beginning.
fn begin(db: &Db, id: RequestExportId) -> Result<Option<Export>, ApiError> {
    db.transaction_now(&Context::job(), move |mut tx| -> Result<_, ApiError> {
        let Some(mut export) = rows::lock(tx.conn(), id)? else { return Ok(tx.done(None)?) };
        match export.state.transition(ExportMove::Begin) {
            Some(next) => export.state = next,
            None if export.state == ExportState::Running => {}
            None => return Ok(tx.done(None)?),
        }
        if export.format == ExportFormat::Xlsx {
            (export.rows_done, export.last_id) = (0, None);
        }
        rows::save(tx.conn(), &export)?;
        tx.audit(Audit::new(JOB, "request_export", id.0).after(json!({"state": export.state, "rows": export.rows_done})))?;
        Ok(tx.done(Some(export))?)
    })
}

fn chunk(db: &Db, ids: &[CaseId]) -> Result<Vec<Row>, ApiError> {
    db.read_now(|connection| {
        let now = base::db::now(connection)?;
        columns::rows(connection, ids, now)
    })
}

/// Writes the state of a file that stands as it was when the step began; `false`: a twin was quicker, or it is over.
fn step(db: &Db, before: &Export, next: &Export, parts: &[Vec<u8>]) -> Result<bool, ApiError> {
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let stands = rows::lock(tx.conn(), before.id)?
            .is_some_and(|now| (now.state, now.parts, now.last_id) == (before.state, before.parts, before.last_id));
        if !stands {
            return Ok(tx.done(false)?);
        }
        rows::save(tx.conn(), next)?;
        for (part, bytes) in (before.parts..).zip(parts) {
            rows::part_insert(tx.conn(), next.id, part, bytes)?;
        }
        if next.state != before.state {
            let after = json!({"state": next.state, "rows": next.rows_done, "truncated": next.truncated});
            tx.audit(Audit::new(JOB, "request_export", next.id.0).before(json!({"state": before.state})).after(after))?;
        }
        Ok(tx.done(true)?)
    })
}

fn finished(db: &Db, export: &Export) -> Result<Export, JobError> {
    let mut next = export.clone();
    next.state = export.state.transition(ExportMove::Finish).ok_or_else(|| JobError::Dead("isn't running".to_owned()))?;
    next.finished_at = Some(db.read_now(base::db::now)?);
    Ok(next)
}

fn csv(db: &Db, mut export: Export, ids: &[CaseId], (total, truncated): (i32, bool)) -> Result<(), JobError> {
    let mut first = export.parts == 0;
    for ids in ids.chunks(STEP) {
        let rows = chunk(db, ids)?;
        let bytes = text(&rows, first).map_err(|why| JobError::Dead(why.to_string()))?;
        first = false;
        let mut next = export.clone();
        next.rows_total = Some(total);
        next.truncated = truncated;
        next.rows_done += i32::try_from(rows.len()).unwrap_or(0);
        next.last_id = ids.last().copied();
        next.parts += 1;
        next.bytes += i64::try_from(bytes.len()).unwrap_or(0);
        if !step(db, &export, &next, &[bytes])? {
            return Ok(());
        }
        export = next;
    }
    let mut next = finished(db, &export)?;
    let parts = match first {
        true => vec![text(&[], true).map_err(|why| JobError::Dead(why.to_string()))?],
        false => Vec::new(),
    };
    next.parts += i32::from(first);
    next.bytes += parts.iter().map(|part| i64::try_from(part.len()).unwrap_or(0)).sum::<i64>();
    (next.rows_total, next.truncated) = (Some(next.rows_done), truncated);
    step(db, &export, &next, &parts)?;
    Ok(())
}

/// The mark tells spreadsheets that it is UTF-8.
fn text(rows: &[Row], first: bool) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(if first { "\u{FEFF}".as_bytes().to_vec() } else { Vec::new() });
    if first {
        writer.write_record(HEAD)?;
    }
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|why| csv::Error::from(std::io::Error::other(why.to_string())))
}

fn xlsx(db: &Db, mut export: Export, ids: &[CaseId], (total, truncated): (i32, bool)) -> Result<(), JobError> {
    let broken = |why: XlsxError| JobError::Dead(why.to_string());
    let mut book = Workbook::new();
    // Rows leave the memory as soon as the next one begins.
    let sheet = book.add_worksheet_with_constant_memory().map_err(broken)?;
    head(sheet).map_err(broken)?;
    let mut y = 1_u32;
    for ids in ids.chunks(STEP) {
        let rows = chunk(db, ids)?;
        for row in &rows {
            for (x, cell) in (0_u16..).zip(row) {
                sheet.write_string(y, x, cell).map_err(broken)?;
            }
            y += 1;
        }
        let mut next = export.clone();
        (next.rows_total, next.truncated) = (Some(total), truncated);
        next.rows_done += i32::try_from(rows.len()).unwrap_or(0);
        next.last_id = ids.last().copied();
        if !step(db, &export, &next, &[])? {
            return Ok(());
        }
        export = next;
    }
    let bytes = book.save_to_buffer().map_err(broken)?;
    let parts: Vec<Vec<u8>> = bytes.chunks(PART).map(<[u8]>::to_vec).collect();
    let mut next = finished(db, &export)?;
    next.parts = i32::try_from(parts.len()).unwrap_or(i32::MAX);
    next.bytes = i64::try_from(bytes.len()).unwrap_or(0);
    (next.rows_total, next.truncated) = (Some(next.rows_done), truncated);
    step(db, &export, &next, &parts)?;
    Ok(())
}

fn head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("诉求")?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(7, 60)?;
    for (x, title) in (0_u16..).zip(HEAD) {
        sheet.write_string_with_format(0, x, title, &bold)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_part_has_the_mark_and_the_head() {
        let row: Row = std::array::from_fn(|x| format!("格,{x}"));
        let (first, next) = (text(std::slice::from_ref(&row), true).unwrap(), text(&[row], false).unwrap());
        let first = String::from_utf8(first).unwrap();
        assert!(first.starts_with("\u{FEFF}编号,提交时间"), "{first}");
        assert_eq!(first.lines().count(), 2);
        assert!(String::from_utf8(next).unwrap().starts_with("\"格,0\",\"格,1\""));
    }
}
