//! Recording a check, in the noun's own transaction.

use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, NewItem};
use super::{ItemId, ItemState, Verdict};

/// What was checked.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its noun, as handed in in `nouns.rs`.
    pub noun: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Its community.
    pub community: GridUnitId,
    /// Its place: whoever works there decides.
    pub unit: GridUnitId,
    /// Its author, who is told and may object; none without an account.
    pub author: Option<PersonId>,
}

/// Records what the check said of a text (empty for a picture). The text itself is kept only when a person has to read it. The noun shows
/// its thing only after `Verdict::Publish` or a decision. 409 `already_exists` when the same thing waits already.
pub fn submit(tx: &mut Tx<'_>, subject: Subject, verdict: &Verdict, text: &str) -> Result<ItemId, ApiError> {
    let (state, why) = match verdict {
        Verdict::Publish => (ItemState::Published, None),
        Verdict::Queue(why) => (ItemState::Queued, Some(why)),
        Verdict::Refuse(why) => (ItemState::Refused, Some(why)),
    };
    let id = ItemId::new();
    let kept: String = text.chars().take(10_000).collect();
    let item = NewItem {
        id,
        noun: subject.noun,
        subject_id: subject.id,
        community_id: subject.community,
        unit_id: subject.unit,
        author_id: subject.author,
        state,
        reason: why.map(|why| why.reason),
        words: why.map(|why| why.words.as_slice()).unwrap_or_default(),
        check_label: why.and_then(|why| why.label),
        check_trace: why.and_then(|why| why.trace.as_deref()),
        text: Some(kept.as_str()).filter(|text| why.is_some() && !text.is_empty()),
    };
    rows::insert(tx.conn(), &item)?;
    let after = json!({"noun": subject.noun, "subject": subject.id, "state": state, "reason": item.reason});
    tx.audit(Audit::new("screening_submit", "screening_item", id.0).at(subject.unit).after(after))?;
    Ok(id)
}
