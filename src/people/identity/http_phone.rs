#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Binding a phone over HTTP, and the roster whose rows become roles by it.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use base::clients::wechat::WeChat;
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Can;
use super::limits::CodeLimits;
use super::phone::Phone;
use super::role::Role;
use super::rows_roster::{self, RosterRow};
use super::{
    PhoneBind, PhoneBindFaceToFace, PhoneCodeId, PhoneCodeIssue, RosterCodeIssue, RosterCodeUse, RosterEnd, RosterList,
    RosterRowId, bind_phone, roster, rows_phone_code,
};
use crate::grid::{Scope, Target};

/// A phone code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneBody {
    /// Code of WeChat's phone button (not a login code).
    pub code: Text<512>,
}

/// A bound phone.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneView {
    /// `138****1234`.
    pub phone: String,
}

/// Bind my phone by WeChat's phone code. Roles of the roster come with it.
#[utoipa::path(tag = "people", request_body = PhoneBody, responses((status = 200, body = PhoneView, description = "Bound"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/phone")]
pub async fn phone_bind(
    can: Can<PhoneBind>,
    body: Valid<PhoneBody>,
    (db, ring, wechat, limits): (Data<Db>, Data<KeyRing>, Data<WeChat>, Data<CodeLimits>),
) -> Result<HttpResponse, ApiError> {
    let phone = bind_phone::phone_of_code(&db, &ring, &wechat, &limits, &body.code).await?;
    let (who, shown) = (can.person(), phone.masked());
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        bind_phone::bind(&mut tx, &ring, who, &phone, "wechat")?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::Ok().json(PhoneView { phone: shown }))
}

/// A phone for which a worker vouches.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneCodeBody {
    /// The phone of the person who stands there.
    pub phone: Phone,
}

/// A code to be read out.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeView {
    /// The code; shown once, `null` on a repeat of the request.
    pub code: Option<String>,
    /// End of the code.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Give a code for a phone, face to face: six digits, ten minutes, three tries.
#[utoipa::path(tag = "people", request_body = PhoneCodeBody, params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = CodeView, description = "Read the code out to the person; it is shown once"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid/phone-codes")]
pub async fn phone_code_issue(
    can: Can<PhoneCodeIssue>,
    key: IdempotencyKey,
    body: Valid<PhoneCodeBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<CodeView>, ApiError> {
    bind_phone::count_issue(&db, &ring, can.person()).await?;
    let (id, worker, once) = (PhoneCodeId::new(), can.person(), body.hash());
    let phone = body.into_inner().phone;
    let done = db
        .once(can.once(key, once, id.0), move |mut tx| -> Result<_, ApiError> {
            let code = bind_phone::issue(&mut tx, &ring, id, worker, &phone)?;
            Ok(tx.done(code)?)
        })
        .await?;
    let id = PhoneCodeId(done.id);
    let expires_at = db.read(move |connection| rows_phone_code::expires(connection, id)).await?;
    let location = format!("/api/v1/grid/phone-codes/{id}");
    Ok(Created::new(&done, location, CodeView { code: done.value.clone(), expires_at }))
}

/// A phone and the code that a worker gave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceToFaceBody {
    /// My phone.
    pub phone: Phone,
    /// Six digits.
    pub code: Text<6>,
}

/// Bind my phone by a grid worker's code.
#[utoipa::path(tag = "people", params(("Idempotency-Key" = String, Header)), request_body = FaceToFaceBody, responses((status = 200, body = PhoneView, description = "Bound"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/phone/face-to-face")]
pub async fn phone_bind_face_to_face(
    can: Can<PhoneBindFaceToFace>,
    key: IdempotencyKey,
    body: Valid<FaceToFaceBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<PhoneView>, ApiError> {
    let (who, once, body) = (can.person(), can.once(key, body.hash(), can.person().0), body.into_inner());
    let shown = body.phone.masked();
    let done = bind_phone::face_to_face(&db, ring.into_inner(), once, who, body.phone, body.code.into_string()).await?;
    Ok(Changed::new(&done, PhoneView { phone: shown }))
}

/// Which rows of the roster.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterQuery {
    /// Only rows that are nobody's yet.
    pub open: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// A row of the roster.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterView {
    /// Id.
    pub id: RosterRowId,
    /// Name, masked.
    pub name: Option<String>,
    /// Phone, masked.
    pub phone: String,
    /// The role.
    pub role: Role,
    /// The unit it is bound to.
    pub grid_unit_id: Option<GridUnitId>,
    /// The organization it is bound to.
    pub organization_id: Option<OrganizationId>,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// Until; `null`: open.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whose it became; `null`: nobody's yet.
    pub adopted_by: Option<PersonId>,
    /// One line to read out.
    pub summary: String,
}

