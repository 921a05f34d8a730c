//! The reporter's rating closes a request; whoever is dissatisfied may have it done again once (不满意重办).

use base::db::{Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::{Text, Whole};
use serde::Deserialize;

use super::hats::By;
use super::rows_answers::{self, Marks};
use super::work::{Happening, Work};
use super::{CaseId, EventKind, Move, REDO_REFUSED};

/// A rating: four marks of 1 to 5.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// Is it resolved?
    pub resolved: bool,
    /// How fast it went.
    pub speed: Whole<1, 5>,
    /// What came of it.
    pub effect: Whole<1, 5>,
    /// How one was treated.
    pub attitude: Whole<1, 5>,
    /// How well one was kept informed.
    pub feedback: Whole<1, 5>,
    /// In one's own words.
    pub comment: Option<Text<500>>,
    /// Do it again? Once, when it isn't resolved or a mark is 1 or 2.
    pub redo: Option<bool>,
}

/// A mark is 1 to 5 by its type.
fn mark(mark: Whole<1, 5>) -> i16 {
    i16::try_from(mark.get()).unwrap_or(1)
}

impl Rating {
    fn marks(&self) -> Marks {
        Marks {
            resolved: self.resolved,
            speed: mark(self.speed),
            effect: mark(self.effect),
            attitude: mark(self.attitude),
            feedback: mark(self.feedback),
        }
    }

    pub(super) fn dissatisfied(&self) -> bool {
        let marks = [self.speed, self.effect, self.attitude, self.feedback];
        !self.resolved || marks.iter().any(|mark| mark.get() <= 2)
    }
}

pub(super) fn rate(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, rating: &Rating) -> Result<Finished<()>, ApiError> {
    let work = by.take_own(&mut tx, id)?;
    let said = if rating.dissatisfied() { "不满意" } else { "满意" };
    let case = work.case.clone();
    rated(&mut tx, work, by.action, rating, None, |kind| by.as_reporter(kind, &case).saying(said))?;
    Ok(tx.done(())?)
}

/// Writes a rating to the answer that stands; `recorded_by` wrote down what was said on the phone.
pub(super) fn rated(
    tx: &mut Tx<'_>,
    mut work: Work,
    action: &str,
    rating: &Rating,
    recorded_by: Option<PersonId>,
    what: impl FnOnce(EventKind) -> Happening,
) -> Result<(), ApiError> {
    let id = work.case.id;
    let again = rating.redo.unwrap_or(false);
    work.go(if again { Move::Redo } else { Move::Close })?;
    if again && (work.case.redone || !rating.dissatisfied()) {
        return Err(ApiError::of(&REDO_REFUSED));
    }
    let answer = rows_answers::last(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    let now = work.now();
    rows_answers::rate(tx.conn(), (id, answer.round), &rating.marks(), (rating.comment.as_deref(), recorded_by), now)?;
    let what = what(if again { EventKind::Redo } else { EventKind::Rated });
    if again {
        work.case.redone = true;
        work.case.outcome = None;
    } else {
        work.case.closed_at = Some(now);
    }
    work.happened(what);
    work.write(tx, action)?;
    Ok(())
}
