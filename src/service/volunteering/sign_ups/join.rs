//! Taking places on a shift: a seat while there is one, else a number on the waiting list. The seat is taken by a conditional
//! update of the shift's row, so parallel sign-ups never exceed its capacity.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Few;
use people::grid::Scope;
use people::identity::Acting;
use serde::Deserialize;
use serde_json::json;

use super::SignUpState;
use super::rows::{self, NewSignUp};
use crate::volunteering::outward::{self, Told};
use crate::volunteering::projects::ProjectState;
use crate::volunteering::shifts::{self, Shift, ShiftState};
use crate::volunteering::{
    ALREADY_SIGNED_UP, PROJECT_NOT_OPEN, SHIFTS_OVERLAP, SIGN_UP_CLOSED, ShiftId, SignUpId, TeamId, teams,
};

/// Members of a team to be signed up.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeamSignUp {
    /// The team that one leads.
    pub team_id: TeamId,
    /// Those who come: 1 to 50 of its members.
    #[schema(value_type = Vec<PersonId>, min_items = 1, max_items = 50)]
    pub members: Few<PersonId, 50>,
}

/// How often a seat that came free meanwhile is tried again.
const ROUNDS: u32 = 4;

/// A seat (`None`) or a number on the waiting list.
fn place(tx: &mut Tx<'_>, shift: &Shift) -> Result<Option<i32>, ApiError> {
    for _round in 0..ROUNDS {
        if shifts::give_seat(tx.conn(), shift.id, shift.version)? {
            return Ok(None);
        }
        if let Some(number) = shifts::queue(tx.conn(), shift.id, shift.version)? {
            return Ok(Some(number));
        }
    }
    Err(ApiError::of(&error::STATE_CONFLICT))
}

/// One person takes a place, or their family proxy takes it for them.
pub(super) fn join_alone(mut tx: Tx<'_>, acting: &Acting, (shift, id): (ShiftId, SignUpId)) -> Result<Finished<()>, ApiError> {
    people::notify::tell_acted(&mut tx, acting, "报名志愿服务", "signed you up for volunteering")?;
    let signed_by = acting.proxy.unwrap_or(acting.person);
    join(&mut tx, &acting.scope, signed_by, shift, &[(id, acting.person)], None)?;
    Ok(tx.done(())?)
}

/// The leader of a team takes places for members; whoever finds no seat waits.
pub(super) fn join_team(
    mut tx: Tx<'_>,
    scope: &Scope,
    leader: PersonId,
    shift: ShiftId,
    new: &NewTeamSignUp,
) -> Result<Finished<()>, ApiError> {
    let mut members = new.members.items().to_vec();
    members.sort_unstable();
    members.dedup();
    if members.is_empty() || members.len() != new.members.items().len() {
        return Err(ApiError::invalid("/members", "must name 1 to 50 different members"));
    }
    teams::require_leader_of(tx.conn(), new.team_id, leader, &members)?;
    let places: Vec<(SignUpId, PersonId)> = members.into_iter().map(|person| (SignUpId::new(), person)).collect();
    join(&mut tx, scope, leader, shift, &places, Some(new.team_id))?;
    Ok(tx.done(())?)
}

fn join(
    tx: &mut Tx<'_>,
    scope: &Scope,
    signed_by: PersonId,
    shift: ShiftId,
    places: &[(SignUpId, PersonId)],
    team: Option<TeamId>,
) -> Result<(), ApiError> {
    let (shift, project) = shifts::within(tx.conn(), scope, shift)?;
    if project.state() != ProjectState::Open {
        return Err(ApiError::of(&PROJECT_NOT_OPEN));
    }
    let persons: Vec<PersonId> = places.iter().map(|(_, person)| *person).collect();
    rows::hold_persons(tx.conn(), &persons)?;
    for person in persons {
        people::identity::require_guardian(tx.conn(), person)?;
        if rows::of_person(tx.conn(), shift.id, person)?.is_some() {
            return Err(ApiError::of(&ALREADY_SIGNED_UP));
        }
        if shifts::clash(tx.conn(), person, shift.starts_at, shift.ends_at)?.is_some() {
            return Err(ApiError::of(&SHIFTS_OVERLAP));
        }
    }
    let now = tx.now()?;
    if !matches!(shift.state_at(now), ShiftState::Planned | ShiftState::Running) {
        return Err(ApiError::of(&SIGN_UP_CLOSED));
    }
    let mut told = Vec::new();
    for (id, person) in places {
        let waiting_no = place(tx, &shift)?;
        let state = if waiting_no.is_some() { SignUpState::Waiting } else { SignUpState::SignedUp }.name();
        let row = NewSignUp { id: *id, shift_id: shift.id, person_id: *person, team_id: team, signed_by, state, waiting_no };
        rows::insert(tx.conn(), &row)?;
        let entry = Audit::new("sign_up_create", "volunteer_sign_up", id.0).at(project.grid_unit_id);
        tx.audit(entry.after(json!({"state": state, "shift": shift.id, "signed_by": signed_by})))?;
        // Who signs up alone has the answer; who is signed up by the leader hears of the seat now, of the line when it moves.
        if *person != signed_by && waiting_no.is_none() {
            told.push(Told::signed_up(*person, &shift, &project));
        }
    }
    outward::tell_all(tx, told)
}
