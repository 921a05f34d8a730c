//! Writing the requests of a file.

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::GridUnitId;
use base::keys::KeyRing;
use people::community::import::Table;
use people::grid::{self, GridPath, GridUnit, Scope, UnitKind};
use serde_json::json;

use super::super::Verdict;
use super::super::file::file_sealed;
use super::RequestImportReport;
use super::columns::COLUMNS;
use super::plan::plan;

/// A community of the scope; else 404.
pub(super) fn community(connection: &mut diesel::PgConnection, scope: &Scope, id: GridUnitId) -> Result<GridUnit, ApiError> {
    let unit = grid::unit_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    if unit.level() == UnitKind::Community { Ok(unit) } else { Err(ApiError::invalid("/community", "must be a community")) }
}

/// Files every row that is new, in one transaction.
pub(super) fn write(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    community_id: GridUnitId,
    table: &Table,
) -> Result<Finished<RequestImportReport>, ApiError> {
    let unit = community(tx.conn(), scope, community_id)?;
    let (report, planned) = plan(tx.conn(), ring, &unit, table, false)?;
    for one in planned {
        let id = one.filing.id;
        let seal = |phone: &people::identity::Phone| {
            ring.seal(&format!("request_details|contact|{id}"), phone.as_str()).map_err(ApiError::internal)
        };
        let sealed = one.phone.as_ref().map(seal).transpose()?;
        file_sealed(&mut tx, &one.filing, &Verdict::Publish, (sealed, None))?;
    }
    let after = json!({"rows": report.rows, "created": report.created, "refused": report.refused});
    tx.audit(Audit::new("request_import", "request_import", community_id.0).at(community_id).after(after))?;
    Ok(tx.done(report)?)
}

/// Imports a file for the operator, or only says what would happen. Blocks for as long as that takes. `path` names a community.
pub fn import(db: &Db, ring: &KeyRing, path: &GridPath, bytes: &[u8], dry_run: bool) -> Result<RequestImportReport, ApiError> {
    let table = Table::read(bytes, &COLUMNS)?;
    let everything = Scope::everything();
    let unit = db.read_now(|connection| {
        let unit = grid::unit_by_code(connection, path)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        community(connection, &everything, unit.id)
    })?;
    if dry_run {
        return db.read_now(|connection| Ok::<_, ApiError>(plan(connection, ring, &unit, &table, true)?.0));
    }
    db.transaction_now(&Context::operator(), |tx| write(tx, ring, &everything, unit.id, &table))
}
