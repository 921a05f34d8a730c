//! Writing a version and deciding about it.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use people::grid::{Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Checklist};
use super::{ChecklistMove, ChecklistState, Item, ItemKind};
use crate::grid_tasks::{CHECKLIST_DRAFT_OPEN, CHECKLIST_SECOND_PERSON, ChecklistId, Duty};
use crate::reach::{changed, found, moved, place_named, require_unit};

/// An item to be asked.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// Code within the checklist.
    pub code: Text<30>,
    /// What is asked.
    pub text: Text<200>,
    /// How it is answered.
    pub kind: ItemKind,
    /// Must it be answered?
    pub required: bool,
}

/// A version to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChecklist {
    /// Whose.
    pub community: GridUnitId,
    /// Code that stays over all versions.
    pub code: Text<30>,
    /// For which duty.
    pub duty: Duty,
    /// Title.
    pub title: Text<60>,
    /// What is asked, in order.
    #[schema(value_type = Vec<NewItem>, max_items = 40)]
    pub items: Few<NewItem, 40>,
}

impl NewChecklist {
    /// As stored; 422 when there is none or a code stands twice.
    fn items(&self) -> Result<Vec<Item>, ApiError> {
        let items: Vec<Item> = self.items.items().iter().cloned().map(Item::from).collect();
        let mut codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        if items.is_empty() || codes.len() != items.len() {
            return Err(ApiError::invalid("/items", "must be at least one, each code once"));
        }
        Ok(items)
    }
}

impl From<NewItem> for Item {
    fn from(new: NewItem) -> Self {
        Self { code: new.code, text: new.text, kind: new.kind, required: new.required }
    }
}

/// Enters the next version of a code as a draft.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: ChecklistId,
    new: &NewChecklist,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.community, "/community")?;
    if place.level != UnitKind::Community {
        return Err(ApiError::invalid("/community", "is no community"));
    }
    let items = serde_json::to_value(new.items()?).map_err(ApiError::internal)?;
    let version = rows::newest(tx.conn(), place.unit, &new.code)? + 1;
    let row = Checklist {
        id,
        community_id: place.unit,
        code: new.code.to_string(),
        version,
        duty: new.duty,
        title: new.title.to_string(),
        items,
        state: ChecklistState::Draft,
        reason: None,
        requested_by: author,
        approved_by: None,
        created_at: tx.now()?,
        decided_at: None,
        ended_at: None,
    };
    rows::insert(tx.conn(), &row)
        .map_err(|why| if why.unique_violation().is_some() { ApiError::of(&CHECKLIST_DRAFT_OPEN) } else { why.into() })?;
    let entry = Audit::new("checklist_create", "grid_checklist", id.0).at(place.unit);
    tx.audit(entry.after(json!({"code": row.code, "version": version, "items": new.items.items().len()})))?;
    Ok(tx.done(())?)
}

/// Decides about another person's draft; approved, it takes the place of the version in force.
pub(super) fn decide(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: ChecklistId,
    (action, reason): (ChecklistMove, Option<&str>),
) -> Result<Finished<()>, ApiError> {
    let row = found(rows::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, row.community_id)?;
    let to = moved(row.state.transition(action))?;
    if row.requested_by == person {
        return Err(ApiError::of(&CHECKLIST_SECOND_PERSON));
    }
    let now = tx.now()?;
    if to == ChecklistState::InForce {
        rows::replace(tx.conn(), row.community_id, &row.code, now)?;
    }
    changed(rows::decide(tx.conn(), id, (to, person, reason), now)?)?;
    let name = if to == ChecklistState::InForce { "checklist_approve" } else { "checklist_refuse" };
    let entry = Audit::new(name, "grid_checklist", id.0).at(row.community_id);
    tx.audit(entry.before(json!({"state": row.state})).after(json!({"state": to, "version": row.version})))?;
    Ok(tx.done(())?)
}
