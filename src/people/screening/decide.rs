//! A person's decision on what waits, and the author's objection. The noun hears of it in the same transaction, the author in the inbox.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use serde_json::json;

use super::check::Screener;
use super::rows::{self, Decided, Item};
use super::{Decision, ItemId, ItemMove, ItemState, Refusal, SCREENING_NOTE_MISSING, SCREENING_SAME_WORKER, SCREENING_STATE};
use crate::grid::{self, Scope, Target};
use crate::identity::OWN_AFFAIR;
use crate::notify::{self, Notice, templates};

/// Who decides.
pub(super) struct Decider<'a> {
    pub(super) screener: &'a Screener,
    pub(super) scope: &'a Scope,
    pub(super) person: PersonId,
}

/// An item within a scope, locked. 404 outside.
fn reach(tx: &mut Tx<'_>, scope: &Scope, id: ItemId) -> Result<Item, ApiError> {
    let item = rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let unit = grid::unit_find(tx.conn(), item.unit_id)?;
    let target = Target { person: item.author_id, unit: unit.as_ref().map(|unit| &unit.path), ..Target::default() };
    scope.require(&target)?;
    Ok(item)
}

fn moved(item: &Item, by: ItemMove) -> Result<ItemState, ApiError> {
    item.state.transition(by).ok_or_else(|| ApiError::of(&SCREENING_STATE))
}

/// Publishes or refuses what waits in the queue.
pub(super) fn decide(
    mut tx: Tx<'_>,
    decider: &Decider<'_>,
    id: ItemId,
    decision: Decision,
    note: Option<&str>,
) -> Result<Finished<()>, ApiError> {
    let item = reach(&mut tx, decider.scope, id)?;
    if item.author_id == Some(decider.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let (by, refusal, action) = match decision {
        Decision::Publish => (ItemMove::Publish, None, "screening_publish"),
        Decision::Refuse(Refusal::Other) if note.is_none() => return Err(ApiError::of(&SCREENING_NOTE_MISSING)),
        Decision::Refuse(refusal) => (ItemMove::Refuse, Some(refusal), "screening_refuse"),
    };
    // Appeals have a door of their own.
    let to = moved(&item, by)
        .and_then(|to| if item.state == ItemState::Queued { Ok(to) } else { Err(ApiError::of(&SCREENING_STATE)) })?;
    let at = tx.now()?;
    rows::decide(tx.conn(), id, &Decided { to, by: decider.person, at, refusal, note })?;
    settle(&mut tx, decider, &item, to, action, decision)?;
    Ok(tx.done(())?)
}

/// Notes the author's objection.
pub(super) fn appeal(mut tx: Tx<'_>, scope: &Scope, id: ItemId, text: &str) -> Result<Finished<()>, ApiError> {
    let item = reach(&mut tx, scope, id)?;
    let to = moved(&item, ItemMove::Appeal)?;
    let at = tx.now()?;
    rows::appeal(tx.conn(), id, text, at)?;
    tx.audit(
        Audit::new("screening_appeal", "screening_item", id.0)
            .at(item.unit_id)
            .before(json!({"state": item.state}))
            .after(json!({"state": to})),
    )?;
    Ok(tx.done(())?)
}

/// Decides on an objection: neither the author nor whoever refused it.
pub(super) fn decide_appeal(
    mut tx: Tx<'_>,
    decider: &Decider<'_>,
    id: ItemId,
    publish: bool,
    note: &str,
) -> Result<Finished<()>, ApiError> {
    let item = reach(&mut tx, decider.scope, id)?;
    if item.author_id == Some(decider.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    if item.decided_by == Some(decider.person) {
        return Err(ApiError::of(&SCREENING_SAME_WORKER));
    }
    if item.state != ItemState::Appealed {
        return Err(ApiError::of(&SCREENING_STATE));
    }
    let to = moved(&item, if publish { ItemMove::Publish } else { ItemMove::Refuse })?;
    let at = tx.now()?;
    rows::decide_appeal(tx.conn(), id, &Decided { to, by: decider.person, at, refusal: None, note: Some(note) })?;
    let decision = if publish { Decision::Publish } else { Decision::Refuse(item.refusal.unwrap_or(Refusal::Other)) };
    settle(&mut tx, decider, &item, to, "screening_appeal_decide", decision)?;
    Ok(tx.done(())?)
}

/// Audit, the author's notice, and the noun.
fn settle(
    tx: &mut Tx<'_>,
    decider: &Decider<'_>,
    item: &Item,
    to: ItemState,
    action: &'static str,
    decision: Decision,
) -> Result<(), ApiError> {
    let refusal = match decision {
        Decision::Publish => None,
        Decision::Refuse(refusal) => Some(refusal),
    };
    tx.audit(
        Audit::new(action, "screening_item", item.id.0)
            .at(item.unit_id)
            .before(json!({"state": item.state}))
            .after(json!({"state": to, "refusal": refusal, "noun": item.noun, "subject": item.subject_id})),
    )?;
    let noun = decider.screener.noun(&item.noun);
    if let Some(author) = item.author_id {
        let template = match to {
            ItemState::Published => &templates::SCREENING_PUBLISHED,
            ItemState::Upheld => &templates::SCREENING_UPHELD,
            _ => &templates::SCREENING_REFUSED,
        };
        let notice = Notice::new(template)
            .with("what", noun.map_or("内容", |noun| noun.zh))
            .with("reason", refusal.map_or("", Refusal::zh))
            .link(format!("pages/me/screening?id={}", item.id));
        notify::send(tx, author, &notice)?;
    }
    match noun {
        Some(noun) => (noun.decided)(tx, item.subject_id, decision),
        // A noun that is no more: its things are gone with it.
        None => Ok(()),
    }
}
