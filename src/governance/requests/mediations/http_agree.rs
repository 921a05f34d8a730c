#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The agreement of a mediation over HTTP: written, confirmed by each party, refused.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::identity::Can;

use super::act::Stopping;
use super::agree::{self, Agreement, OnPaper};
use super::http::load;
use super::view::MediationView;
use super::{MediationConfirm, MediationId, MediationPartyConfirm, MediationPropose, MediationReject, PartyId, rows_parts};

/// Write the agreement, or write it anew: every party is asked.
#[utoipa::path(tag = "mediations", request_body = Agreement, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/agreement")]
pub async fn mediation_propose(
    can: Can<MediationPropose>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<Agreement>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| agree::propose(tx, (&scope, person), id.0, &body)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}

/// Confirm the agreement as a party; the last one settles it.
#[utoipa::path(tag = "mediations", params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/confirm")]
pub async fn mediation_confirm(
    can: Can<MediationConfirm>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, person) = (can.once(key, base::keys::sha256(id.0.0.as_bytes()), id.0.0), can.person());
    let done = db.once(once, move |tx| agree::confirm(tx, person, id.0)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}

/// Refuse the agreement as a party; talks go on.
#[utoipa::path(tag = "mediations", request_body = Stopping, params(("id" = MediationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "talks go on"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediations/{id}/reject")]
pub async fn mediation_reject(
    can: Can<MediationReject>,
    id: PathId<MediationId>,
    key: IdempotencyKey,
    body: Valid<Stopping>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.person());
    let done = db.once(once, move |tx| agree::reject(tx, person, id.0, &body.reason)).await?;
    let view = load(&db, id.0).await?;
    Ok(Changed::new(&done, view))
}

/// Write down that a party without an account confirmed on paper.
#[utoipa::path(tag = "mediations", request_body = OnPaper, params(("id" = PartyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MediationView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/mediation-parties/{id}/confirm")]
pub async fn mediation_party_confirm(
    can: Can<MediationPartyConfirm>,
    id: PathId<PartyId>,
    key: IdempotencyKey,
    body: Valid<OnPaper>,
    db: Data<Db>,
) -> Result<Changed<MediationView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| agree::on_paper(tx, (&scope, person), id.0, &body)).await?;
    let party = db.read(move |connection| rows_parts::party(connection, id.0)).await?;
    let party = party.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let view = load(&db, party.mediation_id).await?;
    Ok(Changed::new(&done, view))
}
