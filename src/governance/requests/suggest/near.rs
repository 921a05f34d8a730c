//! Open requests near by that say the same: whoever files is asked to join instead ("我也遇到").

use std::collections::BTreeSet;

use base::db::DbResult;
use base::ids::GridUnitId;
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Around};
use crate::{CaseId, Pin};
use base::search;

/// How far "near" is, in metres.
const METRES: f64 = 300.0;
/// Metres of a degree of latitude.
const DEGREE: f64 = 111_320.0;
/// Less alike texts are other matters.
const LEAST: f64 = 0.2;
/// Most that are shown.
const MOST: usize = 5;

/// Where and what.
#[derive(Debug, Clone, Copy)]
pub struct Nearby<'a> {
    /// In which community.
    pub community: GridUnitId,
    /// In which unit of it.
    pub unit: Option<GridUnitId>,
    /// Where on the map.
    pub pin: Option<Pin>,
    /// Of which category; none: any.
    pub category: Option<&'a str>,
    /// The text.
    pub text: &'a str,
    /// Only what anybody may read; `false` for staff of the place.
    pub public_only: bool,
}

/// An open request that says the same.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Near {
    /// The request.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// How far away, in metres; absent where one of the two has no place on the map.
    pub metres: Option<u32>,
    /// 0 to 1.
    pub alike: f64,
    /// One line to read out.
    pub summary: String,
}

/// Metres between two places a few hundred metres apart.
fn metres(one: Pin, other: Pin) -> f64 {
    let north = (one.lat - other.lat) * DEGREE;
    let east = (one.lon - other.lon) * DEGREE * one.lat.to_radians().cos();
    north.hypot(east)
}

fn bounds(pin: Pin) -> [f64; 4] {
    let (up, aside) = (METRES / DEGREE, METRES / (DEGREE * pin.lat.to_radians().cos().max(0.01)));
    [pin.lat - up, pin.lat + up, pin.lon - aside, pin.lon + aside]
}

#[expect(clippy::cast_precision_loss, reason = "counts of bigrams are far below 2^53")]
fn alike(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let sum = (one.len() + other.len()) as f64;
    if sum == 0.0 { 0.0 } else { 2.0 * one.intersection(other).count() as f64 / sum }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred metres")]
fn whole(metres: f64) -> u32 {
    metres.round().max(0.0) as u32
}

/// Open requests near by that say the same, the most alike first; at most five.
pub fn near(connection: &mut PgConnection, wanted: &Nearby<'_>) -> DbResult<Vec<Near>> {
    let around = Around {
        community: wanted.community,
        unit: wanted.unit,
        bounds: wanted.pin.map(bounds),
        category: wanted.category,
        public_only: wanted.public_only,
    };
    let asked = search::bigrams(wanted.text);
    let mut found: Vec<Near> = Vec::new();
    for open in rows::open(connection, &around)? {
        let place = open.lat.zip(open.lon).map(|(lat, lon)| Pin { lat, lon });
        let metres = wanted.pin.zip(place).map(|(one, other)| metres(one, other));
        let bigrams = search::bigrams_of(open.lexemes);
        // Of one category two short words in common are enough; without one the texts must be alike.
        let same = wanted.category.is_some() && open.category.as_deref() == wanted.category;
        let alike = alike(&asked, &bigrams);
        let close = metres.is_none_or(|metres| metres <= METRES) || open.same_unit;
        if !close || alike < if same { LEAST / 2.0 } else { LEAST } {
            continue;
        }
        let metres = metres.map(whole);
        let away = metres.map_or_else(|| "就在同一处".to_owned(), |metres| format!("约 {metres} 米外"));
        let summary = format!("{away}已有人反映「{}」（{}），可选择“我也遇到”", open.title, open.number);
        found.push(Near { id: open.id, number: open.number, title: open.title, metres, alike, summary });
    }
    found.sort_by(|one, other| other.alike.total_cmp(&one.alike));
    found.truncate(MOST);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_holds_the_circle() {
        let here = Pin { lat: 39.6, lon: 109.8 };
        let [south, north, west, east] = bounds(here);
        for corner in
            [Pin { lat: south, ..here }, Pin { lat: north, ..here }, Pin { lon: west, ..here }, Pin { lon: east, ..here }]
        {
            assert!((metres(here, corner) - METRES).abs() < 1.0, "{corner:?}");
        }
        assert_eq!(whole(metres(here, Pin { lat: 39.601, lon: 109.8 })), 111);
    }
}
