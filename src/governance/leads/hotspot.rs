//! Hotspots: requests of one kind that rise near one place. A week is held against the four weeks before it, block by block and category
//! by category.

use std::collections::BTreeMap;

use base::db::{Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use base::jobs::JobError;
use chrono::TimeDelta;
use diesel::PgConnection;
use people::grid::{self, GridPath, GridUnit};
use serde_json::json;

use super::{LeadId, LeadSource, Raise, raise};
use crate::requests;

/// The week that is looked at.
const WINDOW: TimeDelta = TimeDelta::days(7);
/// Weeks before it.
const WEEKS_BEFORE: i64 = 4;
/// Fewer requests than this are no hotspot.
const LEAST: i64 = 3;

/// Is it more than twice the average week before?
const fn is_rising(recent: i64, before: i64) -> bool {
    recent >= LEAST && recent * WEEKS_BEFORE > 2 * before
}

/// A block, its community, a category, and how many requests now and before.
#[derive(Debug, Clone)]
struct Hotspot {
    block: GridUnit,
    community: GridUnitId,
    category: String,
    recent: i64,
    before: i64,
}

/// Raises a lead for every hotspot, one a transaction; what was raised within the week is counted there.
pub(super) fn look(db: &Db) -> Result<(), JobError> {
    for hotspot in db.read_now(hotspots)? {
        db.transaction_now(&Context::job(), |tx| hot(tx, &hotspot))?;
    }
    Ok(())
}

/// Rates by block (or by the unit itself, where that lies above blocks); only what rises.
fn hotspots(connection: &mut PgConnection) -> Result<Vec<Hotspot>, ApiError> {
    let recent = base::db::now(connection)? - WINDOW;
    let rates = requests::rates(connection, recent - TimeDelta::days(7 * WEEKS_BEFORE), recent)?;
    let units: Vec<GridUnitId> = rates.iter().map(|rate| rate.unit).collect();
    let units = grid::units_by_ids(connection, &units)?;
    let mut by_block: BTreeMap<(GridPath, String), (GridUnitId, i64, i64)> = BTreeMap::new();
    for rate in rates {
        let Some(unit) = units.get(&rate.unit) else { continue };
        let sum = by_block.entry((block_of(&unit.path), rate.category)).or_insert((rate.community, 0, 0));
        sum.1 += rate.recent;
        sum.2 += rate.before;
    }
    let mut found = Vec::new();
    for ((path, category), (community, recent, before)) in by_block {
        if is_rising(recent, before)
            && let Some(block) = grid::unit_by_code(connection, &path)?
        {
            found.push(Hotspot { block, community, category, recent, before });
        }
    }
    Ok(found)
}

/// The first four levels of a path: street, community, estate, block.
fn block_of(path: &GridPath) -> GridPath {
    let levels: Vec<&str> = path.as_str().split('/').take(4).collect();
    GridPath::new(levels.join("/"))
}

fn hot(mut tx: Tx<'_>, hotspot: &Hotspot) -> Result<Finished<()>, ApiError> {
    let item = crate::duty_list::in_force(tx.conn(), hotspot.community, &hotspot.category)?;
    let what = item.map_or_else(|| hotspot.category.clone(), |item| item.title);
    let name = &hotspot.block.name;
    let (recent, before) = (hotspot.recent, hotspot.before);
    let lead = Raise {
        id: LeadId::new(),
        community: hotspot.community,
        unit: hotspot.block.id,
        source: LeadSource::Hotspot,
        category: Some(hotspot.category.clone()),
        title: format!("{name}：{what}增多").chars().take(60).collect(),
        text: format!("近 7 天「{what}」{recent} 件，此前 4 周共 {before} 件，请到现场查看是否有共同原因。"),
        place_text: Some(name.clone()),
        pin: None,
        facility: None,
        evidence: Some(json!({"recent": recent, "before": before, "days": 7, "weeks_before": WEEKS_BEFORE})),
        merge: Some((format!("hotspot:{}:{}", hotspot.block.id, hotspot.category), WINDOW)),
        by: None,
    };
    raise(&mut tx, &lead)?;
    Ok(tx.done(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_requests_or_an_ordinary_week_are_no_hotspot() {
        assert!(is_rising(3, 0));
        assert!(!is_rising(2, 0));
        assert!(!is_rising(6, 12), "exactly twice the average week");
        assert!(is_rising(7, 12));
    }

    #[test]
    fn a_door_belongs_to_its_block() {
        assert_eq!(block_of(&GridPath::new("S1/C1/E1/B1/D1")), GridPath::new("S1/C1/E1/B1"));
        assert_eq!(block_of(&GridPath::new("S1/C1")), GridPath::new("S1/C1"));
    }
}
