#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! New-employment registrations over HTTP.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Can;
use super::registration::{self, Report, Work};
use super::rows_registration::{self as rows, RegistrationRow};
use super::{
    RegistrationConfirm, RegistrationCreate, RegistrationFind, RegistrationId, RegistrationList, RegistrationRefuse, person,
};
use crate::grid::{Scope, Target, unit_find};

/// A report-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegistration {
    /// A community or the street.
    pub grid_unit_id: GridUnitId,
    /// Company or platform.
    pub company: Text<80>,
    /// Kind of work.
    pub work: Work,
}

/// State of a registration.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationState {
    /// Waits for staff.
    Pending,
    /// The role is theirs.
    Confirmed,
    /// Refused with a reason.
    Refused,
}

impl RegistrationState {
    const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }
}

/// A registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationView {
    /// Id.
    pub id: RegistrationId,
    /// Who.
    pub person_id: PersonId,
    /// What others see of them.
    pub nickname: String,
    /// Where they reported in.
    pub grid_unit_id: GridUnitId,
    /// The street in which it holds.
    pub street_id: GridUnitId,
    /// Company or platform.
    pub company: String,
    /// Kind of work.
    pub work: String,
    /// pending, confirmed, refused.
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When they reported in.
    pub created_at: DateTime<Utc>,
    /// One line to read out.
    pub summary: String,
}

fn view(row: RegistrationRow, nickname: String) -> RegistrationView {
    let state = match row.state.as_str() {
        "confirmed" => "已确认",
        "refused" => "未通过",
        _ => "待确认",
    };
    let summary = format!("{nickname}（{}）报到{state}", row.company);
    RegistrationView {
        id: row.id,
        person_id: row.person_id,
        nickname,
        grid_unit_id: row.grid_unit_id,
        street_id: row.street_id,
        company: row.company,
        work: row.work,
        state: row.state,
        reason: row.reason,
        created_at: row.created_at,
        summary,
    }
}

fn one(connection: &mut PgConnection, id: RegistrationId) -> Result<RegistrationView, ApiError> {
    let row = rows::registration_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let names = person::names_by_ids(connection, &[row.person_id])?;
    let nickname = names.get(&row.person_id).map_or_else(String::new, |name| name.nickname.clone());
    Ok(view(row, nickname))
}

/// Report in as new-employment person. Confirmed at once when the company's roster has the phone.
#[utoipa::path(tag = "people", request_body = NewRegistration, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = RegistrationView, description = "Reported in"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/registrations/new-employment")]
pub async fn registration_create(
    can: Can<RegistrationCreate>,
    key: IdempotencyKey,
    body: Valid<NewRegistration>,
    db: Data<Db>,
) -> Result<Created<RegistrationView>, ApiError> {
    let id = RegistrationId::new();
    let once = can.once(key, body.hash(), id.0);
    let body = body.into_inner();
    let company = body.company.into_string();
    let report = Report { id, person: can.person(), unit: body.grid_unit_id, company, work: body.work };
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            registration::report_in(&mut tx, &report)?;
            Ok(tx.done(())?)
        })
        .await?;
    let id = RegistrationId(done.id);
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/registrations/{id}"), view))
}

/// Which registrations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistrationQuery {
    /// Only these.
    #[param(inline)]
    pub state: Option<RegistrationState>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// Registrations of my scope and my own, newest first.
#[utoipa::path(tag = "people", params(RegistrationQuery), responses((status = 200, body = Page<RegistrationView>, description = "Registrations"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/registrations")]
pub async fn registration_list(
    can: Can<RegistrationList>,
    query: Query<RegistrationQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<RegistrationId>()?;
    let (scope, state) = (can.scope().clone(), query.state.map(RegistrationState::name));
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = rows::registration_list(connection, &scope, state, window.after, window.load())?;
            let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
            let names = person::names_by_ids(connection, &people)?;
            let named = |row: RegistrationRow| {
                let nickname = names.get(&row.person_id).map_or_else(String::new, |name| name.nickname.clone());
                view(row, nickname)
            };
            Ok(window.page(rows, |row| row.id, named))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// One registration of my scope or my own.
#[utoipa::path(tag = "people", params(("id" = RegistrationId, Path)), responses((status = 200, body = RegistrationView, description = "The registration"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/registrations/{id}")]
pub async fn registration_find(
    can: Can<RegistrationFind>,
    path: PathId<RegistrationId>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (path.0, can.scope().clone());
    let view = db
        .read(move |connection| {
            require(connection, &scope, id)?;
            one(connection, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

fn require(connection: &mut PgConnection, scope: &Scope, id: RegistrationId) -> Result<(), ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let row = rows::registration_find(connection, id)?.ok_or_else(missing)?;
    let unit = unit_find(connection, row.grid_unit_id)?.ok_or_else(missing)?;
    scope.require(&Target { unit: Some(&unit.path), person: Some(row.person_id), ..Target::default() })
}

/// Confirm a registration: the role holds in the whole street.
#[utoipa::path(tag = "people", params(("id" = RegistrationId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RegistrationView, description = "Confirmed"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/registrations/{id}/confirm")]
pub async fn registration_confirm(
    can: Can<RegistrationConfirm>,
    path: PathId<RegistrationId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<RegistrationView>, ApiError> {
    let once = can.once(key, hash_on(path.0.0, [0; 32]), path.0.0);
    let (id, decider, scope) = (path.0, can.person(), can.scope().clone());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            require(tx.conn(), &scope, id)?;
            registration::confirm(&mut tx, id, decider)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, id)).await?))
}

/// A refusal's reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalBody {
    /// Why; the person reads it.
    pub reason: Text<300>,
}

/// Refuse a registration with a reason.
#[utoipa::path(tag = "people", params(("id" = RegistrationId, Path), ("Idempotency-Key" = String, Header)), request_body = RefusalBody,
    responses((status = 200, body = RegistrationView, description = "Refused"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/registrations/{id}/refuse")]
pub async fn registration_refuse(
    can: Can<RegistrationRefuse>,
    path: PathId<RegistrationId>,
    key: IdempotencyKey,
    body: Valid<RefusalBody>,
    db: Data<Db>,
) -> Result<Changed<RegistrationView>, ApiError> {
    let once = can.once(key, hash_on(path.0.0, body.hash()), path.0.0);
    let (id, decider, scope, body) = (path.0, can.person(), can.scope().clone(), body.into_inner());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            require(tx.conn(), &scope, id)?;
            registration::refuse(&mut tx, id, decider, &body.reason)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, id)).await?))
}
