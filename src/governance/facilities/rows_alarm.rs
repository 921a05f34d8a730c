//! Queries of `facility_alarms`.

use base::db::DbResult;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::facility_alarms;
use super::{AlarmId, AlarmKind, DeviceKeyId, FacilityId};
use crate::leads::LeadId;

/// An alarm.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = facility_alarms, check_for_backend(diesel::pg::Pg))]
pub(super) struct Alarm {
    pub(super) id: AlarmId,
    pub(super) facility_id: FacilityId,
    pub(super) device_key_id: DeviceKeyId,
    pub(super) event_id: String,
    pub(super) kind: AlarmKind,
    pub(super) text: Option<String>,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) lead_id: LeadId,
    pub(super) received_at: DateTime<Utc>,
}

/// Enters an alarm; `false` when a twin was quicker.
pub(super) fn insert(connection: &mut PgConnection, alarm: &Alarm) -> DbResult<bool> {
    let entered = diesel::insert_into(facility_alarms::table).values(alarm).on_conflict_do_nothing().execute(connection)?;
    Ok(entered == 1)
}

/// The alarm of a device's own id.
pub(super) fn by_event(connection: &mut PgConnection, key: DeviceKeyId, event: &str) -> DbResult<Option<Alarm>> {
    Ok(facility_alarms::table
        .filter(facility_alarms::device_key_id.eq(key).and(facility_alarms::event_id.eq(event)))
        .select(Alarm::as_select())
        .first(connection)
        .optional()?)
}
