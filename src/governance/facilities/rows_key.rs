//! Queries of `facility_device_keys`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::DeviceKeyId;
use super::schema::facility_device_keys;

/// A key, without its hashes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = facility_device_keys, check_for_backend(diesel::pg::Pg))]
pub(super) struct DeviceKey {
    pub(super) id: DeviceKeyId,
    pub(super) community_id: GridUnitId,
    pub(super) name: String,
    pub(super) device_group: String,
    pub(super) previous_until: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) rotated_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
}

/// A key to be entered.
#[derive(Debug, Insertable)]
#[diesel(table_name = facility_device_keys)]
pub(super) struct NewKey<'a> {
    pub(super) id: DeviceKeyId,
    pub(super) community_id: GridUnitId,
    pub(super) name: &'a str,
    pub(super) device_group: &'a str,
    pub(super) key_hash: &'a [u8],
    pub(super) created_by: PersonId,
}

pub(super) fn insert(connection: &mut PgConnection, key: &NewKey<'_>) -> DbResult<()> {
    diesel::insert_into(facility_device_keys::table).values(key).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: DeviceKeyId) -> DbResult<Option<DeviceKey>> {
    Ok(facility_device_keys::table.find(id).select(DeviceKey::as_select()).first(connection).optional()?)
}

/// Locks a key.
pub(super) fn hold(connection: &mut PgConnection, id: DeviceKeyId) -> DbResult<Option<DeviceKey>> {
    Ok(facility_device_keys::table.find(id).select(DeviceKey::as_select()).for_update().first(connection).optional()?)
}

/// The key in force of a hash, also the one before a rotation while it is taken.
pub(super) fn in_force(connection: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> DbResult<Option<DeviceKey>> {
    let before = facility_device_keys::previous_hash.eq(hash).and(facility_device_keys::previous_until.gt(now));
    let newest = facility_device_keys::key_hash.eq(hash);
    Ok(facility_device_keys::table
        .filter(facility_device_keys::revoked_at.is_null())
        .filter(newest.or(before.assume_not_null()))
        .select(DeviceKey::as_select())
        .first(connection)
        .optional()?)
}

/// Puts a new hash in the place of the one in force, which becomes the one before.
pub(super) fn rotate(
    connection: &mut PgConnection,
    id: DeviceKeyId,
    hash: &[u8],
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<()> {
    diesel::update(facility_device_keys::table.find(id))
        .set((
            facility_device_keys::previous_hash.eq(facility_device_keys::key_hash.nullable()),
            facility_device_keys::previous_until.eq(until),
            facility_device_keys::key_hash.eq(hash),
            facility_device_keys::rotated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes a key out of use.
pub(super) fn revoke(connection: &mut PgConnection, id: DeviceKeyId, by: PersonId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(facility_device_keys::table.find(id))
        .set((
            facility_device_keys::revoked_at.eq(now),
            facility_device_keys::revoked_by.eq(by),
            facility_device_keys::previous_hash.eq(None::<Vec<u8>>),
            facility_device_keys::previous_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that an alarm came by a key.
pub(super) fn used(connection: &mut PgConnection, id: DeviceKeyId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(facility_device_keys::table.find(id)).set(facility_device_keys::last_used_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Keys in the scope, newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, window: &Window<DeviceKeyId>) -> DbResult<Vec<DeviceKey>> {
    let mut query = facility_device_keys::table
        .filter(within(facility_device_keys::community_id, scope))
        .select(DeviceKey::as_select())
        .order(facility_device_keys::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(facility_device_keys::id.lt(after));
    }
    Ok(query.load(connection)?)
}
