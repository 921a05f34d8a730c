#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of the community's terms with its merchants.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::money::Fen;
use base::page::{Page, PageQuery};
use base::text::Whole;
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::rows_terms::{self, Change};
use super::terms::{self, TermsState, TermsWish, terms_of};
use super::{OfferTermsApprove, OfferTermsChangeId, OfferTermsChangeList, OfferTermsFind, OfferTermsPropose, OfferTermsRefuse};
use crate::place;

/// Proposed terms; what is absent stays as it is. At least one field.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferTermsForm {
    /// What a merchant gets for one point, in yuan, at most 1000.
    pub rate: Option<Fen>,
    /// How often one person may redeem at one merchant on a day.
    pub pair_day_limit: Option<Whole<1, 1000>>,
    /// The same in a month.
    pub pair_month_limit: Option<Whole<1, 10_000>>,
    /// Day of the month on which the month before is closed by itself; 0: never.
    pub close_day: Option<Whole<0, 28>>,
}

/// The community's terms with its merchants.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferTermsView {
    /// The community.
    pub community: GridUnitId,
    /// What a merchant gets for one point captured from now on, in yuan.
    pub rate: Fen,
    /// How often one person may redeem at one merchant on a day.
    pub pair_day_limit: i32,
    /// The same in a month.
    pub pair_month_limit: i32,
    /// Day of the month on which the month before is closed by itself; 0: never.
    pub close_day: i32,
    /// Counts changes; 0: never set.
    pub version: i32,
}

/// Proposed terms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferTermsChangeView {
    /// Id.
    pub id: OfferTermsChangeId,
    /// One line for a screen reader.
    pub summary: String,
    /// The community.
    pub community: GridUnitId,
    /// What a merchant would get for one point, in yuan; absent: as before.
    pub rate: Option<Fen>,
    /// How often one person might redeem at one merchant on a day; absent: as before.
    pub pair_day_limit: Option<i32>,
    /// The same in a month; absent: as before.
    pub pair_month_limit: Option<i32>,
    /// Day of the automatic close; absent: as before.
    pub close_day: Option<i32>,
    /// State.
    pub state: TermsState,
    /// Who proposed it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}

impl OfferTermsForm {
    fn wish(&self) -> Result<TermsWish, ApiError> {
        if self.rate.is_some_and(|rate| rate.hundredths() > 100_000) {
            return Err(ApiError::invalid("/rate", "must be at most 1000"));
        }
        let wish = TermsWish {
            rate: self.rate,
            pair_day_limit: self.pair_day_limit.map(Whole::get),
            pair_month_limit: self.pair_month_limit.map(Whole::get),
            close_day: self.close_day.map(Whole::get),
        };
        let nothing = TermsWish { rate: None, pair_day_limit: None, pair_month_limit: None, close_day: None };
        if wish == nothing { Err(ApiError::invalid("", "must change something")) } else { Ok(wish) }
    }
}

