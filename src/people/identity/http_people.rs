#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Other people over HTTP, for staff: who they are (masked), one field in clear, their roles; and the taking of an invitation.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use base::db::{Db, Done, now};
use base::error::{self, ApiError};
use base::http::{Changed, IdempotencyKey, NoContent, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::Can;
use super::reveal::{self, Field};
use super::role::Role;
use super::rows_role::{self, RoleFilter, RoleRow};
use super::{InvitationAccept, PersonFind, PersonReveal, RoleEnd, RoleId, RoleList, grant, invitation, person};

/// A person as staff see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Id.
    pub id: PersonId,
    /// Number to say on the phone.
    pub short_number: String,
    /// What others see.
    pub nickname: String,
    /// Real name, masked.
    pub name: Option<String>,
    /// Phone, masked.
    pub phone: Option<String>,
    /// Kept by a grid worker?
    pub managed: bool,
    /// What they hold now.
    pub roles: Vec<Role>,
    /// One line to read out.
    pub summary: String,
}

/// A person of my scope, masked.
#[utoipa::path(tag = "people", params(("id" = PersonId, Path)), responses((status = 200, body = PersonView, description = "Masked"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/people/{id}")]
pub async fn person_find(
    can: Can<PersonFind>,
    path: PathId<PersonId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Tagged<PersonView>, ApiError> {
    let (id, scope) = (path.0, can.scope().clone());
    let view = db
        .read(move |connection| -> Result<_, ApiError> {
            let row = reveal::within_scope(connection, &scope, id)?;
            let (name, phone) = person::masked(&ring, &row)?;
            let now = now(connection)?;
            let mut roles: Vec<Role> =
                rows_role::held(connection, id, now)?.iter().filter_map(|held| Role::parse(&held.role)).collect();
            roles.sort();
            roles.dedup();
            let summary = format!("{} {}", row.nickname, row.short_number);
            let managed = row.kind == "managed";
            Ok(PersonView { id, short_number: row.short_number, nickname: row.nickname, name, phone, managed, roles, summary })
        })
        .await?;
    Ok(Tagged::content(view))
}

/// Which field, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealBody {
    /// The field.
    pub field: Field,
    /// The task that needs it; the person reads it.
    pub reason: Text<200>,
}

/// A field in clear.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevealView {
    /// The field.
    pub field: Field,
    /// Its value; `null`: none is known.
    pub value: Option<String>,
}

/// One field of a person of the scope in clear; it is counted and logged.
pub async fn in_clear(
    can: &Can<PersonReveal>,
    db: &Db,
    ring: Arc<KeyRing>,
    id: PersonId,
    asked: RevealBody,
) -> Result<RevealView, ApiError> {
    let caller = (can.context(), can.person(), can.scope().clone());
    let value = reveal::reveal(db, ring, caller, id, asked.field, asked.reason.into_string()).await?;
    Ok(RevealView { field: asked.field, value })
}

/// See one field in clear. It is logged, the person sees it, and there is a limit a day.
#[utoipa::path(tag = "people", params(("id" = PersonId, Path)), request_body = RevealBody,
    responses((status = 200, body = RevealView, description = "In clear"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/people/{id}/reveal")]
pub async fn person_reveal(
    can: Can<PersonReveal>,
    path: PathId<PersonId>,
    body: Valid<RevealBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(in_clear(&can, &db, ring.into_inner(), path.0, body.into_inner()).await?))
}

/// Which roles.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoleQuery {
    /// Only this role.
    pub role: Option<Role>,
    /// Only roles bound to exactly this unit.
    #[param(value_type = Option<String>)]
    pub grid_unit_id: Option<GridUnitId>,
    /// Only roles of this person.
    #[param(value_type = Option<String>)]
    pub person_id: Option<PersonId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// A role that somebody holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    /// Id.
    pub id: RoleId,
    /// Who.
    pub person_id: PersonId,
    /// What others see of them.
    pub nickname: String,
    /// The role, by its name.
    pub role: String,
    /// The unit it is bound to.
    pub grid_unit_id: Option<GridUnitId>,
    /// The organization it is bound to.
    pub organization_id: Option<OrganizationId>,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// Until; `null`: open.
    pub ends_at: Option<DateTime<Utc>>,
    /// How it came.
    pub source: String,
    /// One line to read out.
    pub summary: String,
}

