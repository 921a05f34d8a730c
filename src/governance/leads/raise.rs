//! Raising a lead: by hand, by a job, by a device. The same thing said again is counted.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use chrono::TimeDelta;
use people::files::{self, About, FileId};
use people::grid::Scope;
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{self, Lead};
use super::{LeadId, LeadSource, LeadState, RaisedFrom};
use crate::reach::{moved, place_named, tell, workers_of};
use crate::requests::{GivenPin, Pin};

/// What pictures of a lead hang on.
pub(super) const NOUN: &str = "lead";

/// A lead as another noun raises it, checked before.
#[derive(Debug, Clone)]
pub struct Raise {
    /// Id, made before.
    pub id: LeadId,
    /// Its community.
    pub community: GridUnitId,
    /// Where it lies.
    pub unit: GridUnitId,
    /// Where it came from.
    pub source: LeadSource,
    /// Code of the duty list.
    pub category: Option<String>,
    /// A few words: 1 to 60 characters.
    pub title: String,
    /// What may be wrong: 1 to 2,000 characters.
    pub text: String,
    /// The place in words.
    pub place_text: Option<String>,
    /// The place on the map.
    pub pin: Option<Pin>,
    /// The facility it is about.
    pub facility: Option<Uuid>,
    /// Figures that raised it.
    pub evidence: Option<Value>,
    /// What says the same again, and how long after the last time it still counts as the same.
    pub merge: Option<(String, TimeDelta)>,
    /// Who raised it; none: a job or a device.
    pub by: Option<PersonId>,
}

/// What came of raising.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised {
    /// The lead that stands for it.
    pub lead: LeadId,
    /// How often it was said, this time included; 1: it is new.
    pub count: i32,
}

/// How long a lead may wait for somebody to look.
const fn patience(source: LeadSource) -> TimeDelta {
    match source {
        LeadSource::Facility => TimeDelta::hours(24),
        LeadSource::Patrol | LeadSource::Chat => TimeDelta::hours(48),
        LeadSource::Hotspot | LeadSource::Season => TimeDelta::days(7),
    }
}

/// Raises a lead in the caller's transaction, or counts it where the same was said; only a new one is told to the workers of its place.
pub fn raise(tx: &mut Tx<'_>, new: &Raise) -> Result<Raised, ApiError> {
    let now = tx.now()?;
    let Some((key, window)) = &new.merge else {
        moved(rows::insert(tx.conn(), &row(new, now))?.then_some(()))?;
        return entered(tx, new);
    };
    let again = (now - *window, now);
    if let Some((lead, count)) = rows::count_again(tx.conn(), key, again)? {
        return counted(tx, new, lead, count);
    }
    if rows::insert(tx.conn(), &row(new, now))? {
        return entered(tx, new);
    }
    // A twin was quicker.
    let (lead, count) = moved(rows::count_again(tx.conn(), key, again)?)?;
    counted(tx, new, lead, count)
}

fn entered(tx: &mut Tx<'_>, new: &Raise) -> Result<Raised, ApiError> {
    let entry = Audit::new("lead_raise", "lead", new.id.0).at(new.unit);
    tx.audit(entry.after(json!({"source": new.source, "category": new.category})))?;
    let workers = workers_of(tx.conn(), new.unit)?;
    let notice = Notice::new(&templates::LEAD_RAISED).with("title", &new.title).with("source", new.source.zh());
    tell(tx, workers.into_iter().filter(|worker| Some(*worker) != new.by), &notice)?;
    Ok(Raised { lead: new.id, count: 1 })
}

fn counted(tx: &mut Tx<'_>, new: &Raise, lead: LeadId, count: i32) -> Result<Raised, ApiError> {
    tx.audit(Audit::new("lead_count", "lead", lead.0).at(new.unit).after(json!({"count": count})))?;
    Ok(Raised { lead, count })
}

fn row(new: &Raise, now: chrono::DateTime<chrono::Utc>) -> Lead {
    Lead {
        id: new.id,
        community_id: new.community,
        grid_unit_id: new.unit,
        source: new.source,
        category: new.category.clone(),
        title: new.title.clone(),
        text: new.text.clone(),
        place_text: new.place_text.clone(),
        lat: new.pin.map(|pin| pin.lat),
        lon: new.pin.map(|pin| pin.lon),
        facility_id: new.facility,
        evidence: new.evidence.clone(),
        merge_key: new.merge.as_ref().map(|(key, _)| key.clone()),
        count: 1,
        state: LeadState::Open,
        case_id: None,
        reason: None,
        raised_by: new.by,
        decided_by: None,
        due_at: now + patience(new.source),
        created_at: now,
        last_at: now,
        decided_at: None,
    }
}

/// A lead raised by hand.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLead {
    /// Where it lies: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// How it was noticed.
    pub from: RaisedFrom,
    /// Code of the duty list, when it is known.
    pub category: Option<Text<40>>,
    /// A few words.
    pub title: Text<60>,
    /// What may be wrong; for the chat without names.
    pub text: Text<2000>,
    /// The place in words.
    pub place_text: Option<Text<200>>,
    /// The place on a map.
    pub pin: Option<GivenPin>,
    /// For the chat: the word that was noticed.
    pub keyword: Option<Text<40>>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
}

/// Raises a lead by hand.
pub(super) fn by_hand(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: LeadId,
    new: &NewLead,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    let lead = Raise {
        id,
        community: place.community,
        unit: place.unit,
        source: match new.from {
            RaisedFrom::Patrol => LeadSource::Patrol,
            RaisedFrom::Chat => LeadSource::Chat,
        },
        category: new.category.as_ref().map(ToString::to_string),
        title: new.title.to_string(),
        text: new.text.to_string(),
        place_text: new.place_text.as_ref().map(ToString::to_string),
        pin: new.pin.map(GivenPin::stored),
        facility: None,
        evidence: new.keyword.as_ref().map(|word| json!({"keyword": word})),
        merge: None,
        by: Some(person),
    };
    let pictures = new.files.as_ref().map_or(&[][..], Few::items);
    let about = About { noun: NOUN, id: id.0, community: place.community, unit: place.unit, public: false };
    files::attach(&mut tx, pictures, person, about)?;
    raise(&mut tx, &lead)?;
    Ok(tx.done(())?)
}
