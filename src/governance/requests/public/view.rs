//! How a public request is shown: to anybody, so without whatever could name a person.

use std::collections::{HashMap, HashSet};

use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community;
use people::grid::{self, UnitKind};
use people::identity;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{Capacity, CaseId, EventKind, Outcome, Pin, State, joining, rows_events};
use super::rows::{self, Published};

/// Events of a public timeline at most.
const EVENTS: i64 = 200;

/// A public request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicRequest {
    /// Id.
    pub id: CaseId,
    /// Number to say on the phone.
    pub number: String,
    /// One plain sentence.
    pub summary: String,
    /// A few words.
    pub title: String,
    /// What it is about; long numbers are masked.
    pub text: String,
    /// Category of the duty list.
    pub category: Option<String>,
    /// The block it lies in, or what is above it.
    pub place: String,
    /// Where, to about a hundred metres, WGS-84.
    pub pin: Option<Pin>,
    /// State.
    pub state: State,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Who handles it.
    pub organization: Option<String>,
    /// Households that it concerns too.
    pub households: i64,
    /// The published deadline of the answer.
    pub resolve_by: Option<DateTime<Utc>>,
    /// When it was filed.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The public timeline; in the detail only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<PublicEvent>,
}

/// An event of the public timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PublicEvent {
    /// What happened.
    pub what: String,
    /// As what somebody acted.
    pub role: Capacity,
    /// When.
    pub at: DateTime<Utc>,
}

/// Digits in a row that may be a phone, a number plate's end or an identity number are masked from this length on.
const LONG: usize = 7;

/// The text with long numbers masked: `13800001111` → `138****`.
pub(in super::super) fn masked(text: &str) -> String {
    let (mut out, mut run) = (String::with_capacity(text.len()), String::new());
    let flush = |run: &mut String, out: &mut String| {
        if run.len() >= LONG {
            out.extend(run.chars().take(3));
            out.push_str("****");
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for letter in text.chars() {
        match letter {
            '0'..='9' => run.push(letter),
            // Full-width digits are digits too.
            '０'..='９' => run.extend(char::from_digit(u32::from(letter) - u32::from('０'), 10)),
            _ => {
                flush(&mut run, &mut out);
                out.push(letter);
            }
        }
    }
    flush(&mut run, &mut out);
    out
}

/// To three decimals: about a hundred metres.
fn coarse(pin: (f64, f64)) -> Pin {
    let round = |degrees: f64| (degrees * 1_000.0).round() / 1_000.0;
    Pin { lat: round(pin.0), lon: round(pin.1) }
}

/// The names of the blocks in which units lie: an entrance is its block.
fn places(connection: &mut PgConnection, ids: &[GridUnitId]) -> Result<HashMap<GridUnitId, String>, ApiError> {
    let units = grid::units_by_ids(connection, ids)?;
    let parents: Vec<GridUnitId> =
        units.values().filter(|unit| unit.level() == UnitKind::Entrance).filter_map(|unit| unit.parent_id).collect();
    let blocks = grid::units_by_ids(connection, &parents)?;
    let name = |unit: &grid::GridUnit| {
        let block = unit.parent_id.filter(|_| unit.level() == UnitKind::Entrance).and_then(|id| blocks.get(&id));
        block.unwrap_or(unit).name.clone()
    };
    Ok(units.iter().map(|(id, unit)| (*id, name(unit))).collect())
}

/// Stands in place of what somebody wrote whose account is held.
const HIDDEN: &str = "（内容暂不公开）";

/// Those of the requests whose reporter's account is held: nothing that they wrote is shown, what became of it is.
fn of_held(connection: &mut PgConnection, ids: &[CaseId]) -> Result<HashSet<CaseId>, ApiError> {
    let reporters = rows::reporters(connection, ids)?;
    let people: Vec<PersonId> = reporters.values().copied().collect();
    let held: HashSet<PersonId> = identity::held_among(connection, &people)?.into_iter().collect();
    Ok(reporters.into_iter().filter(|(_, person)| held.contains(person)).map(|(id, _)| id).collect())
}

/// Views in the order of the rows.
pub(super) fn shown(connection: &mut PgConnection, found: Vec<Published>) -> Result<Vec<PublicRequest>, ApiError> {
    let ids: Vec<CaseId> = found.iter().map(|row| row.id).collect();
    let units: Vec<GridUnitId> = found.iter().map(|row| row.grid_unit_id).collect();
    let organizations: Vec<OrganizationId> = found.iter().filter_map(|row| row.organization_id).collect();
    let places = places(connection, &units)?;
    let organizations = community::organization_names(connection, &organizations)?;
    let (mut texts, households) = (rows::texts(connection, &ids)?, joining::households(connection, &ids)?);
    let held = of_held(connection, &ids)?;
    let view = |row: Published| {
        let hidden = held.contains(&row.id);
        let place = places.get(&row.grid_unit_id).cloned().unwrap_or_default();
        let title = if hidden { HIDDEN.to_owned() } else { masked(&row.title) };
        let outcome = row.outcome.map(|outcome| format!("，{}", outcome.zh())).unwrap_or_default();
        PublicRequest {
            summary: format!("{}「{title}」，{place}，{}{outcome}", row.number, row.state.zh()),
            text: texts.remove(&row.id).filter(|_text| !hidden).map(|text| masked(&text)).unwrap_or_default(),
            organization: row.organization_id.and_then(|id| organizations.get(&id).cloned()),
            households: households.get(&row.id).copied().unwrap_or(0),
            pin: row.lat.zip(row.lon).map(coarse),
            id: row.id,
            number: row.number,
            title,
            category: row.category,
            place,
            state: row.state,
            outcome: row.outcome,
            resolve_by: row.resolve_by,
            created_at: row.created_at,
            closed_at: row.closed_at,
            events: Vec::new(),
        }
    };
    Ok(found.into_iter().map(view).collect())
}

/// Does somebody of the community, a unit or the street speak?
const fn is_official(role: Capacity) -> bool {
    matches!(role, Capacity::Worker | Capacity::Staff | Capacity::Unit | Capacity::Street | Capacity::System)
}

/// One request with its public timeline.
pub(super) fn one(connection: &mut PgConnection, row: Published) -> Result<Option<PublicRequest>, ApiError> {
    let events = rows_events::after(connection, row.id, 0, false, EVENTS)?;
    let Some(mut view) = shown(connection, vec![row])?.pop() else { return Ok(None) };
    let event = |event: rows_events::EventRow| {
        let kind = EventKind::parse(&event.kind).map_or("进展", EventKind::zh);
        // What the reporter writes on the way isn't checked for the public.
        let said = event.public_text.filter(|_| is_official(event.role)).map(|text| format!("：{}", masked(&text)));
        PublicEvent { what: format!("{kind}{}", said.unwrap_or_default()), role: event.role, at: event.at }
    };
    view.events = events.into_iter().map(event).collect();
    Ok(Some(view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_masked_in_every_script() {
        assert_eq!(masked("请打19900000001找我"), "请打199****找我");
        assert_eq!(masked("请打１９９００００００01"), "请打199****");
        assert_eq!(masked("3号楼2单元，电表0123456"), "3号楼2单元，电表012****");
        assert_eq!(masked("12345"), "12345");
    }

    #[test]
    fn a_pin_is_no_finer_than_a_hundred_metres() {
        assert_eq!(coarse((39.608_46, 109.781_34)), Pin { lat: 39.608, lon: 109.781 });
    }
}
