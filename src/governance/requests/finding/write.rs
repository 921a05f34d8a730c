//! Keeping filters under a name, changing and sharing them.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::text::Text;
use people::grid::{self, Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rows_views::{self, Kept};
use super::{RequestFilters, RequestViewId, VIEWS_FULL};

/// Views that one person keeps at most.
const MOST: i64 = 30;

/// Filters to be kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequestView {
    /// Its name.
    pub name: Text<40>,
    /// What it narrows the list to.
    pub filters: RequestFilters,
}

/// Where a view is shared.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestViewSharing {
    /// The community whose workers and staff see it; none: nobody else.
    pub community: Option<GridUnitId>,
}

impl NewRequestView {
    fn stored(&self) -> Result<serde_json::Value, ApiError> {
        self.filters.check()?;
        serde_json::to_value(&self.filters).map_err(ApiError::internal)
    }
}

/// A view of the person's own; 404 for all others.
fn own(tx: &mut Tx<'_>, person: PersonId, id: RequestViewId) -> Result<Kept, ApiError> {
    let kept = rows_views::lock(tx.conn(), id)?.filter(|kept| kept.person_id == person);
    kept.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

pub(super) fn create(
    mut tx: Tx<'_>,
    person_id: PersonId,
    id: RequestViewId,
    new: &NewRequestView,
) -> Result<Finished<()>, ApiError> {
    let filters = new.stored()?;
    if rows_views::count(tx.conn(), person_id)? >= MOST {
        return Err(ApiError::of(&VIEWS_FULL));
    }
    let created_at = tx.now()?;
    let name = new.name.as_str().to_owned();
    let kept = Kept { id, person_id, name, filters, community_id: None, created_at, updated_at: created_at };
    rows_views::insert(tx.conn(), &kept)?;
    tx.audit(Audit::new("request_view_create", "request_view", id.0).after(json!({"name": kept.name})))?;
    Ok(tx.done(())?)
}

pub(super) fn update(
    mut tx: Tx<'_>,
    person: PersonId,
    id: RequestViewId,
    new: &NewRequestView,
) -> Result<Finished<()>, ApiError> {
    let mut kept = own(&mut tx, person, id)?;
    let before = json!({"name": kept.name});
    kept.filters = new.stored()?;
    kept.name = new.name.as_str().to_owned();
    kept.updated_at = tx.now()?;
    rows_views::save(tx.conn(), &kept)?;
    let audit = Audit::new("request_view_update", "request_view", id.0).before(before);
    tx.audit(audit.after(json!({"name": kept.name})))?;
    Ok(tx.done(())?)
}

pub(super) fn delete(mut tx: Tx<'_>, person: PersonId, id: RequestViewId) -> Result<Finished<()>, ApiError> {
    let kept = own(&mut tx, person, id)?;
    rows_views::delete(tx.conn(), id)?;
    tx.audit(Audit::new("request_view_delete", "request_view", id.0).before(json!({"name": kept.name})))?;
    Ok(tx.done(())?)
}

/// Shares one's own view in a community of the scope, or takes that back.
pub(super) fn share(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: RequestViewId,
    community: Option<GridUnitId>,
) -> Result<Finished<()>, ApiError> {
    let mut kept = own(&mut tx, person, id)?;
    if let Some(community) = community {
        let unit = grid::unit_find(tx.conn(), community)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        scope.require_unit(&unit.path)?;
        if unit.level() != UnitKind::Community {
            return Err(ApiError::invalid("/community", "must be a community"));
        }
    }
    let before = json!({"community": kept.community_id});
    kept.community_id = community;
    kept.updated_at = tx.now()?;
    rows_views::save(tx.conn(), &kept)?;
    let audit = Audit::new("request_view_share", "request_view", id.0).before(before);
    tx.audit(audit.after(json!({"community": community})))?;
    Ok(tx.done(())?)
}
