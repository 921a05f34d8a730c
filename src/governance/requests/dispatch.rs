//! The community gives a request of its queue to a unit: that of a category, or one that it names.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use base::text::Text;
use diesel::PgConnection;
use people::grid;
use serde::Deserialize;

use super::assign::{self, Units};
use super::hats::{self, By};
use super::rows::Case;
use super::{ARBITRATION_WAITS, AssignmentReason, CaseId, Desk, EventKind, Move, UNIT_UNKNOWN, duty, rows_details};

/// To whom a request goes: a category, a unit, or both (then the unit counts).
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// Category of the duty list; its lead unit gets it.
    pub category: Option<Text<40>>,
    /// This unit.
    pub organization: Option<OrganizationId>,
    /// For handlers only.
    pub note: Option<Text<500>>,
}

pub(super) fn dispatch(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, to: &Dispatch) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    if work.case.state.transition(Move::Dispatch).is_none() {
        work.go(Move::Dispatch)?;
    }
    if work.case.desk == Desk::Street {
        return Err(ApiError::of(&ARBITRATION_WAITS));
    }
    let hat = hats::at_desk(tx.conn(), by.actor, &work.case)?;
    let mut units = to.organization.map(|unit| Units::alone(unit, AssignmentReason::Community));
    if let Some(code) = &to.category {
        let place = grid::unit_find(tx.conn(), work.case.grid_unit_id)?.ok_or_else(|| ApiError::of(&base::error::NOT_FOUND))?;
        let item = duty::item(tx.conn(), work.case.community_id, code, &place.path)?;
        work.case.category = Some(item.code.clone());
        work.case.title = item.title.chars().take(60).collect();
        rows_details::set_duty_item(tx.conn(), id, item.id)?;
        units = units.or_else(|| Units::of_duty(&item, AssignmentReason::Community));
    }
    let units = units.ok_or_else(|| ApiError::of(&UNIT_UNKNOWN).field("/organization", "name a unit; the category has none"))?;
    usable(tx.conn(), &work.case, units.lead())?;
    let what = by.as_handler(EventKind::Dispatched, &hat).noting(to.note.as_deref().map(str::to_owned));
    let rows = assign::plan(&mut tx, &mut work, &units, what)?;
    work.write(&mut tx, by.action)?;
    assign::give(&mut tx, &rows)?;
    Ok(tx.done(())?)
}

/// 422 `unit_unknown` unless the unit is at work in the request's community or its street.
pub(super) fn usable(connection: &mut PgConnection, case: &Case, unit: OrganizationId) -> Result<(), ApiError> {
    at_work(connection, case.community_id, unit)
}

/// `usable` in a community.
pub(super) fn at_work(connection: &mut PgConnection, community: GridUnitId, unit: OrganizationId) -> Result<(), ApiError> {
    let refused = || ApiError::of(&UNIT_UNKNOWN).field("/organization", "isn't at work here");
    let unit =
        people::community::organization_find(connection, unit)?.filter(|unit| unit.state == "active").ok_or_else(refused)?;
    let units = grid::units_by_ids(connection, &[unit.grid_unit_id, community])?;
    let (home, place) = (units.get(&unit.grid_unit_id), units.get(&community));
    let near = home.zip(place).is_some_and(|(home, place)| home.path.covers(&place.path) || place.path.covers(&home.path));
    if near { Ok(()) } else { Err(refused()) }
}
