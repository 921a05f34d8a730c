#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The duty list by file, and many drafts decided at once.

use std::sync::Arc;

use actix_web::post;
use actix_web::web::{self, Data};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, Problem, Query, Upload, Valid};
use base::ids::GridUnitId;
use base::keys::sha256;
use base::text::{Few, Text};
use people::community::import::Table;
use people::identity::Can;
use points::{Outside, place};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::import::{self, COLUMNS, DutyImportReport};
use super::{AdoptionId, DutyItemDraftApproveBulk, DutyItemId, DutyListImport, decide};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyImportQuery {
    /// Whose list.
    community: GridUnitId,
    /// Only check: says what would happen, writes nothing.
    dry_run: Option<bool>,
    /// Why; public once the drafts are approved.
    #[param(value_type = Option<String>, min_length = 1, max_length = 400)]
    reason: Option<Text<400>>,
}

/// Drafts to approve.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyApprovals {
    /// Up to 200 drafts, all or none.
    #[schema(value_type = Vec<DutyItemId>, max_items = 200)]
    drafts: Few<DutyItemId, 200>,
}

/// How many came into force.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyApprovalsView {
    /// Drafts approved.
    approved: usize,
    /// One line to read out.
    summary: String,
}

/// Import a duty list: rows that say something new become drafts for another person to approve.
#[utoipa::path(tag = "governance", params(DutyImportQuery, ("Idempotency-Key" = String, Header)), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "XLSX or CSV in the columns of the export, at most 16 MB"), responses((status = 200, body = DutyImportReport, description = "what came of it"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-list/import")]
pub async fn duty_list_import(
    can: Can<DutyListImport>,
    query: Query<DutyImportQuery>,
    key: IdempotencyKey,
    file: Upload,
    db: Data<Db>,
) -> Result<Changed<DutyImportReport>, ApiError> {
    let hash = sha256(&[&file.hash()[..], query.community.0.as_bytes()].concat());
    let table = web::block(move || Table::read(&file.bytes, &COLUMNS)).await.map_err(ApiError::internal)??;
    let (table, scope, community) = (Arc::new(table), can.scope().clone(), query.community);
    let reason = query.reason.as_ref().map_or("批量导入", |text| text.as_str()).to_owned();
    if query.dry_run != Some(true) {
        let id = AdoptionId::new();
        let (once, person, table) = (can.once(key, hash, id.0), can.person(), Arc::clone(&table));
        let (scope, reason) = (scope.clone(), reason.clone());
        let done = db.once(once, move |tx| import::write(tx, &scope, person, (id, community), &table, &reason)).await?;
        let told = done.id;
        let report = match done.value.clone() {
            Some(report) => report,
            None => db.read(move |connection| import::report_of(connection, told)).await?,
        };
        return Ok(Changed::new(&done, report));
    }
    let report = db
        .read(move |connection| {
            let unit = place::require_community(connection, &scope, community)?;
            Ok::<_, ApiError>(import::plan(connection, &unit, &table, &reason, true)?.0)
        })
        .await?;
    Ok(Changed::new(&Done { id: AdoptionId::new().0, replayed: false, value: Some(()) }, report))
}

/// Approve many drafts that another person wrote, all or none.
#[utoipa::path(tag = "governance", request_body = DutyApprovals, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = DutyApprovalsView, description = "all of them are decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-drafts/approvals")]
pub async fn duty_item_draft_approve_bulk(
    can: Can<DutyItemDraftApproveBulk>,
    key: IdempotencyKey,
    body: Valid<DutyApprovals>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<DutyApprovalsView>, ApiError> {
    let once = can.once(key, body.hash(), uuid::Uuid::now_v7());
    let (person, scope) = (can.person(), can.scope().clone());
    let mut drafts = body.drafts.items().to_vec();
    drafts.sort();
    drafts.dedup();
    let approved = drafts.len();
    let done = db.once(once, move |tx| decide::approve_all(tx, &scope, person, &outside, &drafts)).await?;
    Ok(Changed::new(&done, DutyApprovalsView { approved, summary: format!("已审批 {approved} 条草稿") }))
}
