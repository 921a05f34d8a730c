#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of sign-ups.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::{self, Can};
use serde::{Deserialize, Serialize};

use super::join::{self, NewTeamSignUp};
use super::rows::{self, SignUp};
use super::{SignUpState, withdraw};
use crate::volunteering::shifts::{self, Shift};
use crate::volunteering::{
    ShiftId, SignUpCreate, SignUpCreateTeam, SignUpId, SignUpList, SignUpListMine, SignUpWithdraw, TeamId, found, outward,
    projects,
};

/// A place on a shift, as its person sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignUpView {
    /// Id.
    pub id: SignUpId,
    /// One plain sentence.
    pub summary: String,
    /// Shift.
    pub shift_id: ShiftId,
    /// Title of the project.
    pub project_title: String,
    /// Start of the shift.
    pub starts_at: DateTime<Utc>,
    /// End of the shift.
    pub ends_at: DateTime<Utc>,
    /// Where to come.
    pub place: String,
    /// Whose place it is.
    pub person_id: PersonId,
    /// In which team.
    pub team_id: Option<TeamId>,
    /// State.
    pub state: SignUpState,
    /// On the waiting list: 1 is next.
    pub position: Option<i64>,
    /// Came.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// Left.
    pub checked_out_at: Option<DateTime<Utc>>,
}

/// A place on a shift, as the organiser sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AttendeeView {
    /// Id of the sign-up.
    pub id: SignUpId,
    /// One plain sentence.
    pub summary: String,
    /// Who.
    pub person_id: PersonId,
    /// What others see of the name.
    pub nickname: String,
    /// In which team.
    pub team_id: Option<TeamId>,
    /// State.
    pub state: SignUpState,
    /// Came.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// Left.
    pub checked_out_at: Option<DateTime<Utc>>,
}

/// The places of a team on a shift.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TeamSignUpsView {
    /// One place a person.
    pub items: Vec<SignUpView>,
}

const fn stands(state: SignUpState) -> &'static str {
    match state {
        SignUpState::SignedUp => "已报名",
        SignUpState::Waiting => "候补中",
        SignUpState::CheckedIn => "已签到",
        SignUpState::CheckedOut => "已签退",
        SignUpState::Withdrawn => "已退出",
        SignUpState::Cancelled => "已取消",
        SignUpState::Absent => "未到",
    }
}

/// Views of a person's or team's places.
pub(in crate::volunteering) fn views(connection: &mut PgConnection, rows: Vec<SignUp>) -> Result<Vec<SignUpView>, ApiError> {
    let ids: Vec<ShiftId> = rows.iter().map(|row| row.shift_id).collect();
    let shifts: HashMap<ShiftId, Shift> = shifts::by_ids(connection, &ids)?.into_iter().map(|shift| (shift.id, shift)).collect();
    let ids: Vec<_> = shifts.values().map(|shift| shift.project_id).collect();
    let titles = projects::titles(connection, &ids)?;
    rows.into_iter()
        .map(|row| {
            let shift = found(shifts.get(&row.shift_id))?;
            let state = row.state();
            let position = match (state, row.waiting_no) {
                (SignUpState::Waiting, Some(number)) => Some(rows::position(connection, row.shift_id, number)?),
                _ => None,
            };
            let title = titles.get(&shift.project_id).cloned().unwrap_or_default();
            let queue = position.map(|place| format!("第 {place} 位")).unwrap_or_default();
            Ok(SignUpView {
                id: row.id,
                summary: format!("{title}，{}，{}{queue}", outward::span(shift.starts_at, shift.ends_at), stands(state)),
                shift_id: row.shift_id,
                project_title: title,
                starts_at: shift.starts_at,
                ends_at: shift.ends_at,
                place: shift.place.clone(),
                person_id: row.person_id,
                team_id: row.team_id,
                state,
                position,
                checked_in_at: row.checked_in_at,
                checked_out_at: row.checked_out_at,
            })
        })
        .collect()
}

async fn load(db: &Db, id: SignUpId) -> Result<SignUpView, ApiError> {
    db.read(move |connection| {
        let row = found(rows::find(connection, id)?)?;
        found(views(connection, vec![row])?.pop())
    })
    .await
}

/// Who signs up.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SignUpFor {
    /// The person whose confirmed family proxy the caller is; without it, the caller.
    pub on_behalf_of: Option<PersonId>,
}

