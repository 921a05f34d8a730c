//! The answer, with an honest outcome: what can't be done has a reason and a legal basis, what is no duty says where to go instead.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::{Few, Text};
use serde::Deserialize;

use super::hats::{self, By};
use super::rows_answers::{self, Answer};
use super::{CaseId, EventKind, FileId, Move, OUTCOME_NEEDS, Outcome, outward};

/// An answer.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// solved, partly_solved, cannot_be_solved or not_a_duty.
    pub outcome: Outcome,
    /// What the reporter reads.
    pub text: Text<2000>,
    /// Why it can't be solved; with `cannot_be_solved`.
    pub reason: Option<Text<500>>,
    /// The rule on which that rests; with `cannot_be_solved`.
    pub legal_basis: Option<Text<500>>,
    /// Who can be asked instead; with `not_a_duty`.
    pub instead: Option<Text<200>>,
    /// Pictures of the result.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// For handlers only.
    pub note: Option<Text<500>>,
}

impl NewAnswer {
    /// 422 `outcome_needs` naming what the outcome asks for.
    fn check(&self) -> Result<(), ApiError> {
        let lacks = |pointer: &str, message: &str| Err(ApiError::of(&OUTCOME_NEEDS).field(pointer, message));
        match self.outcome {
            Outcome::CannotBeSolved if self.reason.is_none() => lacks("/reason", "cannot_be_solved needs a reason"),
            Outcome::CannotBeSolved if self.legal_basis.is_none() => {
                lacks("/legal_basis", "cannot_be_solved needs a legal basis")
            }
            Outcome::NotADuty if self.instead.is_none() => lacks("/instead", "not_a_duty says where to go instead"),
            outcome if !outcome.is_answer() => lacks("/outcome", "comes about by its own move"),
            _ => Ok(()),
        }
    }
}

pub(super) fn answer(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, new: &NewAnswer) -> Result<Finished<()>, ApiError> {
    new.check()?;
    let mut work = by.take(&mut tx, id)?;
    work.go(Move::Answer)?;
    let hat = hats::leading(tx.conn(), by.actor, &work.case)?;
    work.case.outcome = Some(new.outcome);
    let note = new.note.as_deref().map(str::to_owned);
    work.happened(by.as_handler(EventKind::Answered, &hat).saying(new.text.as_str()).noting(note));
    let (sequence, now) = (work.sequence(), work.now());
    let case = work.write(&mut tx, by.action)?;
    let text = |text: &Option<Text<500>>| text.as_deref().map(str::to_owned);
    let row = Answer {
        request_id: id,
        round: rows_answers::last(tx.conn(), id)?.map_or(1, |last| last.round + 1),
        sequence,
        outcome: new.outcome,
        text: new.text.as_str().to_owned(),
        reason: text(&new.reason),
        legal_basis: text(&new.legal_basis),
        instead: new.instead.as_deref().map(str::to_owned),
        organization_id: hat.organization,
        answered_by: Some(by.actor.person),
        at: now,
        resolved: None,
        speed: None,
        effect: None,
        attitude: None,
        feedback: None,
        comment: None,
        rated_at: None,
        rated_by: None,
    };
    rows_answers::insert(tx.conn(), &row)?;
    let files = new.files.as_ref().map(|files| files.items()).unwrap_or_default();
    outward::attach(&mut tx, &case, outward::RESULTS, files)?;
    Ok(tx.done(())?)
}
