//! Which community a call is about: `jurisdiction_id` is the community's grid code, as `S01/C03`.

use diesel::PgConnection;
use people::grid::{self, GridPath, GridUnit, Scope, UnitKind};

use super::refusal::Refusal;

/// The community asked for; without a name the only one there is.
pub(super) fn community(connection: &mut PgConnection, asked: Option<&str>) -> Result<GridUnit, Refusal> {
    match asked {
        Some(code) => grid::unit_by_code(connection, &GridPath::new(code))?
            .filter(|unit| unit.level() == UnitKind::Community && unit.active)
            .ok_or_else(|| Refusal::unknown("jurisdiction_id")),
        None => {
            let mut all = grid::units_below(connection, &Scope::everything(), Some(UnitKind::Community), None, 2)?;
            if all.len() > 1 {
                return Err(Refusal::missing("jurisdiction_id"));
            }
            all.pop().ok_or_else(|| Refusal::unknown("jurisdiction_id"))
        }
    }
}

/// The unit at a grid code, if it lies in the community.
pub(super) fn place(connection: &mut PgConnection, community: &GridUnit, code: &str) -> Result<GridUnit, Refusal> {
    grid::unit_by_code(connection, &GridPath::new(code))?
        .filter(|unit| community.path.covers(&unit.path) && unit.active)
        .ok_or_else(|| {
            Refusal::wrong("address_id 不是该辖区内的网格编码。", "The address_id is no grid code of this jurisdiction.")
        })
}
