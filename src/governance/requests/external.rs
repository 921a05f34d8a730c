//! What another system says about a request of ours: a unit's own system at work on it, or an Open311 client with news.

use base::db::Tx;
use base::error::ApiError;

use super::rows_answers::{self, Answer};
use super::work::{Happening, Work};
use super::{CaseId, EventKind, Move, Outcome, rows_events};

base::words! {
    /// What another system says of the state.
    ExternalStatus {
        /// News only.
        Noted = "noted",
        /// It is at work.
        InProgress = "in_progress",
        /// Done.
        Solved = "solved",
        /// Done in part.
        PartlySolved = "partly_solved",
        /// Can't be done; the text says why.
        CannotBeSolved = "cannot_be_solved",
        /// Not its duty; the text says whose.
        NotADuty = "not_a_duty",
    }
}

impl ExternalStatus {
    const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Noted | Self::InProgress => None,
            Self::Solved => Some(Outcome::Solved),
            Self::PartlySolved => Some(Outcome::PartlySolved),
            Self::CannotBeSolved => Some(Outcome::CannotBeSolved),
            Self::NotADuty => Some(Outcome::NotADuty),
        }
    }
}

/// An update of another system.
#[derive(Debug, Clone)]
pub struct Update {
    /// What it says of the state.
    pub status: ExternalStatus,
    /// What it says, for the reporter: 1 to 2,000 characters.
    pub text: String,
    /// Which system, at most 80 characters.
    pub by: String,
    /// Its id of this update; the same twice changes nothing.
    pub external_id: String,
}

/// Takes an update in the caller's transaction. A state that our table doesn't allow now is kept as news, so that nothing that another
/// system says is lost. Errors: 404 when there is no such request.
pub fn external_update(tx: &mut Tx<'_>, id: CaseId, update: &Update) -> Result<(), ApiError> {
    let mut work = Work::lock(tx, id)?;
    if rows_events::said(tx.conn(), id, &update.by, &update.external_id)? {
        return Ok(());
    }
    let text: String = update.text.chars().take(2_000).collect();
    let text = if text.trim().is_empty() { update.status.name().to_owned() } else { text };
    let wanted = match update.status {
        ExternalStatus::Noted => None,
        ExternalStatus::InProgress => Some(Move::Accept),
        _ => Some(Move::Answer),
    };
    let moved = wanted.filter(|by| work.case.state.transition(*by).is_some());
    let kind = match moved {
        Some(Move::Answer) => EventKind::Answered,
        Some(_) => EventKind::Accepted,
        None => EventKind::ExternalUpdate,
    };
    if let Some(by) = moved {
        work.go(by)?;
    }
    if moved == Some(Move::Answer) {
        work.case.outcome = update.status.outcome();
    }
    let unit = work.case.organization_id;
    work.happened(Happening::outside(kind, &update.by, &update.external_id).of(unit).saying(text.clone()));
    let (sequence, now) = (work.sequence(), work.now());
    let outcome = work.case.outcome;
    work.write(tx, "request_external_update")?;
    if let (Some(Move::Answer), Some(outcome)) = (moved, outcome) {
        let short: String = text.chars().take(200).collect();
        let reason: String = text.chars().take(500).collect();
        let cannot = outcome == Outcome::CannotBeSolved;
        let row = Answer {
            request_id: id,
            round: rows_answers::last(tx.conn(), id)?.map_or(1, |last| last.round + 1),
            sequence,
            outcome,
            text,
            reason: cannot.then_some(reason),
            legal_basis: cannot.then(|| "对方系统未注明".to_owned()),
            instead: (outcome == Outcome::NotADuty).then_some(short),
            organization_id: unit,
            answered_by: None,
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
    }
    Ok(())
}
