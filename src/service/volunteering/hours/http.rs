#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of hours for those who run projects; the person's own record is in `record`.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError, ErrorCode};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::Page;
use base::text::Few;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::decide::{self, Refusal};
use super::manual::{self, NewManualHours};
use super::rows::{self, Hours};
use super::{HoursState, Source, shown};
use crate::volunteering::{
    HOURS_HOUSEHOLD, HOURS_OWN, HOURS_PROPOSER, HoursApprove, HoursApproveBulk, HoursId, HoursList, HoursRecord, HoursRefuse,
    ProjectId, ShiftId, found, outward, projects,
};

/// Half hours of one person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HoursView {
    /// Id.
    pub id: HoursId,
    /// One plain sentence.
    pub summary: String,
    /// Who served.
    pub person_id: PersonId,
    /// What others see of the name.
    pub nickname: String,
    /// Project.
    pub project_id: ProjectId,
    /// Title of the project.
    pub project_title: String,
    /// Shift; none for manual hours.
    pub shift_id: Option<ShiftId>,
    /// How they came about.
    pub source: Source,
    /// Came.
    pub from: Option<DateTime<Utc>>,
    /// Left.
    pub to: Option<DateTime<Utc>>,
    /// Shanghai date.
    pub day: NaiveDate,
    /// Full half hours.
    pub half_hours: i32,
    /// Why by hand.
    pub reason: Option<String>,
    /// What to look at: `far` (the phone was far away), `quick_change` (at another project five minutes before).
    pub hints: Vec<String>,
    /// Who ticked or entered them; somebody else decides.
    pub proposed_by: Option<PersonId>,
    /// State.
    pub state: HoursState,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why refused.
    pub refusal: Option<String>,
    /// When they were recorded.
    pub recorded_at: DateTime<Utc>,
}

pub(in crate::volunteering) fn views(connection: &mut PgConnection, rows: Vec<Hours>) -> Result<Vec<HoursView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.project_id).collect();
    let (names, titles) = (outward::nicknames(connection, &persons)?, projects::titles(connection, &ids)?);
    Ok(rows.into_iter().map(|row| view(row, &names, &titles)).collect())
}

fn view(row: Hours, names: &HashMap<PersonId, String>, titles: &HashMap<ProjectId, String>) -> HoursView {
    let nickname = names.get(&row.person_id).cloned().unwrap_or_default();
    let title = titles.get(&row.project_id).cloned().unwrap_or_default();
    let (state, source) = (row.state(), Source::parse(&row.source).unwrap_or(Source::Code));
    let stands = match state {
        HoursState::Recorded => "待核准",
        HoursState::Approved => "已核准",
        HoursState::Refused => "未核准",
    };
    let amount = shown(row.half_hours);
    HoursView {
        id: row.id,
        summary: format!("{nickname}，{title}，{}，{amount} 小时（{}），{stands}", row.day.format("%-m月%-d日"), source.zh()),
        person_id: row.person_id,
        nickname,
        project_id: row.project_id,
        project_title: title,
        shift_id: row.shift_id,
        source,
        from: row.from_at,
        to: row.to_at,
        day: row.day,
        half_hours: row.half_hours,
        reason: row.reason,
        hints: row.hints,
        proposed_by: row.proposed_by,
        state,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        refusal: row.refusal,
        recorded_at: row.recorded_at,
    }
}

pub(in crate::volunteering) async fn load(db: &Db, id: HoursId) -> Result<HoursView, ApiError> {
    db.read(move |connection| {
        let row = found(rows::find(connection, id)?)?;
        found(views(connection, vec![row])?.pop())
    })
    .await
}

base::list_query! {
    /// Which hours.
    HoursQuery {
        /// Only of this state.
        state: Option<HoursState>,
        /// Only of this project.
        project_id: Option<ProjectId>,
        /// Only of this shift.
        shift_id: Option<ShiftId>,
    }
}

/// Many records to be approved.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkApproval {
    /// Up to 200 of them.
    #[schema(value_type = Vec<HoursId>, max_items = 200)]
    pub ids: Few<HoursId, 200>,
}

/// What became of one record of a bulk approval.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkItem {
    /// The record.
    pub id: HoursId,
    /// One plain sentence.
    pub summary: String,
    /// Its state now; absent when it doesn't exist for the caller.
    pub state: Option<HoursState>,
    /// Code of the refusal, as in errors.md.
    pub refused: Option<String>,
}

/// What became of a bulk approval.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulkOutcome {
    /// How many of them are approved now.
    pub approved: usize,
    /// One item a record, as asked.
    pub items: Vec<BulkItem>,
}

