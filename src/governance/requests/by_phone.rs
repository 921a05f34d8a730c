//! A rating on the phone: people without a channel in the program are called, and a worker writes down what they say. It is marked as
//! such, and nobody writes down how their own answer was liked.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::keys::KeyRing;
use people::identity;

use super::hats::{self, By};
use super::rate::{Rating, rated};
use super::work::Happening;
use super::{CaseId, EventKind, HAS_A_CHANNEL, OWN_ANSWER, rows_answers};

pub(super) fn rate(mut tx: Tx<'_>, ring: &KeyRing, by: &By<'_>, id: CaseId, rating: &Rating) -> Result<Finished<()>, ApiError> {
    let work = by.take(&mut tx, id)?;
    let hat = hats::community(tx.conn(), by.actor, &work.case)?;
    if let Some(reporter) = work.case.reporter_id
        && identity::openid_of(tx.conn(), ring, reporter)?.is_some()
    {
        return Err(ApiError::of(&HAS_A_CHANNEL));
    }
    let answered_by = rows_answers::last(tx.conn(), id)?.and_then(|answer| answer.answered_by);
    if answered_by == Some(by.actor.person) || work.case.lead_id == Some(by.actor.person) {
        return Err(ApiError::of(&OWN_ANSWER));
    }
    let said = if rating.dissatisfied() { "不满意（电话回访）" } else { "满意（电话回访）" };
    let what = |kind: EventKind| Happening::by(kind, hat.capacity, by.actor.person).saying(said);
    rated(&mut tx, work, by.action, rating, Some(by.actor.person), what)?;
    Ok(tx.done(())?)
}