/// Sign up for a shift: a seat, or the waiting list with the position in it.
#[utoipa::path(tag = "service", params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header), SignUpFor), responses((status = 201, body = SignUpView, description = "a seat or a place in the line"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/sign-ups")]
pub async fn sign_up_create(
    can: Can<SignUpCreate>,
    shift: PathId<ShiftId>,
    query: Query<SignUpFor>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Created<SignUpView>, ApiError> {
    let (id, caller, other) = (SignUpId::new(), can.clone(), query.on_behalf_of);
    let whose = other.map_or([0; 32], |person| hash_on(person.0, [0; 32]));
    let once = can.once(key, hash_on(shift.0.0, whose), id.0).contended();
    let done = db
        .once(once, move |mut tx| {
            let acting = identity::acting_for(tx.conn(), &caller, other)?;
            join::join_alone(tx, &acting, (shift.0, id))
        })
        .await?;
    let view = load(&db, SignUpId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/service/sign-ups/{}", done.id), view))
}

/// Sign members of one's team up for a shift; each gets a seat or waits.
#[utoipa::path(tag = "service", request_body = NewTeamSignUp, params(("id" = ShiftId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = TeamSignUpsView, description = "one place a person"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/shifts/{id}/team-sign-ups")]
pub async fn sign_up_create_team(
    can: Can<SignUpCreateTeam>,
    shift: PathId<ShiftId>,
    key: IdempotencyKey,
    body: Valid<NewTeamSignUp>,
    db: Data<Db>,
) -> Result<Created<TeamSignUpsView>, ApiError> {
    let (team, scope, leader) = (body.team_id, can.scope().clone(), can.person());
    let once = can.once(key, hash_on(shift.0.0, body.hash()), team.0).contended();
    let done = db.once(once, move |tx| join::join_team(tx, &scope, leader, shift.0, &body)).await?;
    let items = db
        .read(move |connection| {
            let rows = rows::list_of_team(connection, shift.0, team)?;
            views(connection, rows)
        })
        .await?;
    Ok(Created::new(&done, "/api/v1/service/my-sign-ups", TeamSignUpsView { items }))
}

/// Withdraw before the start; the first who waits moves up and is told.
#[utoipa::path(tag = "service", params(("id" = SignUpId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SignUpView, description = "withdrawn"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/sign-ups/{id}/withdraw")]
pub async fn sign_up_withdraw(
    can: Can<SignUpWithdraw>,
    id: PathId<SignUpId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<SignUpView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0).contended(), can.scope().clone());
    let done = db.once(once, move |tx| withdraw::withdraw(tx, &scope, id.0)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// One's own sign-ups, newest first.
#[utoipa::path(tag = "service", params(PageQuery), responses((status = 200, body = Page<SignUpView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/my-sign-ups")]
pub async fn sign_up_list_mine(
    can: Can<SignUpListMine>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<SignUpView>>, ApiError> {
    let (window, person) = (query.window::<SignUpId>()?, can.person());
    let shown = db
        .read(move |connection| {
            let rows = rows::list_of_person(connection, person, &window)?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(shown, |view| view.id, |view| view)))
}

/// Who signed up for a shift that one runs, in the order in which they came.
#[utoipa::path(tag = "service", params(("id" = ShiftId, Path), PageQuery), responses((status = 200, body = Page<AttendeeView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/shifts/{id}/sign-ups")]
pub async fn sign_up_list(
    can: Can<SignUpList>,
    shift: PathId<ShiftId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<AttendeeView>>, ApiError> {
    let window = query.window::<SignUpId>()?;
    let (rows, names) = db
        .read(move |connection| {
            shifts::within(connection, can.scope(), shift.0)?;
            let rows = rows::list_of_shift(connection, shift.0, &window)?;
            let persons: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
            let names = outward::nicknames(connection, &persons)?;
            Ok::<_, ApiError>((rows, names))
        })
        .await?;
    Ok(Json(window.page(rows, |row| row.id, |row| attendee(row, &names))))
}

fn attendee(row: SignUp, names: &HashMap<PersonId, String>) -> AttendeeView {
    let nickname = names.get(&row.person_id).cloned().unwrap_or_default();
    let state = row.state();
    AttendeeView {
        id: row.id,
        summary: format!("{nickname}，{}", stands(state)),
        person_id: row.person_id,
        nickname,
        team_id: row.team_id,
        state,
        checked_in_at: row.checked_in_at,
        checked_out_at: row.checked_out_at,
    }
}
