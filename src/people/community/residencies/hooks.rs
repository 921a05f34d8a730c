//! What this noun hands in for one person: claims that wait for a worker, and one's own residences in the export.

use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::{Value, json};

use super::rows;
use super::view::{Eyes, views};
use crate::grid::Scope;
use crate::identity::{Actor, HomeItem, Role};

/// A worker's claims that wait.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let units =
        [Role::GridWorker, Role::CommunityStaff].iter().flat_map(|role| actor.holding(*role)).filter_map(|held| held.path);
    let scope = Scope { units: units.collect(), ..Scope::default() };
    if scope.units.is_empty() {
        return Ok(Vec::new());
    }
    let waiting = rows::waiting_in(connection, &scope)?;
    if waiting == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![HomeItem {
        kind: "residencies".to_owned(),
        title: "住址待确认".to_owned(),
        summary: format!("有 {waiting} 个住址等待确认"),
        deadline: None,
        link: "/api/v1/residencies?state=claimed".to_owned(),
    }])
}

/// One's own residences.
pub fn export(connection: &mut PgConnection, ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let rows = rows::of_person(connection, person)?;
    let views = views(connection, ring, &rows, Eyes::Own)?;
    Ok(json!({ "residencies": views }))
}