fn roster_view(ring: &KeyRing, row: RosterRow) -> Result<RosterView, ApiError> {
    let (name, phone) = roster::masked(ring, &row)?;
    let role = Role::parse(&row.role).ok_or_else(|| ApiError::internal(anyhow::anyhow!("roster row of unknown role")))?;
    let state = if row.adopted_by.is_some() { "已认领" } else { "待认领" };
    let summary = format!("{} {phone} {} {state}", name.as_deref().unwrap_or("未登记姓名"), role.zh());
    Ok(RosterView {
        id: row.id,
        name,
        phone,
        role,
        grid_unit_id: row.grid_unit_id,
        organization_id: row.organization_id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        adopted_by: row.adopted_by,
        summary,
    })
}

/// The roster of the scope, newest first, masked.
pub async fn roster_of(
    can: &Can<RosterList>,
    db: &Db,
    ring: &KeyRing,
    query: &RosterQuery,
) -> Result<Page<RosterView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<RosterRowId>()?;
    let (scope, open) = (can.scope().clone(), query.open.unwrap_or(false));
    let rows = db.read(move |connection| rows_roster::list(connection, &scope, open, window.after, window.load())).await?;
    let page = window.page(rows, |row| row.id, |row| roster_view(ring, row));
    let items = page.items.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// The roster within my scope, newest first.
#[utoipa::path(tag = "people", params(RosterQuery), responses((status = 200, body = Page<RosterView>, description = "Rows in force"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/roster")]
pub async fn roster_list(
    can: Can<RosterList>,
    query: Query<RosterQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(roster_of(&can, &db, &ring, &query).await?))
}

fn require_row(connection: &mut PgConnection, scope: &Scope, id: RosterRowId) -> Result<(), ApiError> {
    let (row, path) = roster::unit_of(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require(&Target { unit: path.as_ref(), organization: row.organization_id, ..Target::default() })
}

/// Gives the one-time code of a roster row of the scope; a replay shows none.
pub async fn issue_code(
    can: &Can<RosterCodeIssue>,
    db: &Db,
    ring: Arc<KeyRing>,
    key: IdempotencyKey,
    id: RosterRowId,
) -> Result<(Done<String>, CodeView), ApiError> {
    let scope = can.scope().clone();
    // The body is empty, so the row stands in for it: the same key for another row is refused.
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            require_row(tx.conn(), &scope, id)?;
            let code = roster::issue_code(&mut tx, &ring, id)?;
            Ok(tx.done(code)?)
        })
        .await?;
    let row = db.read(move |connection| rows_roster::find(connection, id)).await?;
    let view = CodeView { code: done.value.clone(), expires_at: row.and_then(|row| row.code_expires_at) };
    Ok((done, view))
}

/// Give the one-time code of a roster row to a person whose phone differs: eight digits, ten minutes.
#[utoipa::path(tag = "people", params(("id" = RosterRowId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = CodeView, description = "Read the code out to the person; it is shown once"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/roster/{id}/code")]
pub async fn roster_code_issue(
    can: Can<RosterCodeIssue>,
    path: PathId<RosterRowId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<CodeView>, ApiError> {
    let id = path.0;
    let (done, view) = issue_code(&can, &db, ring.into_inner(), key, id).await?;
    Ok(Created::new(&done, format!("/api/v1/roster/{id}"), view))
}

/// Take a row off the roster; its role ends now.
#[utoipa::path(tag = "people", params(("id" = RosterRowId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "Ended"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/roster/{id}/end")]
pub async fn roster_end(
    can: Can<RosterEnd>,
    path: PathId<RosterRowId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (id, scope) = (path.0, can.scope().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            require_row(tx.conn(), &scope, id)?;
            roster::roster_revoke(&mut tx, id)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(NoContent::new(&done))
}

/// The one-time code of a roster row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterCodeBody {
    /// Eight digits.
    pub code: Text<8>,
}

/// Take the roster row of a one-time code.
#[utoipa::path(tag = "people", params(("Idempotency-Key" = String, Header)), request_body = RosterCodeBody, responses((status = 204, description = "The row's role is yours"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/roster-code")]
pub async fn roster_code_use(
    can: Can<RosterCodeUse>,
    key: IdempotencyKey,
    body: Valid<RosterCodeBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, body.hash(), can.person().0);
    let done = roster::use_code(&db, ring.into_inner(), once, can.person(), body.into_inner().code.into_string()).await?;
    Ok(NoContent::new(&done))
}