/// The refusals that a record of a bulk can meet.
const REFUSALS: [&ErrorCode; 5] = [&error::NOT_FOUND, &error::STATE_CONFLICT, &HOURS_OWN, &HOURS_PROPOSER, &HOURS_HOUSEHOLD];

fn outcome(ids: &[HoursId], rows: &[Hours], refused: &HashMap<HoursId, String>) -> BulkOutcome {
    let states: HashMap<HoursId, HoursState> = rows.iter().map(|row| (row.id, row.state())).collect();
    let item = |id: &HoursId| {
        let (why, state) = (refused.get(id), states.get(id).copied());
        let told = why.and_then(|why| REFUSALS.iter().find(|code| code.code == why)).map(|code| code.zh);
        let stands = if state == Some(HoursState::Approved) { "已核准" } else { "未核准" };
        BulkItem { id: *id, summary: told.unwrap_or(stands).to_owned(), state, refused: why.cloned() }
    };
    let items: Vec<BulkItem> = ids.iter().map(item).collect();
    BulkOutcome { approved: items.iter().filter(|item| item.state == Some(HoursState::Approved)).count(), items }
}

/// Hours of the projects that one runs, oldest first.
#[utoipa::path(tag = "service", params(HoursQuery), responses((status = 200, body = Page<HoursView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/hours")]
pub async fn hours_list(can: Can<HoursList>, query: Query<HoursQuery>, db: Data<Db>) -> Result<Json<Page<HoursView>>, ApiError> {
    let window = query.window::<HoursId>()?;
    let filter = rows::Filter { state: query.state, project: query.project_id, shift: query.shift_id };
    let shown = db
        .read(move |connection| {
            let rows = rows::list(connection, can.scope(), filter, &window)?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(shown, |view| view.id, |view| view)))
}

/// Approve hours; points follow by the rule in force.
#[utoipa::path(tag = "service", params(("id" = HoursId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = HoursView, description = "approved"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/hours/{id}/approve")]
pub async fn hours_approve(
    can: Can<HoursApprove>,
    id: PathId<HoursId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<HoursView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let done = db.once(once, move |tx| decide::approve(tx, can.scope(), can.person(), id.0)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Refuse hours with a reason that the person is told.
#[utoipa::path(tag = "service", request_body = Refusal, params(("id" = HoursId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = HoursView, description = "refused by the caller"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/hours/{id}/refuse")]
pub async fn hours_refuse(
    can: Can<HoursRefuse>,
    id: PathId<HoursId>,
    key: IdempotencyKey,
    body: Valid<Refusal>,
    db: Data<Db>,
) -> Result<Changed<HoursView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| decide::refuse(tx, can.scope(), can.person(), id.0, &body.reason)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Approve up to 200 records; each that can't be approved says why.
#[utoipa::path(tag = "service", request_body = BulkApproval, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = BulkOutcome, description = "what became of each"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/hours/approve-bulk")]
pub async fn hours_approve_bulk(
    can: Can<HoursApproveBulk>,
    key: IdempotencyKey,
    body: Valid<BulkApproval>,
    db: Data<Db>,
) -> Result<Changed<BulkOutcome>, ApiError> {
    let ids = decide::distinct(body.ids.items());
    let bulk = uuid::Uuid::now_v7();
    let (once, asked) = (can.once(key, body.hash(), bulk), ids.clone());
    let scope = can.scope().clone();
    let done = db.once(once, move |tx| decide::approve_bulk(tx, can.scope(), can.person(), (bulk, &asked))).await?;
    let bulk = done.id;
    let outcome = db
        .read(move |connection| {
            let (rows, refused) = (rows::many(connection, &scope, &ids)?, decide::refused_of(connection, bulk)?);
            Ok::<_, ApiError>(outcome(&ids, &rows, &refused))
        })
        .await?;
    Ok(Changed::new(&done, outcome))
}

/// Enter hours by hand; a second person decides.
#[utoipa::path(tag = "service", request_body = NewManualHours, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = HoursView, description = "recorded"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/hours/manual")]
pub async fn hours_record(
    can: Can<HoursRecord>,
    key: IdempotencyKey,
    body: Valid<NewManualHours>,
    db: Data<Db>,
) -> Result<Created<HoursView>, ApiError> {
    let id = HoursId::new();
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| manual::record_manual(tx, can.scope(), can.person(), id, &body)).await?;
    let view = load(&db, HoursId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/service/hours/{}", done.id), view))
}
