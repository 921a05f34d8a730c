#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of the organiser's screen, of checking in and out, and of ticks.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Valid, hash_on};
use base::ids::PersonId;
use base::keys::KeyRing;
use base::text::Text;
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::identity::{Can, Pin, card_holder};
use serde::{Deserialize, Serialize};

use super::scan::{self, CheckIn, CheckOut};
use super::tick::{self, Presence};
use super::{code, require_window};
use crate::volunteering::hours::http::HoursView;
use crate::volunteering::sign_ups::http::SignUpView;
use crate::volunteering::sign_ups::{self, SignUpState};
use crate::volunteering::{HoursId, ShiftCheckIn, ShiftCheckOut, ShiftCode, ShiftId, ShiftTick, found, hours, shifts};

/// What the organiser's screen shows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CodeView {
    /// Shift.
    pub shift_id: ShiftId,
    /// Six digits; the QR holds the same.
    pub code: String,
    /// Seconds until it changes.
    pub remaining_seconds: i64,
    /// One plain sentence.
    pub summary: String,
}

/// Somebody whom the organiser saw; `person_id` or `card`, one of the two.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTick {
    /// The person.
    pub person_id: Option<PersonId>,
    /// Or their printed card, as scanned.
    pub card: Option<Text<200>>,
    /// The card's PIN, when it has one.
    pub pin: Option<Pin>,
    /// Came.
    pub from: DateTime<Utc>,
    /// Left.
    pub to: DateTime<Utc>,
}

async fn place(db: &Db, shift: ShiftId, person: PersonId) -> Result<SignUpView, ApiError> {
    db.read(move |connection| {
        let row = found(sign_ups::of_person(connection, shift, person)?)?;
        found(sign_ups::http::views(connection, vec![row])?.pop())
    })
    .await
}

/// True when nothing is left to do; else one try was counted.
async fn admitted(
    db: &Db,
    ring: &Data<KeyRing>,
    context: base::db::Context,
    (shift, person): (ShiftId, PersonId),
    reached: &'static [SignUpState],
) -> Result<bool, ApiError> {
    if db.read(move |connection| scan::already(connection, shift, person, reached)).await?.is_some() {
        return Ok(true);
    }
    let ring = ring.clone();
    db.transaction(context, move |tx| scan::count_try(tx, &ring, shift, person)).await?;
    Ok(false)
}

/// The rotating check-in code of a shift that one runs.
#[utoipa::path(tag = "service", params(("id" = ShiftId, Path)), responses((status = 200, body = CodeView, description = "the code of this half minute"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/shifts/{id}/code")]
pub async fn shift_code(
    can: Can<ShiftCode>,
    id: PathId<ShiftId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<CodeView>, ApiError> {
    let now = db
        .read(move |connection| {
            let (shift, _) = shifts::within(connection, can.scope(), id.0)?;
            let now = base::db::now(connection)?;
            require_window(&shift, now).map(|()| now)
        })
        .await?;
    let (code, seconds) = (code::shown(&ring, id.0, now), code::remaining(now));
    let summary = format!("签到码 {code}，{seconds} 秒后更新");
    Ok(Json(CodeView { shift_id: id.0, code, remaining_seconds: seconds, summary }))
}

/// Check in with the code on the organiser's screen; again gives the same answer.
#[utoipa::path(tag = "service", request_body = CheckIn, params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SignUpView, description = "checked in"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/check-in")]
pub async fn shift_check_in(
    can: Can<ShiftCheckIn>,
    id: PathId<ShiftId>,
    key: IdempotencyKey,
    body: Valid<CheckIn>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<SignUpView>, ApiError> {
    let at = (id.0, can.person());
    let replayed = if admitted(&db, &ring, can.context(), at, &[SignUpState::CheckedIn, SignUpState::CheckedOut]).await? {
        true
    } else {
        let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
        db.once(once, move |tx| scan::check_in(tx, &ring, at, &body)).await?.replayed
    };
    let done: Done<()> = Done { id: at.0.0, replayed, value: None };
    Ok(Changed::new(&done, place(&db, at.0, at.1).await?))
}

/// Check out with the code on the organiser's screen; the half hours are recorded. Again gives the same answer.
#[utoipa::path(tag = "service", request_body = CheckOut, params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SignUpView, description = "checked out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/check-out")]
pub async fn shift_check_out(
    can: Can<ShiftCheckOut>,
    id: PathId<ShiftId>,
    key: IdempotencyKey,
    body: Valid<CheckOut>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<SignUpView>, ApiError> {
    let at = (id.0, can.person());
    let replayed = if admitted(&db, &ring, can.context(), at, &[SignUpState::CheckedOut]).await? {
        true
    } else {
        let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
        db.once(once, move |tx| scan::check_out(tx, &ring, at, &body)).await?.replayed
    };
    let done: Done<()> = Done { id: at.0.0, replayed, value: None };
    Ok(Changed::new(&done, place(&db, at.0, at.1).await?))
}

/// Tick somebody who has no phone, by person or by card; a second person approves the hours.
#[utoipa::path(tag = "service", request_body = NewTick, params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = HoursView, description = "recorded"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/ticks")]
pub async fn shift_tick(
    can: Can<ShiftTick>,
    shift: PathId<ShiftId>,
    key: IdempotencyKey,
    body: Valid<NewTick>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<HoursView>, ApiError> {
    let person = ticked(&db, &ring, can.scope().clone(), shift.0, &body).await?;
    let (id, presence) = (HoursId::new(), Presence { person, from: body.from, to: body.to });
    let once = can.once(key, hash_on(shift.0.0, body.hash()), id.0);
    let done = db.once(once, move |tx| tick::tick(tx, can.scope(), can.person(), (shift.0, id), presence)).await?;
    let view = hours::http::load(&db, HoursId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/service/hours/{}", done.id), view))
}

/// Whom a tick means. A card's try and use are counted before the tick itself, so that a refusal later gives none back; whoever
/// doesn't run the shift uses no card up.
async fn ticked(db: &Db, ring: &Data<KeyRing>, scope: Scope, shift: ShiftId, body: &NewTick) -> Result<PersonId, ApiError> {
    match (body.person_id, body.card.clone()) {
        (Some(person), None) => Ok(person),
        (None, Some(card)) => {
            let (ring, pin) = (ring.clone(), body.pin.clone());
            db.read(move |connection| {
                shifts::within(connection, &scope, shift)?;
                card_holder(connection, &ring, &card, pin.as_ref())
            })
            .await
        }
        _ => Err(ApiError::invalid("/person_id", "name a person or a card, one of the two")),
    }
}
