//! Who may file: a client has a key, which is shown once and kept as a hash, and serves a street or a community.

use base::db::installation::{self, Kind};
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::secret_hash;
use base::text::{Text, Whole};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community;
use people::grid::{self, GridUnit, Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::refusal::Refusal;
use super::rows::{self, Client};
use super::{CLIENT_REVOKED, Open311ClientId};

/// The key that everybody knows, of demo and test installations only.
const DEMO_KEY: &str = "demo-open311-key";

/// A client to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOpen311Client {
    /// What it is called.
    pub name: Text<80>,
    /// Street or community that it serves.
    pub grid_unit_id: GridUnitId,
    /// The organization behind it; as the unit that leads a request it may move it on.
    pub organization_id: Option<OrganizationId>,
    /// Calls a minute it may make (default 60).
    pub per_minute: Option<Whole<1, 6000>>,
}

/// Enters a client; `key` is shown in the answer and nowhere else.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: Open311ClientId,
    new: &NewOpen311Client,
    key: &str,
) -> Result<Finished<()>, ApiError> {
    let unit = grid::unit_find(tx.conn(), new.grid_unit_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    if !matches!(unit.level(), UnitKind::Street | UnitKind::Community) {
        return Err(ApiError::invalid("/grid_unit_id", "must be a street or a community"));
    }
    if let Some(organization) = new.organization_id {
        let found = community::organization_find(tx.conn(), organization)?.filter(|found| found.state == "active");
        let home = found.map(|found| grid::unit_find(tx.conn(), found.grid_unit_id)).transpose()?.flatten();
        if home.is_none_or(|home| home.path.street() != unit.path.street()) {
            return Err(ApiError::invalid("/organization_id", "must be an active organization of the same street"));
        }
    }
    let client = Client {
        id,
        name: new.name.to_string(),
        key_hash: secret_hash(key),
        grid_unit_id: Some(unit.id),
        organization_id: new.organization_id,
        per_minute: new.per_minute.map_or(60, Whole::get),
        demo: false,
        created_by: Some(author),
        created_at: tx.now()?,
        revoked_at: None,
    };
    rows::client_insert(tx.conn(), &client)?;
    let entry = Audit::new("open311_client_create", "open311_client", id.0).at(unit.id);
    tx.audit(entry.after(json!({"per_minute": client.per_minute, "organization": client.organization_id})))?;
    Ok(tx.done(())?)
}

/// The client, if the scope reaches the place it serves; else 404.
fn within(connection: &mut PgConnection, scope: &Scope, id: Open311ClientId) -> Result<Client, ApiError> {
    let client = rows::client_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let unit = client.grid_unit_id.map(|unit| grid::unit_find(connection, unit)).transpose()?.flatten();
    let unit = unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    Ok(client)
}

/// Makes a key worthless.
pub(super) fn revoke(mut tx: Tx<'_>, scope: &Scope, by: PersonId, id: Open311ClientId) -> Result<Finished<()>, ApiError> {
    let client = within(tx.conn(), scope, id)?;
    let now = tx.now()?;
    if !rows::client_revoke(tx.conn(), id, by, now)? {
        return Err(ApiError::of(&CLIENT_REVOKED));
    }
    let mut entry = Audit::new("open311_client_revoke", "open311_client", id.0).after(json!({"revoked": true}));
    if let Some(unit) = client.grid_unit_id {
        entry = entry.at(unit);
    }
    tx.audit(entry)?;
    Ok(tx.done(())?)
}

/// The client of demo and test installations, as it is entered when it first files something.
fn demo(now: DateTime<Utc>) -> Client {
    let hash = secret_hash(DEMO_KEY);
    let id = uuid::Uuid::from_slice(hash.get(..16).unwrap_or_default()).unwrap_or_default();
    Client {
        id: Open311ClientId(id),
        name: "demo".to_owned(),
        key_hash: hash,
        grid_unit_id: None,
        organization_id: None,
        per_minute: 6000,
        demo: true,
        created_by: None,
        created_at: now,
        revoked_at: None,
    }
}

/// The client behind a key, if it serves the community.
pub(super) fn authorize(connection: &mut PgConnection, key: Option<&str>, community: &GridUnit) -> Result<Client, Refusal> {
    let key = key.ok_or_else(Refusal::key)?;
    if key == DEMO_KEY {
        let kind = installation::kind(connection)?;
        let now = base::db::now(connection)?;
        return if matches!(kind, Some(Kind::Demo | Kind::Test)) { Ok(demo(now)) } else { Err(Refusal::key()) };
    }
    let client = rows::client_by_key(connection, &secret_hash(key))?.ok_or_else(Refusal::key)?;
    let unit = client.grid_unit_id.map(|unit| grid::unit_find(connection, unit)).transpose()?.flatten();
    if unit.is_some_and(|unit| unit.path.covers(&community.path)) { Ok(client) } else { Err(Refusal::key()) }
}
