//! Facilities, as those who keep the register see them.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::Facility;
use super::{FacilityId, FacilityKind, FacilityState};
use crate::reach::found;
use crate::requests::Pin;

/// A facility.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacilityView {
    /// Id.
    pub id: FacilityId,
    /// One plain sentence.
    pub summary: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where it stands.
    pub grid_unit_id: GridUnitId,
    /// Code in the register.
    pub code: String,
    /// What it is.
    pub kind: FacilityKind,
    /// What people call it.
    pub name: String,
    /// Where it stands, in words.
    pub place_text: String,
    /// Where it stands on the map, in WGS-84.
    pub pin: Option<Pin>,
    /// The responsible unit.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub organization_name: Option<String>,
    /// Code of the duty list that its reports take.
    pub category: Option<String>,
    /// Which device keys may speak for it.
    pub device_group: Option<String>,
    /// State.
    pub state: FacilityState,
    /// Version, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was edited last.
    pub updated_at: DateTime<Utc>,
}

fn view(row: Facility, names: &HashMap<OrganizationId, String>) -> FacilityView {
    FacilityView {
        summary: format!("{}（{}），{}，{}", row.name, row.kind.zh(), row.place_text, row.state.zh()),
        id: row.id,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        code: row.code,
        kind: row.kind,
        name: row.name,
        place_text: row.place_text,
        pin: row.lat.zip(row.lon).map(|(lat, lon)| Pin { lat, lon }),
        organization: row.organization_id,
        organization_name: row.organization_id.and_then(|id| names.get(&id).cloned()),
        category: row.category,
        device_group: row.device_group,
        state: row.state,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Facilities with the names of their units, in the order given.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<Facility>) -> Result<Vec<FacilityView>, ApiError> {
    let units: Vec<OrganizationId> = rows.iter().filter_map(|row| row.organization_id).collect();
    let names = community::organization_names(connection, &units)?;
    Ok(rows.into_iter().map(|row| view(row, &names)).collect())
}

/// One facility.
pub(super) fn one(connection: &mut PgConnection, row: Facility) -> Result<FacilityView, ApiError> {
    found(views(connection, vec![row])?.pop())
}