fn role_view(row: RoleRow, nickname: String) -> RoleView {
    let summary = format!("{nickname}：{}", Role::parse(&row.role).map_or("", Role::zh));
    RoleView {
        id: row.id,
        person_id: row.person_id,
        nickname,
        role: row.role,
        grid_unit_id: row.grid_unit_id,
        organization_id: row.organization_id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        source: row.source,
        summary,
    }
}

/// Roles of the scope, newest first.
pub async fn roles(can: &Can<RoleList>, db: &Db, query: &RoleQuery) -> Result<Page<RoleView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<RoleId>()?;
    let role = query.role.map(|role| role.name().to_owned());
    let filter = RoleFilter { role, unit: query.grid_unit_id, person: query.person_id };
    let scope = can.scope().clone();
    db.read(move |connection| -> Result<_, ApiError> {
        let now = now(connection)?;
        let rows = rows_role::list(connection, &scope, &filter, now, window.after, window.load())?;
        let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
        let names = person::names_by_ids(connection, &people)?;
        let name = |id: PersonId| names.get(&id).map_or_else(String::new, |name| name.nickname.clone());
        let shown = |row: RoleRow| {
            let nickname = name(row.person_id);
            role_view(row, nickname)
        };
        Ok(window.page(rows, |row| row.id, shown))
    })
    .await
}

/// Ends a role of the scope now.
pub async fn end_role(can: &Can<RoleEnd>, db: &Db, key: IdempotencyKey, id: RoleId) -> Result<Done<()>, ApiError> {
    let scope = can.scope().clone();
    db.once(can.once(key, hash_on(id.0, [0; 32]), id.0), move |mut tx| -> Result<_, ApiError> {
        grant::end_within(&mut tx, &scope, id)?;
        Ok(tx.done(())?)
    })
    .await
}

/// Who holds which role within my scope, newest first.
#[utoipa::path(tag = "people", params(RoleQuery), responses((status = 200, body = Page<RoleView>, description = "Roles that haven't ended"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/roles")]
pub async fn role_list(can: Can<RoleList>, query: Query<RoleQuery>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(roles(&can, &db, &query).await?))
}

/// End a role now. A merchant's owner ends those of clerks only.
#[utoipa::path(tag = "people", params(("id" = RoleId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "Ended"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/roles/{id}/end")]
pub async fn role_end(can: Can<RoleEnd>, path: PathId<RoleId>, key: IdempotencyKey, db: Data<Db>) -> Result<NoContent, ApiError> {
    let done = end_role(&can, &db, key, path.0).await?;
    Ok(NoContent::new(&done))
}

/// An invitation's code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationBody {
    /// As shown or scanned; blanks, hyphens and case don't matter.
    pub code: Text<60>,
}

/// The role that came of an invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    /// The role's id.
    pub role_id: RoleId,
}

/// Take an invitation: its role is mine.
#[utoipa::path(tag = "people", params(("Idempotency-Key" = String, Header)), request_body = InvitationBody, responses((status = 200, body = InvitationView, description = "Taken; again by the same person: the same answer"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/invitations")]
pub async fn invitation_accept(
    can: Can<InvitationAccept>,
    key: IdempotencyKey,
    body: Valid<InvitationBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<InvitationView>, ApiError> {
    let once = can.once(key, body.hash(), can.person().0);
    let done = invitation::accept(&db, &ring, once, can.person(), &body.code).await?;
    let role_id = done.value.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    Ok(Changed::new(&done, InvitationView { role_id }))
}
