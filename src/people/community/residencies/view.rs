//! How a residency is shown: to its person whole, to workers with the nickname and a masked door.

use std::collections::HashMap;

use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::ResidencyId;
use super::rows::{self, Residency};
use super::state::ResidencyState;
use crate::grid::{self, GridUnit};
use crate::identity::{self, PersonName};

/// A residency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResidencyView {
    /// Id.
    pub id: ResidencyId,
    /// Who.
    pub person: PersonId,
    /// What others see of them.
    pub nickname: String,
    /// Number to say on the phone.
    pub short_number: String,
    /// The community.
    pub community: GridUnitId,
    /// The entrance.
    pub entrance: GridUnitId,
    /// The entrance's whole code.
    pub entrance_path: String,
    /// The entrance's name.
    pub entrance_name: String,
    /// Door: whole for the person, for a worker while the claim waits for them, else `**`.
    pub room: Option<String>,
    /// State.
    pub state: ResidencyState,
    /// register, worker or managed, once confirmed.
    pub how: Option<String>,
    /// The one that counts in votes.
    pub voting: bool,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When it was claimed.
    pub claimed_at: DateTime<Utc>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

impl ResidencyView {
    /// Whose it is.
    pub fn person(&self) -> PersonId {
        self.person
    }
}

/// One residency as a worker sees it.
pub(in super::super) fn shown(connection: &mut PgConnection, ring: &KeyRing, id: ResidencyId) -> Result<ResidencyView, ApiError> {
    one(connection, ring, id, Eyes::Worker)
}

/// One residency.
pub(super) fn one(connection: &mut PgConnection, ring: &KeyRing, id: ResidencyId, eyes: Eyes) -> Result<ResidencyView, ApiError> {
    let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    views(connection, ring, &[row], eyes)?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Whose eyes see the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eyes {
    /// The person's own.
    Own,
    /// A worker's: the door of a claim is their task, that of others isn't.
    Worker,
}

/// Views of rows, with the names beside them.
pub(super) fn views(
    connection: &mut PgConnection,
    ring: &KeyRing,
    rows: &[Residency],
    eyes: Eyes,
) -> Result<Vec<ResidencyView>, ApiError> {
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let places: Vec<GridUnitId> = rows.iter().map(|row| row.entrance_id).collect();
    let names = identity::names_by_ids(connection, &people)?;
    let units = grid::units_by_ids(connection, &places)?;
    rows.iter().map(|row| view(ring, row, &names, &units, eyes)).collect()
}

fn view(
    ring: &KeyRing,
    row: &Residency,
    names: &HashMap<PersonId, PersonName>,
    units: &HashMap<GridUnitId, GridUnit>,
    eyes: Eyes,
) -> Result<ResidencyView, ApiError> {
    let state = row.state();
    let room = match &row.room_sealed {
        Some(sealed) if eyes == Eyes::Own || state == ResidencyState::Claimed => {
            Some(ring.open(&format!("residencies|room|{}", row.id), sealed).map_err(ApiError::internal)?)
        }
        Some(_) => Some("**".to_owned()),
        None => None,
    };
    let unit = units.get(&row.entrance_id);
    let name = names.get(&row.person_id);
    let nickname = name.map_or_else(String::new, |name| name.nickname.clone());
    let entrance_name = unit.map_or_else(String::new, |unit| unit.name.clone());
    Ok(ResidencyView {
        summary: format!("{nickname}，{entrance_name}，{}", state.zh()),
        id: row.id,
        person: row.person_id,
        short_number: name.map_or_else(String::new, |name| name.short_number.clone()),
        nickname,
        community: row.community_id,
        entrance: row.entrance_id,
        entrance_path: unit.map_or_else(String::new, |unit| unit.path.as_str().to_owned()),
        entrance_name,
        room,
        state,
        how: row.how.clone(),
        voting: row.voting,
        reason: row.reason.clone(),
        claimed_at: row.claimed_at,
        confirmed_at: row.confirmed_at,
    })
}
