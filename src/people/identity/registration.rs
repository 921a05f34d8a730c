//! New-employment registration: whoever works in a street without living there reports in once, staff confirm (or the company's roster
//! has), and the role holds in all communities of the street.
//!
//! Who may move one on stands in [`STATES`]; a refused person may report in again.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::grant::{self, Grant, RoleSource};
use super::role::Role;
use super::rows_registration::{self as rows, Decision, NewRegistrationRow};
use super::{OWN_AFFAIR, PHONE_REQUIRED, RegistrationId, RoleId, person, rows_role};
use crate::grid::{GridUnit, UnitKind, unit_by_code, unit_find};

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "pending", "the person"),
    ("", "confirmed", "the person, when a roster has named them"),
    ("pending", "confirmed", "staff of the place, not the person; or a roster row"),
    ("pending", "refused", "staff of the place, not the person, with a reason"),
];

/// Kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// 快递
    Courier,
    /// 外卖
    FoodDelivery,
    /// 网约车
    RideHailing,
    /// 货运
    TruckDriver,
    /// 主播
    LiveStreamer,
    /// 其他
    Other,
}

impl Work {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Courier => "courier",
            Self::FoodDelivery => "food_delivery",
            Self::RideHailing => "ride_hailing",
            Self::TruckDriver => "truck_driver",
            Self::LiveStreamer => "live_streamer",
            Self::Other => "other",
        }
    }
}

/// A report-in.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) id: RegistrationId,
    pub(super) person: PersonId,
    pub(super) unit: GridUnitId,
    pub(super) company: String,
    pub(super) work: Work,
}

fn street_of(tx: &mut Tx<'_>, unit: &GridUnit) -> Result<GridUnitId, ApiError> {
    let street = unit_by_code(tx.conn(), &unit.path.street())?;
    street.map(|street| street.id).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Reports in: confirmed at once for whom a roster has named already, else pending.
pub(super) fn report_in(tx: &mut Tx<'_>, report: &Report) -> Result<(), ApiError> {
    if person::phone_lookup(tx.conn(), report.person)?.is_none() {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    let unit = unit_find(tx.conn(), report.unit)?
        .filter(|unit| unit.active && matches!(unit.level(), UnitKind::Street | UnitKind::Community))
        .ok_or_else(|| ApiError::invalid("/grid_unit_id", "must be a community or a street"))?;
    let street = street_of(tx, &unit)?;
    let now = tx.now()?;
    let held = rows_role::held(tx.conn(), report.person, now)?;
    let role =
        held.iter().find(|row| row.role == Role::NewEmployment.name() && row.grid_unit_id == Some(street)).map(|row| row.id);
    let row = NewRegistrationRow {
        id: report.id,
        person_id: report.person,
        grid_unit_id: report.unit,
        street_id: street,
        company: &report.company,
        work: report.work.name(),
        state: if role.is_some() { "confirmed" } else { "pending" },
        decided_at: role.map(|_known| now),
        role_id: role,
    };
    if !rows::registration_insert(tx.conn(), &row)? {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    tx.audit(Audit::new("registration_create", "registration", report.id.0).at(report.unit).after(json!({"state": row.state})))?;
    Ok(())
}

/// Confirms a pending registration: the role is bound to the street.
pub(super) fn confirm(tx: &mut Tx<'_>, id: RegistrationId, decider: PersonId) -> Result<(), ApiError> {
    let row = rows::registration_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if row.person_id == decider {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let role = grant::grant(
        tx,
        &Grant {
            person: row.person_id,
            role: Role::NewEmployment,
            unit: Some(row.street_id),
            organization: None,
            source: RoleSource::Registration,
            starts: None,
            ends: None,
        },
    )?;
    let now = tx.now()?;
    let decision = Decision { state: "confirmed", decided_by: Some(decider), decided_at: now, reason: None, role_id: Some(role) };
    decide(tx, id, row.grid_unit_id, "registration_confirm", &decision)
}

/// Refuses a pending registration.
pub(super) fn refuse(tx: &mut Tx<'_>, id: RegistrationId, decider: PersonId, reason: &str) -> Result<(), ApiError> {
    let row = rows::registration_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if row.person_id == decider {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let now = tx.now()?;
    let decision = Decision { state: "refused", decided_by: Some(decider), decided_at: now, reason: Some(reason), role_id: None };
    decide(tx, id, row.grid_unit_id, "registration_refuse", &decision)
}

fn decide(tx: &mut Tx<'_>, id: RegistrationId, unit: GridUnitId, action: &str, decision: &Decision<'_>) -> Result<(), ApiError> {
    if !rows::registration_decide(tx.conn(), id, decision)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    tx.audit(
        Audit::new(action, "registration", id.0)
            .at(unit)
            .before(json!({"state": "pending"}))
            .after(json!({"state": decision.state})),
    )?;
    Ok(())
}

/// The company's roster has named the person: what they had asked for is confirmed.
pub(super) fn confirm_by_roster(tx: &mut Tx<'_>, who: PersonId, unit: GridUnitId, role: RoleId) -> Result<(), ApiError> {
    let Some(unit) = unit_find(tx.conn(), unit)? else { return Ok(()) };
    let street = street_of(tx, &unit)?;
    let Some(pending) = rows::registration_pending(tx.conn(), who, street)? else { return Ok(()) };
    let now = tx.now()?;
    let decision = Decision { state: "confirmed", decided_by: None, decided_at: now, reason: None, role_id: Some(role) };
    decide(tx, pending, unit.id, "registration_confirm", &decision)
}
