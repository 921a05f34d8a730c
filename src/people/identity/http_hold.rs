#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/legal-holds`.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Can, Permission};
use super::hold::{self, HoldMove, HoldState};
use super::rows;
use super::rows_hold::{self, HoldRow, NewHold};
use super::{LegalHoldApprove, LegalHoldAsk, LegalHoldEnd, LegalHoldEndApprove, LegalHoldId, LegalHoldList, LegalHoldRefuse};

/// A legal hold to be asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLegalHold {
    /// Whose data.
    pub person: PersonId,
    /// Why.
    pub reason: Text<500>,
    /// Law or order that demands it.
    pub legal_basis: Text<200>,
    /// The person asked for erasure: it follows at the end of the hold.
    pub erase_after: bool,
}

/// A legal hold. Nothing of the person's data is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegalHoldView {
    /// Id.
    pub id: LegalHoldId,
    /// Whose data.
    pub person: PersonId,
    /// Their number.
    pub short_number: String,
    /// State.
    pub state: HoldState,
    /// Why.
    pub reason: String,
    /// Law or order that demands it.
    pub legal_basis: String,
    /// Does erasure follow at the end?
    pub erase_after: bool,
    /// Who asked.
    pub asked_by: PersonId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it came into force or was refused.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

fn view(row: HoldRow, numbers: &HashMap<PersonId, rows::PersonRow>) -> LegalHoldView {
    let short_number = numbers.get(&row.person_id).map_or_else(String::new, |row| row.short_number.clone());
    LegalHoldView {
        summary: format!("{short_number} {}（{}）", row.state.zh(), row.legal_basis),
        id: row.id,
        person: row.person_id,
        short_number,
        state: row.state,
        reason: row.reason,
        legal_basis: row.legal_basis,
        erase_after: row.erase_after,
        asked_by: row.asked_by,
        asked_at: row.asked_at,
        decided_at: row.decided_at,
        ended_at: row.ended_at,
    }
}

fn one(connection: &mut PgConnection, id: LegalHoldId) -> Result<LegalHoldView, ApiError> {
    let row = rows_hold::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let numbers = rows::many(connection, &[row.person_id])?;
    Ok(view(row, &numbers))
}

/// Ask for a legal hold; a second person puts it into force.
#[utoipa::path(tag = "people", request_body = NewLegalHold, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = LegalHoldView, description = "Asked for"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/legal-holds")]
pub async fn legal_hold_ask(
    can: Can<LegalHoldAsk>,
    key: IdempotencyKey,
    body: Valid<NewLegalHold>,
    db: Data<Db>,
) -> Result<Created<LegalHoldView>, ApiError> {
    let (id, asked_by, scope) = (LegalHoldId::new(), can.person(), can.scope().clone());
    let (once, body) = (can.once(key, body.hash(), id.0), body.into_inner());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            let (reason, legal_basis) = (body.reason.as_str(), body.legal_basis.as_str());
            let new = NewHold { id, person_id: body.person, reason, legal_basis, erase_after: body.erase_after, asked_by };
            hold::ask(&mut tx, &scope, &new)?;
            Ok(tx.done(())?)
        })
        .await?;
    let id = LegalHoldId(done.id);
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Created::new(&done, "/api/v1/legal-holds".to_owned(), view))
}

/// Legal holds, newest first.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<LegalHoldView>, description = "Legal holds"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/legal-holds")]
pub async fn legal_hold_list(
    _can: Can<LegalHoldList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<LegalHoldView>>, ApiError> {
    let window = query.window::<LegalHoldId>()?;
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let holds = rows_hold::list(connection, window.after, window.load())?;
            let people: Vec<PersonId> = holds.iter().map(|row| row.person_id).collect();
            let numbers = rows::many(connection, &people)?;
            Ok(window.page(holds, |row| row.id, |row| view(row, &numbers)))
        })
        .await?;
    Ok(Json(page))
}

async fn step<P: Permission>(
    can: Can<P>,
    key: IdempotencyKey,
    db: Data<Db>,
    (id, by): (LegalHoldId, HoldMove),
) -> Result<Changed<LegalHoldView>, ApiError> {
    let (who, scope) = (can.person(), can.scope().clone());
    let done = db
        .once(can.once(key, hash_on(id.0, [0; 32]), id.0), move |mut tx| -> Result<_, ApiError> {
            hold::step(&mut tx, &scope, id, by, who)?;
            Ok(tx.done(())?)
        })
        .await?;
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Changed::new(&done, view))
}

/// Put a legal hold into force: the account is frozen at once.
#[utoipa::path(tag = "people", params(("id" = LegalHoldId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LegalHoldView, description = "In force"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/legal-holds/{id}/approve")]
pub async fn legal_hold_approve(
    can: Can<LegalHoldApprove>,
    id: PathId<LegalHoldId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<LegalHoldView>, ApiError> {
    step(can, key, db, (id.0, HoldMove::Approve)).await
}

/// Refuse a legal hold.
#[utoipa::path(tag = "people", params(("id" = LegalHoldId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LegalHoldView, description = "Refused"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/legal-holds/{id}/refuse")]
pub async fn legal_hold_refuse(
    can: Can<LegalHoldRefuse>,
    id: PathId<LegalHoldId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<LegalHoldView>, ApiError> {
    step(can, key, db, (id.0, HoldMove::Refuse)).await
}

/// Ask to end a legal hold.
#[utoipa::path(tag = "people", params(("id" = LegalHoldId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LegalHoldView, description = "Waits for a second person"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/legal-holds/{id}/end")]
pub async fn legal_hold_end(
    can: Can<LegalHoldEnd>,
    id: PathId<LegalHoldId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<LegalHoldView>, ApiError> {
    step(can, key, db, (id.0, HoldMove::AskEnd)).await
}

/// Agree to the end of a legal hold: the account is open again, or erased where its person had asked for it.
#[utoipa::path(tag = "people", params(("id" = LegalHoldId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LegalHoldView, description = "Ended"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/legal-holds/{id}/end/approve")]
pub async fn legal_hold_end_approve(
    can: Can<LegalHoldEndApprove>,
    id: PathId<LegalHoldId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<LegalHoldView>, ApiError> {
    step(can, key, db, (id.0, HoldMove::ApproveEnd)).await
}
