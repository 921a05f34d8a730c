//! The route of a task: stops in order, checked when they are planned.

use base::error::ApiError;
use base::ids::GridUnitId;
use base::text::Text;
use diesel::PgConnection;
use people::grid::{self, UnitKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::StopKind;
use crate::reach::Place;

/// A stop to be planned.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStop {
    /// What is visited.
    pub kind: StopKind,
    /// The entrance, at or below the task's unit.
    pub entrance: Option<GridUnitId>,
    /// What it is called; needed for a place, else the register's name is taken.
    pub label: Option<Text<100>>,
}

/// A stop, as planned.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RouteStop {
    /// What is visited.
    pub kind: StopKind,
    /// The entrance.
    pub entrance: Option<GridUnitId>,
    /// The facility.
    pub facility: Option<Uuid>,
    /// What it is called.
    pub label: String,
}

/// Checks stops against the place of their task.
pub(in crate::grid_tasks) fn route(
    connection: &mut PgConnection,
    place: &Place,
    stops: &[NewStop],
) -> Result<Vec<RouteStop>, ApiError> {
    stops.iter().enumerate().map(|(at, stop)| one(connection, place, at, stop)).collect()
}

fn one(connection: &mut PgConnection, place: &Place, at: usize, stop: &NewStop) -> Result<RouteStop, ApiError> {
    let wrong = |field: &str, message: &str| ApiError::invalid(&format!("/stops/{at}/{field}"), message);
    let label = stop.label.as_ref().map(ToString::to_string);
    match (stop.kind, stop.entrance) {
        (StopKind::Entrance, Some(entrance)) => {
            let unit = grid::unit_find(connection, entrance)?.filter(|unit| unit.level() == UnitKind::Entrance);
            let unit = unit.filter(|unit| place.path.covers(&unit.path));
            let unit = unit.ok_or_else(|| wrong("entrance", "must be an entrance of the task's unit"))?;
            Ok(RouteStop { kind: stop.kind, entrance: Some(unit.id), facility: None, label: label.unwrap_or(unit.name) })
        }
        (StopKind::Place, None) => {
            let label = label.ok_or_else(|| wrong("label", "is needed for a place"))?;
            Ok(RouteStop { kind: stop.kind, entrance: None, facility: None, label })
        }
        _ => Err(wrong("kind", "doesn't fit what is named")),
    }
}
