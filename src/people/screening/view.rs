//! How a checked thing is shown: to whoever decides, and to its author.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::Screener;
use super::rows::Item;
use super::{ItemId, ItemState, Reason, Refusal};
use crate::grid;
use crate::identity;

/// Something that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// Id.
    pub id: ItemId,
    /// What kind of thing.
    pub noun: String,
    /// The thing.
    pub subject: Uuid,
    /// Where it is looked at in this API.
    pub link: Option<String>,
    /// Its place.
    pub unit: GridUnitId,
    /// The place's name.
    pub unit_name: String,
    /// What others see of its author; empty without an account.
    pub author: String,
    /// Where it stands.
    pub state: ItemState,
    /// What the check said.
    pub reason: Option<Reason>,
    /// Words of a list that were found; for those who decide.
    pub words: Vec<String>,
    /// The text; none for a picture, see `link`.
    pub text: Option<String>,
    /// Why a person refused it.
    pub refusal: Option<Refusal>,
    /// What they added.
    pub note: Option<String>,
    /// When they decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// What its author says against it.
    pub appeal: Option<String>,
    /// Since when.
    pub appealed_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub appeal_note: Option<String>,
    /// When it was checked.
    pub created_at: DateTime<Utc>,
    /// One line to read out.
    pub summary: String,
}

/// Views of several, as this person may see them.
pub(super) fn views(
    connection: &mut PgConnection,
    screener: &Screener,
    items: Vec<Item>,
    viewer: PersonId,
) -> DbResult<Vec<ItemView>> {
    let authors: Vec<PersonId> = items.iter().filter_map(|item| item.author_id).collect();
    let names = identity::names_by_ids(connection, &authors)?;
    let units = grid::units_by_ids(connection, &items.iter().map(|item| item.unit_id).collect::<Vec<_>>())?;
    let unit_names: HashMap<GridUnitId, String> = units.into_iter().map(|(id, unit)| (id, unit.name)).collect();
    let shown = items.into_iter().map(|item| {
        let author = item.author_id.and_then(|author| names.get(&author)).map(|name| name.nickname.clone());
        let unit_name = unit_names.get(&item.unit_id).cloned().unwrap_or_default();
        view(screener, item, viewer, author.unwrap_or_default(), unit_name)
    });
    Ok(shown.collect())
}

fn view(screener: &Screener, item: Item, viewer: PersonId, author: String, unit_name: String) -> ItemView {
    let noun = screener.noun(&item.noun);
    let what = noun.map_or("内容", |noun| noun.zh);
    let reason = item.reason.map_or(String::new(), |reason| format!("（{}）", reason.zh()));
    ItemView {
        summary: format!("{unit_name}的{what}：{}{reason}", item.state.zh()),
        id: item.id,
        link: noun.and_then(|noun| noun.path).map(|path| format!("{path}{}", item.subject_id)),
        noun: item.noun,
        subject: item.subject_id,
        unit: item.unit_id,
        unit_name,
        author,
        state: item.state,
        reason: item.reason,
        // Authors aren't told which words to write differently.
        words: if item.author_id == Some(viewer) { Vec::new() } else { item.words },
        text: item.text,
        refusal: item.refusal,
        note: item.note,
        decided_at: item.decided_at,
        appeal: item.appeal,
        appealed_at: item.appealed_at,
        appeal_note: item.appeal_note,
        created_at: item.created_at,
    }
}
