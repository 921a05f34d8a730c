//! Entering and editing a facility.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::text::Text;
use diesel::PgConnection;
use people::grid::{GridPath, Scope};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Edit, Facility};
use super::{FACILITY_CODE_TAKEN, FACILITY_REMOVED, FACILITY_UNIT, FacilityId, FacilityKind, FacilityState};
use crate::reach::{found, organization_here, path_of, place_named, require_unit};
use crate::requests::{GivenPin, Pin};

/// A facility to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFacility {
    /// Where it stands: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// Code in the community's register.
    pub code: Text<40>,
    /// What it is.
    pub kind: FacilityKind,
    /// What people call it.
    pub name: Text<60>,
    /// Where it stands, in words.
    pub place_text: Text<200>,
    /// Where it stands on a map.
    pub pin: Option<GivenPin>,
    /// The responsible unit.
    pub organization: Option<OrganizationId>,
    /// Code of the duty list that its reports take.
    pub category: Option<Text<40>>,
    /// Which device keys may speak for it.
    pub device_group: Option<Text<40>>,
}

/// A facility as it is from now on; code, kind and unit of the grid stay.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityEdit {
    /// What people call it.
    pub name: Text<60>,
    /// Where it stands, in words.
    pub place_text: Text<200>,
    /// Where it stands on a map.
    pub pin: Option<GivenPin>,
    /// The responsible unit.
    pub organization: Option<OrganizationId>,
    /// Code of the duty list that its reports take.
    pub category: Option<Text<40>>,
    /// Which device keys may speak for it.
    pub device_group: Option<Text<40>>,
    /// State.
    pub state: FacilityState,
}

/// 422 unless the organization is at work in the community or in its street.
fn require_organization(
    connection: &mut PgConnection,
    organization: Option<OrganizationId>,
    community: &GridPath,
) -> Result<(), ApiError> {
    let Some(id) = organization else { return Ok(()) };
    let here = organization_here(connection, id, community)?;
    if here { Ok(()) } else { Err(ApiError::of(&FACILITY_UNIT).field("/organization", "is no active unit here")) }
}

/// Enters a facility with a random code for its QR.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    (id, ticket): (FacilityId, &str),
    new: &NewFacility,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    require_organization(tx.conn(), new.organization, &place.path.community())?;
    let (now, pin) = (tx.now()?, new.pin.map(GivenPin::stored));
    let facility = Facility {
        id,
        community_id: place.community,
        grid_unit_id: place.unit,
        code: new.code.to_string(),
        kind: new.kind,
        name: new.name.to_string(),
        place_text: new.place_text.to_string(),
        lat: pin.map(|pin| pin.lat),
        lon: pin.map(|pin| pin.lon),
        organization_id: new.organization,
        category: new.category.as_ref().map(ToString::to_string),
        device_group: new.device_group.as_ref().map(ToString::to_string),
        state: FacilityState::InUse,
        ticket: ticket.to_owned(),
        version: 1,
        created_by: author,
        created_at: now,
        updated_at: now,
    };
    if !rows::insert(tx.conn(), &facility)? {
        return Err(ApiError::of(&FACILITY_CODE_TAKEN));
    }
    let entry = Audit::new("facility_create", "facility", id.0).at(place.unit);
    tx.audit(entry.after(json!({"code": facility.code, "kind": facility.kind, "organization": facility.organization_id})))?;
    Ok(tx.done(())?)
}

/// Edits a facility, if the caller has read the newest version.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: FacilityId,
    based_on: &IfMatch,
    edit: &FacilityEdit,
) -> Result<Finished<()>, ApiError> {
    let row = found(rows::find(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, row.grid_unit_id)?;
    if row.state == FacilityState::Removed {
        return Err(ApiError::of(&FACILITY_REMOVED));
    }
    based_on.check(row.version)?;
    let community = path_of(tx.conn(), row.community_id)?;
    require_organization(tx.conn(), edit.organization, &community)?;
    let pin: Option<Pin> = edit.pin.map(GivenPin::stored);
    let change = Edit {
        name: &edit.name,
        place_text: &edit.place_text,
        lat: pin.map(|pin| pin.lat),
        lon: pin.map(|pin| pin.lon),
        organization_id: edit.organization,
        category: edit.category.as_deref(),
        device_group: edit.device_group.as_deref(),
        state: edit.state,
        version: row.version + 1,
        updated_at: tx.now()?,
    };
    if !rows::edit(tx.conn(), id, row.version, &change)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    let entry = Audit::new("facility_update", "facility", id.0).at(row.grid_unit_id);
    let before = json!({"state": row.state, "organization": row.organization_id, "version": row.version});
    tx.audit(entry.before(before).after(json!({"state": edit.state, "organization": edit.organization})))?;
    Ok(tx.done(())?)
}