impl From<Change> for OfferTermsChangeView {
    fn from(row: Change) -> Self {
        let parts = [
            row.rate.map(|rate| format!("每积分{rate}元")),
            row.pair_day_limit.map(|limit| format!("每人每店每天最多{limit}次")),
            row.pair_month_limit.map(|limit| format!("每人每店每月最多{limit}次")),
            row.close_day.map(|day| if day == 0 { "不自动结算".to_owned() } else { format!("每月{day}日自动结算") }),
        ];
        let said: Vec<String> = parts.into_iter().flatten().collect();
        Self {
            id: row.id,
            summary: format!("{}，{}", said.join("，"), row.state.zh()),
            community: row.community_id,
            rate: row.rate,
            pair_day_limit: row.pair_day_limit,
            pair_month_limit: row.pair_month_limit,
            close_day: row.close_day,
            state: row.state,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

async fn shown(db: &Db, id: OfferTermsChangeId) -> Result<OfferTermsChangeView, ApiError> {
    let row = db.read(move |conn| rows_terms::change_find(conn, id)).await?;
    row.map(OfferTermsChangeView::from).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// What a point is worth to a merchant of a community, and the limits beside it.
#[utoipa::path(tag = "life", params(("id" = GridUnitId, Path)), responses((status = 200, body = OfferTermsView, description = "the terms"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/terms/{id}")]
pub async fn offer_terms_find(
    can: Can<OfferTermsFind>,
    id: PathId<GridUnitId>,
    db: Data<Db>,
) -> Result<Tagged<OfferTermsView>, ApiError> {
    let _anyone_signed_in = can;
    let read = move |conn: &mut _| {
        place::community_stored(conn, id.0)?;
        Ok::<_, ApiError>(terms_of(conn, id.0)?)
    };
    let terms = db.read(read).await?;
    let view = OfferTermsView {
        community: id.0,
        rate: terms.rate,
        pair_day_limit: terms.pair_day_limit,
        pair_month_limit: terms.pair_month_limit,
        close_day: terms.close_day,
        version: terms.version,
    };
    Ok(Tagged::version(view, terms.version))
}

/// Propose new terms; those in force stay so until another one of the staff approves.
#[utoipa::path(tag = "life", request_body = OfferTermsForm, params(("id" = GridUnitId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OfferTermsChangeView, description = "proposed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/terms/{id}/changes")]
pub async fn offer_terms_propose(
    can: Can<OfferTermsPropose>,
    id: PathId<GridUnitId>,
    key: IdempotencyKey,
    body: Valid<OfferTermsForm>,
    db: Data<Db>,
) -> Result<Created<OfferTermsChangeView>, ApiError> {
    let (change, wish) = (OfferTermsChangeId::new(), body.wish()?);
    let once = can.once(key, hash_on(id.0.0, body.hash()), change.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let done = db.once(once, move |tx| terms::propose(tx, &scope, person, id.0, change, &wish)).await?;
    let view = shown(&db, OfferTermsChangeId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/life/terms/{}/changes", id.0), view))
}

/// Proposed terms of a community, newest first.
#[utoipa::path(tag = "life", params(("id" = GridUnitId, Path), PageQuery), responses((status = 200, body = Page<OfferTermsChangeView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/terms/{id}/changes")]
pub async fn offer_terms_change_list(
    can: Can<OfferTermsChangeList>,
    id: PathId<GridUnitId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<OfferTermsChangeView>>, ApiError> {
    let (scope, window) = (can.scope().clone(), query.window()?);
    let rows = db
        .read(move |conn| {
            scope.require_unit(&place::community_stored(conn, id.0)?)?;
            Ok::<_, ApiError>(rows_terms::change_list(conn, id.0, &window)?)
        })
        .await?;
    Ok(Json(window.page(rows, |row| row.id, OfferTermsChangeView::from)))
}

async fn decided(
    db: &Db,
    once: base::db::Once,
    (scope, person): (Scope, PersonId),
    id: OfferTermsChangeId,
    state: TermsState,
) -> Result<Changed<OfferTermsChangeView>, ApiError> {
    let done = db.once(once, move |tx| terms::decide(tx, &scope, person, id, state)).await?;
    Ok(Changed::new(&done, shown(db, id).await?))
}

/// Approve terms that another one proposed: they are in force at once.
#[utoipa::path(tag = "life", params(("id" = OfferTermsChangeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferTermsChangeView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/terms-changes/{id}/approve")]
pub async fn offer_terms_approve(
    can: Can<OfferTermsApprove>,
    id: PathId<OfferTermsChangeId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferTermsChangeView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    decided(&db, once, (can.scope().clone(), can.person()), id.0, TermsState::Approved).await
}

/// Refuse proposed terms, or take one's own back.
#[utoipa::path(tag = "life", params(("id" = OfferTermsChangeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferTermsChangeView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/terms-changes/{id}/refuse")]
pub async fn offer_terms_refuse(
    can: Can<OfferTermsRefuse>,
    id: PathId<OfferTermsChangeId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferTermsChangeView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    decided(&db, once, (can.scope().clone(), can.person()), id.0, TermsState::Refused).await
}
