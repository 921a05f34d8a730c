#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of teams.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::keys::{KeyRing, random_digits};
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::Serialize;

use super::change::{self, NewTeam, TeamCode};
use super::rows::{self, Team};
use crate::volunteering::{TeamCreate, TeamFind, TeamId, TeamJoin, TeamLeave, TeamList, TeamRenewCode, found, outward};

/// A team that one is in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TeamView {
    /// Id.
    pub id: TeamId,
    /// One plain sentence.
    pub summary: String,
    /// Name.
    pub name: String,
    /// Community.
    pub community_id: GridUnitId,
    /// Who leads it.
    pub leader_id: Option<PersonId>,
    /// Does the caller lead it?
    pub leading: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Members, where one team is shown.
    pub members: Option<Vec<MemberView>>,
    /// Code to join by, shown once.
    pub code: Option<String>,
}

/// A member.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MemberView {
    /// Who.
    pub person_id: PersonId,
    /// What others see of the name.
    pub nickname: String,
}

fn view(team: Team, caller: PersonId) -> TeamView {
    let leading = team.leader_id == Some(caller);
    TeamView {
        id: team.id,
        summary: format!("{}，{}", team.name, if leading { "您是队长" } else { "您是队员" }),
        name: team.name,
        community_id: team.community_id,
        leader_id: team.leader_id,
        leading,
        created_at: team.created_at,
        members: None,
        code: None,
    }
}

async fn load(db: &Db, id: TeamId, caller: PersonId) -> Result<TeamView, ApiError> {
    db.read(move |connection| {
        let team = found(rows::find_for(connection, id, caller)?)?;
        let members = rows::members(connection, id)?;
        let mut names = outward::nicknames(connection, &members)?;
        let shown = |person_id| MemberView { person_id, nickname: names.remove(&person_id).unwrap_or_default() };
        let mut view = view(team, caller);
        view.members = Some(members.into_iter().map(shown).collect());
        Ok::<_, ApiError>(view)
    })
    .await
}

fn fresh_code() -> Result<String, ApiError> {
    random_digits(8).map_err(ApiError::internal)
}

/// Make a team; its code to join by is shown once.
#[utoipa::path(tag = "service", request_body = NewTeam, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TeamView, description = "made"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/teams")]
pub async fn team_create(
    can: Can<TeamCreate>,
    key: IdempotencyKey,
    body: Valid<NewTeam>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<TeamView>, ApiError> {
    let (id, code, person) = (TeamId::new(), fresh_code()?, can.person());
    let (once, told) = (can.once(key, body.hash(), id.0), code.clone());
    let done = db.once(once, move |tx| change::create(tx, can.scope(), &ring, (can.person(), id), (&body, &code))).await?;
    let mut view = load(&db, TeamId(done.id), person).await?;
    view.code = (!done.replayed).then_some(told);
    Ok(Created::new(&done, format!("/api/v1/service/teams/{}", done.id), view))
}

/// The teams that one is in, newest first.
#[utoipa::path(tag = "service", params(PageQuery), responses((status = 200, body = Page<TeamView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/teams")]
pub async fn team_list(can: Can<TeamList>, query: Query<PageQuery>, db: Data<Db>) -> Result<Json<Page<TeamView>>, ApiError> {
    let (window, person) = (query.window::<TeamId>()?, can.person());
    let rows = db.read(move |connection| rows::list_of(connection, person, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, |row| view(row, person))))
}

/// A team that one is in, with its members.
#[utoipa::path(tag = "service", params(("id" = TeamId, Path)), responses((status = 200, body = TeamView, description = "the team"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/teams/{id}")]
pub async fn team_find(can: Can<TeamFind>, id: PathId<TeamId>, db: Data<Db>) -> Result<Json<TeamView>, ApiError> {
    load(&db, id.0, can.person()).await.map(Json)
}

/// Join a team of one's community by its code.
#[utoipa::path(tag = "service", request_body = TeamCode, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = TeamView, description = "joined"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/teams/join")]
pub async fn team_join(
    can: Can<TeamJoin>,
    key: IdempotencyKey,
    body: Valid<TeamCode>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<TeamView>, ApiError> {
    let (person, keys) = (can.person(), ring.clone());
    db.transaction(can.context(), move |tx| change::count_try(tx, &keys, person)).await?;
    let (hash, scope) = (body.hash(), can.scope().clone());
    let team = db.read(move |connection| change::of_code(connection, &scope, &ring, &body.code)).await?;
    let done = db.once(can.once(key, hash, team.0), move |tx| change::join(tx, person, team)).await?;
    Ok(Changed::new(&done, load(&db, team, person).await?))
}

/// Leave a team; when the leader leaves, the member who joined first leads.
#[utoipa::path(tag = "service", params(("id" = TeamId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "left"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/teams/{id}/leave")]
pub async fn team_leave(
    can: Can<TeamLeave>,
    id: PathId<TeamId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (once, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.person());
    let done = db.once(once, move |tx| change::leave(tx, person, id.0)).await?;
    Ok(NoContent::new(&done))
}

/// Renew the code of a team that one leads; the old one ends, the new one is shown once.
#[utoipa::path(tag = "service", params(("id" = TeamId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TeamView, description = "with the new code"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/teams/{id}/code")]
pub async fn team_renew_code(
    can: Can<TeamRenewCode>,
    id: PathId<TeamId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<TeamView>, ApiError> {
    let (code, person) = (fresh_code()?, can.person());
    let (once, told) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), code.clone());
    let done = db.once(once, move |tx| change::renew_code(tx, &ring, (person, id.0), &code)).await?;
    let mut view = load(&db, id.0, person).await?;
    view.code = (!done.replayed).then_some(told);
    Ok(Changed::new(&done, view))
}
