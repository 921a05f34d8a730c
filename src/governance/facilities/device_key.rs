//! Keys by which devices speak for a group of facilities.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::keys::secret_hash;
use base::text::Text;
use chrono::TimeDelta;
use people::grid::{Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::rows_key::{self, DeviceKey, NewKey};
use super::{DEVICE_KEY_REVOKED, DeviceKeyId};
use crate::reach::{found, place_named, require_unit};

/// How long the key before a rotation is taken.
const GRACE: TimeDelta = TimeDelta::hours(24);

/// A key to be made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeviceKey {
    /// Whose devices.
    pub community: GridUnitId,
    /// What the key is for.
    pub name: Text<60>,
    /// The group of facilities that it speaks for.
    pub device_group: Text<40>,
}

/// Enters a key; only its hash is stored.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    (id, secret): (DeviceKeyId, &str),
    new: &NewDeviceKey,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.community, "/community")?;
    if place.level != UnitKind::Community {
        return Err(ApiError::invalid("/community", "is no community"));
    }
    let hash = secret_hash(secret);
    let key = NewKey {
        id,
        community_id: place.unit,
        name: &new.name,
        device_group: &new.device_group,
        key_hash: &hash,
        created_by: author,
    };
    rows_key::insert(tx.conn(), &key)?;
    tx.audit(Audit::new("device_key_create", "device_key", id.0).at(place.unit).after(json!({"group": new.device_group})))?;
    Ok(tx.done(())?)
}

/// A key in use that the scope reaches, locked.
fn held(tx: &mut Tx<'_>, scope: &Scope, id: DeviceKeyId) -> Result<DeviceKey, ApiError> {
    let key = found(rows_key::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, key.community_id)?;
    if key.revoked_at.is_some() { Err(ApiError::of(&DEVICE_KEY_REVOKED)) } else { Ok(key) }
}

/// Puts a new key in the place of the one in force.
pub(super) fn rotate(mut tx: Tx<'_>, scope: &Scope, id: DeviceKeyId, secret: &str) -> Result<Finished<()>, ApiError> {
    let key = held(&mut tx, scope, id)?;
    let now = tx.now()?;
    rows_key::rotate(tx.conn(), id, &secret_hash(secret), (now, now + GRACE))?;
    tx.audit(Audit::new("device_key_rotate", "device_key", id.0).at(key.community_id))?;
    Ok(tx.done(())?)
}

/// Takes a key out of use at once.
pub(super) fn revoke(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: DeviceKeyId) -> Result<Finished<()>, ApiError> {
    let key = held(&mut tx, scope, id)?;
    let now = tx.now()?;
    rows_key::revoke(tx.conn(), id, person, now)?;
    tx.audit(Audit::new("device_key_revoke", "device_key", id.0).at(key.community_id))?;
    Ok(tx.done(())?)
}
