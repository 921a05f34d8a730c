//! Entering, changing, pausing and ending a system, and its secrets.

use base::db::{Audit, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{OrganizationId, PersonId};
use base::keys::KeyRing;
use base::text::{Few, Text};
use diesel::PgConnection;
use people::community;
use people::grid::{self, Scope, Target};
use serde::Deserialize;
use serde_json::json;

use super::endpoint::OVERLAP;
use super::rows::{self, Connector};
use super::{ConnectorId, ConnectorMove, ConnectorState, Meaning, PauseReason, StatusWord, deliver, rows_deliveries};
use crate::requests::EventKind;

/// A word of another system, and what it means for us.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatusWord {
    /// Its word, such as `已派工`.
    pub word: Text<40>,
    /// What it means for us.
    pub means: Meaning,
}

/// A system to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnector {
    /// The unit.
    pub organization_id: OrganizationId,
    /// What it is like.
    pub settings: ConnectorSettings,
}

/// What may be changed of a system.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorSettings {
    /// What it is called.
    pub name: Text<80>,
    /// Where it is told: a public https address.
    pub url: Text<500>,
    /// Kinds of events that it wants; all when left out or empty.
    #[schema(value_type = Option<Vec<EventKind>>, max_items = 40)]
    pub events: Option<Few<EventKind, 40>>,
    /// Its own words for a state; ours are always known.
    #[schema(value_type = Option<Vec<NewStatusWord>>, max_items = 40)]
    pub status_words: Option<Few<NewStatusWord, 40>>,
}

impl ConnectorSettings {
    fn events(&self) -> Vec<String> {
        let kinds = self.events.as_ref().map(Few::items).unwrap_or_default();
        kinds.iter().map(|kind| kind.name().to_owned()).collect()
    }

    fn words(&self) -> Result<serde_json::Value, ApiError> {
        let words = self.status_words.as_ref().map(Few::items).unwrap_or_default();
        let words: Vec<StatusWord> =
            words.iter().map(|word| StatusWord { word: word.word.to_string(), means: word.means }).collect();
        serde_json::to_value(words).map_err(ApiError::internal)
    }
}

/// Is the unit within reach? As one's own organization or in one's street; else 404.
fn require_unit(connection: &mut PgConnection, scope: &Scope, id: OrganizationId) -> Result<(), ApiError> {
    let organization = community::organization_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let home = grid::unit_find(connection, organization.grid_unit_id)?;
    scope.require(&Target { unit: home.as_ref().map(|home| &home.path), organization: Some(id), person: None })
}

/// The system, if the scope reaches its unit; else 404.
pub(super) fn within(connection: &mut PgConnection, scope: &Scope, id: ConnectorId) -> Result<Connector, ApiError> {
    let connector = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    require_unit(connection, scope, connector.organization_id)?;
    Ok(connector)
}

/// The organizations whose systems the scope reaches; `None`: all.
pub(super) fn reached(connection: &mut PgConnection, scope: &Scope) -> DbResult<Option<Vec<OrganizationId>>> {
    if scope.anyone {
        return Ok(None);
    }
    let all = rows::organizations(connection)?;
    let homes = community::organizations_by_ids(connection, &all)?;
    let units: Vec<_> = homes.values().map(|organization| organization.grid_unit_id).collect();
    let units = grid::units_by_ids(connection, &units)?;
    let reaches = |id: &OrganizationId| {
        let home = homes.get(id).and_then(|organization| units.get(&organization.grid_unit_id));
        scope.reaches(&Target { unit: home.map(|home| &home.path), organization: Some(*id), person: None })
    };
    Ok(Some(all.into_iter().filter(reaches).collect()))
}

/// Enters a system; `secret` is shown in the answer and nowhere else.
pub(super) fn create(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    author: PersonId,
    id: ConnectorId,
    new: &NewConnector,
    secret: &str,
) -> Result<Finished<()>, ApiError> {
    require_unit(tx.conn(), scope, new.organization_id)?;
    let connector = Connector {
        id,
        organization_id: new.organization_id,
        name: new.settings.name.to_string(),
        url: new.settings.url.to_string(),
        events: new.settings.events(),
        status_words: new.settings.words()?,
        secret_sealed: deliver::seal(ring, id, secret).map_err(ApiError::internal)?,
        previous_sealed: None,
        previous_until: None,
        state: ConnectorState::Active,
        pause_reason: None,
        failing_since: None,
        version: 1,
        created_by: author,
        created_at: tx.now()?,
    };
    rows::insert(tx.conn(), &connector)?;
    let entry = Audit::new("connector_create", "connector", id.0);
    tx.audit(entry.after(json!({"organization": new.organization_id, "state": connector.state})))?;
    Ok(tx.done(())?)
}

/// The system, locked, if the scope reaches it.
fn locked(tx: &mut Tx<'_>, scope: &Scope, id: ConnectorId) -> Result<Connector, ApiError> {
    within(tx.conn(), scope, id)?;
    rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Replaces name, address, events and words, if the caller has read the newest version.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ConnectorId,
    based_on: &IfMatch,
    settings: &ConnectorSettings,
) -> Result<Finished<()>, ApiError> {
    let mut connector = locked(&mut tx, scope, id)?;
    if connector.state == ConnectorState::Closed {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    based_on.check(connector.version)?;
    connector.name = settings.name.to_string();
    connector.url = settings.url.to_string();
    connector.events = settings.events();
    connector.status_words = settings.words()?;
    connector.version += 1;
    rows::save(tx.conn(), &connector)?;
    let entry = Audit::new("connector_update", "connector", id.0).before(json!({"version": connector.version - 1}));
    tx.audit(entry.after(json!({"version": connector.version})))?;
    Ok(tx.done(())?)
}

/// Gives it a new secret; the one before stays valid for a day.
pub(super) fn rotate(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    id: ConnectorId,
    secret: &str,
) -> Result<Finished<()>, ApiError> {
    let mut connector = locked(&mut tx, scope, id)?;
    if connector.state == ConnectorState::Closed {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let sealed = deliver::seal(ring, id, secret).map_err(ApiError::internal)?;
    connector.previous_sealed = Some(std::mem::replace(&mut connector.secret_sealed, sealed));
    connector.previous_until = Some(tx.now()? + OVERLAP);
    connector.version += 1;
    rows::save(tx.conn(), &connector)?;
    let until = connector.previous_until;
    tx.audit(Audit::new("connector_rotate", "connector", id.0).after(json!({"previous_until": until})))?;
    Ok(tx.done(())?)
}

/// Pauses, resumes or ends it. Once resumed, what waited goes on its way.
pub(super) fn move_on(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ConnectorId,
    by: ConnectorMove,
    name: &'static str,
) -> Result<Finished<()>, ApiError> {
    let mut connector = locked(&mut tx, scope, id)?;
    let from = connector.state;
    connector.state = from.transition(by).ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    connector.pause_reason = (connector.state == ConnectorState::Paused).then_some(PauseReason::ByHand);
    connector.failing_since = None;
    connector.version += 1;
    rows::save(tx.conn(), &connector)?;
    if by == ConnectorMove::Resume {
        let now = tx.now()?;
        for head in rows_deliveries::heads(tx.conn(), id)? {
            deliver::enqueue(&mut tx, head, now)?;
        }
    }
    let entry = Audit::new(name, "connector", id.0).before(json!({"state": from}));
    tx.audit(entry.after(json!({"state": connector.state})))?;
    Ok(tx.done(())?)
}
