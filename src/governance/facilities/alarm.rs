//! Alarms of devices: stored once, and gathered in one lead per facility and kind.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::text::Text;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::rows::{self, Facility};
use super::rows_alarm::{self, Alarm};
use super::{ALARM_TIME, AlarmId, AlarmKind, DEVICE_KEY_INVALID, rows_key};
use crate::leads::{self, LeadId, LeadSource, Raise};
use crate::reach::moved;
use crate::requests::Pin;

/// How long after the last alarm another one of the kind still is the same.
const SAME: TimeDelta = TimeDelta::hours(6);
/// How old an alarm may be, and how far a device's clock may be ahead.
const OLDEST: TimeDelta = TimeDelta::days(7);
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// An alarm as a device sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlarm {
    /// Code of the facility in the register.
    pub facility: Text<40>,
    /// The device's own id of the alarm; the same twice is one.
    pub event_id: Text<80>,
    /// What it reports.
    pub kind: AlarmKind,
    /// What it says.
    pub text: Option<Text<500>>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// What came of an alarm.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlarmView {
    /// Id.
    pub id: AlarmId,
    /// The lead that counts it.
    pub lead: LeadId,
    /// Was it sent before?
    pub repeated: bool,
    /// One plain sentence.
    pub summary: String,
}

fn view(alarm: &Alarm, repeated: bool) -> AlarmView {
    let summary = format!("{}告警已收到", alarm.kind.zh());
    AlarmView { id: alarm.id, lead: alarm.lead_id, repeated, summary }
}

/// Takes an alarm by the hash of a device key: 401 when it isn't in force, 404 when its group doesn't speak for the facility.
pub(super) fn take(mut tx: Tx<'_>, hash: &[u8], id: AlarmId, new: &NewAlarm) -> Result<Finished<AlarmView>, ApiError> {
    let now = tx.now()?;
    let key = rows_key::in_force(tx.conn(), hash, now)?.ok_or_else(|| ApiError::of(&DEVICE_KEY_INVALID))?;
    if let Some(known) = rows_alarm::by_event(tx.conn(), key.id, &new.event_id)? {
        let known = view(&known, true);
        return Ok(tx.done(known)?);
    }
    let facility = rows::of_group(tx.conn(), key.community_id, &key.device_group, &new.facility)?;
    let facility = facility.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if new.occurred_at < now - OLDEST || new.occurred_at > now + AHEAD {
        return Err(ApiError::of(&ALARM_TIME));
    }
    let raised = leads::raise(&mut tx, &lead(&facility, new))?;
    let alarm = Alarm {
        id,
        facility_id: facility.id,
        device_key_id: key.id,
        event_id: new.event_id.to_string(),
        kind: new.kind,
        text: new.text.as_ref().map(ToString::to_string),
        occurred_at: new.occurred_at,
        lead_id: raised.lead,
        received_at: now,
    };
    // A twin that was quicker takes the count of this one back: the device hears it when it sends again.
    moved(rows_alarm::insert(tx.conn(), &alarm)?.then_some(()))?;
    rows_key::used(tx.conn(), key.id, now)?;
    let entry = Audit::new("facility_alarm_create", "facility_alarm", id.0).at(facility.grid_unit_id);
    tx.audit(entry.after(json!({"kind": new.kind, "lead": raised.lead, "count": raised.count})))?;
    let taken = view(&alarm, false);
    Ok(tx.done(taken)?)
}

fn lead(facility: &Facility, new: &NewAlarm) -> Raise {
    let kind = new.kind.zh();
    let said = new.text.as_ref().map_or_else(String::new, |text| format!("：{}", text.as_str()));
    Raise {
        id: LeadId::new(),
        community: facility.community_id,
        unit: facility.grid_unit_id,
        source: LeadSource::Facility,
        category: facility.category.clone(),
        title: format!("{}{kind}告警", facility.name).chars().take(60).collect(),
        text: format!("{}（{}）{kind}告警{said}", facility.name, facility.code),
        place_text: Some(facility.place_text.clone()),
        pin: facility.lat.zip(facility.lon).map(|(lat, lon)| Pin { lat, lon }),
        facility: Some(facility.id.0),
        evidence: Some(json!({"alarm": new.kind, "first_at": new.occurred_at})),
        merge: Some((format!("alarm:{}:{}", facility.id, new.kind.name()), SAME)),
        by: None,
    }
}
