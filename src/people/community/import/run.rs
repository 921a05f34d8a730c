//! Running an import: read the file, then check and write its rows in one transaction. A dry run is the same transaction, rolled back.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use base::db::{Audit, Context, Db, Done, Finished, Once, Tx};
use base::error::{ApiError, ErrorCode};
use base::keys::{KeyRing, sha256};
use serde_json::json;

use super::columns::{Cells, ImportKind, Layout};
use super::report::ImportReport;
use super::sheet::{self, Row, Sheet};
use super::{ImportId, grid as units, households, organizations, roster, rows};
use crate::grid::{self, GridPath, GridUnit, Scope};

/// A file, read, and who imports it.
pub(super) struct Input<'a> {
    pub(super) kind: ImportKind,
    pub(super) ring: &'a KeyRing,
    pub(super) scope: &'a Scope,
    sheet: &'a Sheet,
    layout: &'a Layout,
}

impl Input<'_> {
    /// The rows of data.
    pub(super) fn sheet_rows(&self) -> &[Row] {
        &self.sheet.rows
    }

    /// A row whose cells are read by name.
    pub(super) fn cells<'b>(&'b self, row: &'b Row) -> Cells<'b> {
        self.layout.row(row)
    }

    /// Every unit of the grid by its path.
    pub(super) fn places(&self, tx: &mut Tx<'_>) -> Result<HashMap<GridPath, GridUnit>, ApiError> {
        Ok(grid::units_under(tx.conn(), None)?.into_iter().map(|unit| (unit.path.clone(), unit)).collect())
    }
}

/// Says that a dry run has been rolled back; never leaves this module.
const DRY_RUN: ErrorCode = ErrorCode { code: "dry_run", status: 500, zh: "", en: "" };

/// Imports a file, or tries it (`dry_run`). Blocks for seconds: call it from a thread that may. Rows with errors are left out and
/// listed in the report; `scope` says whose places may be touched.
pub fn run(
    db: &Db,
    ring: &KeyRing,
    context: &Context,
    kind: ImportKind,
    bytes: &[u8],
    dry_run: bool,
    scope: &Scope,
) -> Result<ImportReport, ApiError> {
    let id = ImportId::new();
    let once = Once::new(*context, "import_create", None, sha256(bytes), id.0);
    run_once(db, ring, &Job { id, context, once: &once, kind, bytes, dry_run, scope }).map(|(_done, report)| report)
}

/// An import that is done once for a key of the caller.
pub(super) struct Job<'a> {
    pub(super) id: ImportId,
    pub(super) context: &'a Context,
    pub(super) once: &'a Once,
    pub(super) kind: ImportKind,
    pub(super) bytes: &'a [u8],
    pub(super) dry_run: bool,
    pub(super) scope: &'a Scope,
}

/// See `run`.
pub(super) fn run_once(db: &Db, ring: &KeyRing, job: &Job<'_>) -> Result<(Done<()>, ImportReport), ApiError> {
    let sheet = sheet::read(job.bytes)?;
    let layout = Layout::of(job.kind, &sheet)?;
    let input = Input { kind: job.kind, ring, scope: job.scope, sheet: &sheet, layout: &layout };
    let tried = if job.dry_run { Some(tried(db, job, &input)?) } else { None };
    let done = db.once_now(job.once, |mut tx| -> Result<Finished<()>, ApiError> {
        let (mut report, place) = match &tried {
            Some((report, place)) => (report.clone(), place.clone()),
            None => check_and_write(&mut tx, &input, job.dry_run)?,
        };
        let unit = place.map(|path| grid::unit_by_code(tx.conn(), &path)).transpose()?.flatten().map(|unit| unit.id);
        report.id = job.id;
        report.made_by = job.context.principal.person();
        rows::insert(tx.conn(), &report, &sha256(job.bytes), unit)?;
        let mut audit = Audit::new("import_create", "import", report.id.0).after(json!({
            "kind": job.kind, "dry_run": job.dry_run, "rows": report.rows, "created": report.created,
            "changed": report.changed, "refused": report.refused,
        }));
        if let Some(unit) = unit {
            audit = audit.at(unit);
        }
        tx.audit(audit)?;
        Ok(tx.done(())?)
    })?;
    let (report, _) = base::error::found(db.read_now(|connection| rows::find(connection, ImportId(done.id)))?)?;
    Ok((done, report))
}

type Checked = (ImportReport, Option<GridPath>);

/// Everything in a transaction that is rolled back: the report says exactly what would happen.
fn tried(db: &Db, job: &Job<'_>, input: &Input<'_>) -> Result<Checked, ApiError> {
    let kept: Mutex<Option<Checked>> = Mutex::new(None);
    let rolled_back = db.transaction_now(job.context, |mut tx| -> Result<Finished<()>, ApiError> {
        let checked = check_and_write(&mut tx, input, true)?;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked);
        Err(ApiError::of(&DRY_RUN))
    });
    match (rolled_back, kept.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        (Err(end), Some(checked)) if end.code() == &DRY_RUN => Ok(checked),
        (Err(failure), _) => Err(failure),
        (Ok(()), _) => Err(ApiError::internal(anyhow::anyhow!("a dry run was committed"))),
    }
}

fn check_and_write(tx: &mut Tx<'_>, input: &Input<'_>, dry_run: bool) -> Result<Checked, ApiError> {
    let mut report = ImportReport::new(input.kind, dry_run);
    report.rows = u32::try_from(input.sheet.rows.len()).unwrap_or(u32::MAX);
    let places = match input.kind {
        ImportKind::Grid => units::import(tx, input, &mut report)?,
        ImportKind::Households => households::import(tx, input, &mut report)?,
        ImportKind::Organizations | ImportKind::Merchants => organizations::import(tx, input, &mut report)?,
        ImportKind::Roster => roster::import(tx, input, &mut report)?,
    };
    report.summarize();
    Ok((report, common_place(&places, input.scope)))
}

/// The community (else street) that all rows lie in; without rows, where the importer may import.
fn common_place(places: &HashSet<GridPath>, scope: &Scope) -> Option<GridPath> {
    let one = |mut paths: Vec<GridPath>| {
        paths.sort();
        paths.dedup();
        if paths.len() == 1 { paths.pop() } else { None }
    };
    if places.is_empty() {
        return one(scope.units.clone());
    }
    one(places.iter().map(GridPath::community).collect()).or_else(|| one(places.iter().map(GridPath::street).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_lies_where_its_rows_lie() {
        let of = |paths: &[&str]| {
            let places = paths.iter().map(|path| GridPath::new(*path)).collect();
            common_place(&places, &Scope::everything()).map(|path| path.as_str().to_owned())
        };
        assert_eq!(of(&["S1/C1/E1", "S1/C1/E2/B1"]).as_deref(), Some("S1/C1"));
        assert_eq!(of(&["S1/C1/E1", "S1/C2"]).as_deref(), Some("S1"));
        assert_eq!(of(&["S1/C1", "S2/C1"]), None);
        let staff = Scope { units: vec![GridPath::new("S1/C1")], ..Scope::default() };
        assert_eq!(common_place(&HashSet::new(), &staff), Some(GridPath::new("S1/C1")));
    }
}
