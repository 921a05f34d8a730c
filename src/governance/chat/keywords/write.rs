//! Entering words and putting them out of use.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::text::Text;
use people::grid::{Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::CHAT_KEYWORD_THERE;
use super::rows::{self, Keyword};
use crate::KeywordId;
use crate::reach::{found, moved, path_of, place_named};

/// A word to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyword {
    /// Community.
    pub community: GridUnitId,
    /// Word of two characters at least.
    pub word: Text<20>,
    /// Code of the duty list, for the request that may come of it.
    pub category: Option<Text<40>>,
}

pub(super) fn enter(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: KeywordId,
    new: &NewKeyword,
) -> Result<Finished<()>, ApiError> {
    let (unit, community) = place_named(tx.conn(), scope, new.community, "/community")?;
    if unit.level() != UnitKind::Community {
        return Err(ApiError::invalid("/community", "must be a community"));
    }
    if new.word.chars().count() < 2 {
        return Err(ApiError::invalid("/word", "takes two characters at least"));
    }
    let keyword = Keyword {
        id,
        community_id: Some(community),
        word: new.word.to_string(),
        category: new.category.as_ref().map(ToString::to_string),
        made_by: Some(person),
        made_at: tx.now()?,
        ended_at: None,
    };
    if !rows::insert(tx.conn(), &keyword)? {
        return Err(ApiError::of(&CHAT_KEYWORD_THERE));
    }
    tx.audit(Audit::new("chat_keyword_create", "chat_keyword", id.0).at(community).after(json!({"word": keyword.word})))?;
    Ok(tx.done(())?)
}

/// Puts a word of one's community out of use; those that hold everywhere are the installation's.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, id: KeywordId) -> Result<Finished<()>, ApiError> {
    let keyword = found(rows::find(tx.conn(), id)?)?;
    let community = keyword.community_id.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&path_of(tx.conn(), community)?)?;
    let now = tx.now()?;
    moved(rows::end(tx.conn(), id, now)?.then_some(()))?;
    tx.audit(Audit::new("chat_keyword_end", "chat_keyword", id.0).at(community))?;
    Ok(tx.done(())?)
}
