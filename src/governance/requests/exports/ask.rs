//! Asking for a file.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::NewJob;
use chrono::Duration;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::super::finding::RequestFilters;
use super::make::{JOB, KeptScope};
use super::rows::{self, Export};
use super::{EXPORTS_RUNNING, ExportFormat, ExportState, RequestExportId};

/// Files of one person under way at most.
const UNDER_WAY: i64 = 3;
/// As long a file is kept.
const KEPT: Duration = Duration::days(7);

/// A file to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequestExport {
    /// Which kind.
    pub format: ExportFormat,
    /// Which requests, as in the list.
    pub filters: RequestFilters,
}

/// Asks for a file of what the scope reaches.
pub(super) fn ask(
    mut tx: Tx<'_>,
    scope: &Scope,
    person_id: PersonId,
    id: RequestExportId,
    new: &NewRequestExport,
) -> Result<Finished<()>, ApiError> {
    new.filters.check()?;
    if rows::under_way(tx.conn(), person_id)? >= UNDER_WAY {
        return Err(ApiError::of(&EXPORTS_RUNNING));
    }
    let created_at = tx.now()?;
    let export = Export {
        id,
        person_id,
        format: new.format,
        filters: serde_json::to_value(&new.filters).map_err(ApiError::internal)?,
        scope: serde_json::to_value(KeptScope::of(scope)).map_err(ApiError::internal)?,
        state: ExportState::Queued,
        rows_total: None,
        rows_done: 0,
        last_id: None,
        parts: 0,
        bytes: 0,
        truncated: false,
        created_at,
        finished_at: None,
        remove_at: created_at + KEPT,
    };
    rows::insert(tx.conn(), &export)?;
    let after = json!({"format": export.format, "filters": export.filters});
    tx.audit(Audit::new("request_export_create", "request_export", id.0).after(after))?;
    tx.enqueue(&NewJob::new(JOB, json!({"export": id})).once(format!("{JOB}:{id}")))?;
    Ok(tx.done(())?)
}
