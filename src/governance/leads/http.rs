#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/leads`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::clock::shanghai_midnight;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use chrono::{Datelike as _, Days, NaiveDate};
use people::files::Signer;
use people::grid::Scope;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::decide::{self, LeadDismissal, LeadVerification};
use super::figures::{self, FiguresView};
use super::raise::{self, NewLead};
use super::rows::{self, Filter};
use super::view::{self, LeadView};
use super::{LeadCreate, LeadDismiss, LeadFiguresFind, LeadFind, LeadId, LeadList, LeadSource, LeadState, LeadVerify};
use crate::reach::{found, path_of, require_unit};
use crate::requests::CaseId;

/// Which leads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<LeadState>,
    /// Only of this source.
    #[param(inline)]
    source: Option<LeadSource>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// Only leads at or below this unit.
    unit: Option<GridUnitId>,
    /// Raised on this day or later.
    from: NaiveDate,
    /// Raised on this day or earlier.
    to: NaiveDate,
}

impl FiguresQuery {
    /// The span of time; 422 when it is none.
    fn span(&self) -> Result<(chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>), ApiError> {
        let near = |day: NaiveDate| (2000..2200).contains(&day.year());
        let end = self.to.checked_add_days(Days::new(1)).filter(|_| near(self.from) && near(self.to) && self.from <= self.to);
        let end = end.ok_or_else(|| ApiError::of(&error::INVALID_QUERY).field("to", "must not lie before `from`"))?;
        Ok((shanghai_midnight(self.from), shanghai_midnight(end)))
    }
}

async fn load(db: &Db, signer: Data<Signer>, id: LeadId) -> Result<LeadView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id)?)?;
        view::one(connection, &signer, row)
    });
    view.await
}

/// Raise a lead from a patrol, or from a word of the chat.
#[utoipa::path(tag = "leads", request_body = NewLead, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = LeadView, description = "raised"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/leads")]
pub async fn lead_create(
    can: Can<LeadCreate>,
    key: IdempotencyKey,
    body: Valid<NewLead>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Created<LeadView>, ApiError> {
    let id = LeadId::new();
    let (once, scope, person) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| raise::by_hand(tx, &scope, person, id, &body)).await?;
    let view = load(&db, signer, LeadId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/leads/{}", done.id), view))
}

/// Leads of one's units, newest first.
#[utoipa::path(tag = "leads", params(LeadQuery), responses((status = 200, body = Page<LeadView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/leads")]
pub async fn lead_list(
    can: Can<LeadList>,
    query: Query<LeadQuery>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<Page<LeadView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<LeadId>()?;
    let (scope, filter) = (can.scope().clone(), Filter { state: query.state, source: query.source });
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, filter, &window)?;
        view::views(connection, &signer, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// How often each source was right, by the day on which leads were raised.
#[utoipa::path(tag = "leads", params(FiguresQuery), responses((status = 200, body = FiguresView, description = "figures"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/leads/figures")]
pub async fn lead_figures_find(
    can: Can<LeadFiguresFind>,
    query: Query<FiguresQuery>,
    db: Data<Db>,
) -> Result<Json<FiguresView>, ApiError> {
    let (scope, unit, span) = (can.scope().clone(), query.unit, query.span()?);
    let counts = db.read(move |connection| -> Result<_, ApiError> {
        let below = match unit {
            Some(unit) => Scope { units: vec![path_of(connection, unit)?], ..Scope::default() },
            None => Scope::everything(),
        };
        Ok(rows::counts(connection, &scope, &below, span)?)
    });
    let sources = figures::figures(&counts.await?);
    Ok(Json(FiguresView { unit, formula: "verified / (verified + dismissed)".to_owned(), sources }))
}

/// One lead.
#[utoipa::path(tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = LeadView, description = "the lead"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/leads/{id}")]
pub async fn lead_find(
    can: Can<LeadFind>,
    id: PathId<LeadId>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<LeadView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        require_unit(connection, &scope, row.grid_unit_id)?;
        view::one(connection, &signer, row)
    });
    view.await.map(Json)
}

/// Find a lead true: it becomes a request, dispatched at once.
#[utoipa::path(tag = "leads", request_body = LeadVerification, params(("id" = LeadId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LeadView, description = "verified"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/leads/{id}/verify")]
pub async fn lead_verify(
    can: Can<LeadVerify>,
    id: PathId<LeadId>,
    key: IdempotencyKey,
    body: Valid<LeadVerification>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<LeadView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let both = (id.0, CaseId::new());
    let done = db.once(once, move |tx| decide::verify(tx, &scope, person, both, &body)).await?;
    Ok(Changed::new(&done, load(&db, signer, id.0).await?))
}

/// Put a lead aside with a reason.
#[utoipa::path(tag = "leads", request_body = LeadDismissal, params(("id" = LeadId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = LeadView, description = "dismissed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/leads/{id}/dismiss")]
pub async fn lead_dismiss(
    can: Can<LeadDismiss>,
    id: PathId<LeadId>,
    key: IdempotencyKey,
    body: Valid<LeadDismissal>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<LeadView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| decide::dismiss(tx, &scope, person, id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, signer, id.0).await?))
}
