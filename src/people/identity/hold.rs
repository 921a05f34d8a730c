//! Legal hold: where the law demands that a person's data is kept (PIPL art. 47 ¶2), the account is frozen. Its data is stored and
//! nothing else: no sign-in, no message, no card, no name or phone for anybody; erasure waits for the end. An administrator asks, a
//! second person (another administrator, or staff of the person's street) puts it into force; the end takes two persons again.
//! An account that was closed before can be held too: what hasn't been erased yet stays until the end.

use base::db::{Audit, DbResult, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use diesel::PgConnection;
use serde_json::json;

use super::rows_hold::{self, HoldRow, Moved, NewHold};
use super::{LegalHoldId, OWN_AFFAIR, close, grant, rows, sign_in};
use crate::grid::{Scope, Target};

base::words! {
    /// State of a legal hold.
    HoldState {
        /// Waits for the second person.
        Asked = "asked" "待复核",
        /// The account is frozen.
        InForce = "in_force" "已冻结",
        /// The second person said no.
        Refused = "refused" "未通过",
        /// Still frozen; the end waits for a second person.
        Ending = "ending" "解冻待复核",
        /// Over.
        Ended = "ended" "已解冻",
    }
}

base::words! {
    /// What moves a legal hold on.
    HoldMove {
        /// The second person agrees.
        Approve = "approve",
        /// The second person says no.
        Refuse = "refuse",
        /// Somebody asks to end it.
        AskEnd = "ask_end",
        /// The second person agrees to the end.
        ApproveEnd = "approve_end",
    }
}

base::machine! {
    HoldState by HoldMove {
        => Asked "an administrator";
        Asked Approve InForce "another administrator, or staff of the person's street";
        Asked Refuse Refused "another administrator, or staff of the person's street";
        InForce AskEnd Ending "an administrator";
        Ending ApproveEnd Ended "another administrator, or staff of the person's street";
    }
}

impl HoldMove {
    const fn action(self) -> &'static str {
        match self {
            Self::Approve => "legal_hold_approve",
            Self::Refuse => "legal_hold_refuse",
            Self::AskEnd => "legal_hold_end",
            Self::ApproveEnd => "legal_hold_end_approve",
        }
    }
}

/// Asks for a hold of a person of the scope.
pub(super) fn ask(tx: &mut Tx<'_>, scope: &Scope, new: &NewHold<'_>) -> Result<(), ApiError> {
    require(tx.conn(), scope, new.person_id)?;
    if new.person_id == new.asked_by {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    if !rows_hold::insert(tx.conn(), new)? {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    let after = json!({"person": new.person_id, "state": "asked", "erase_after": new.erase_after});
    tx.audit(Audit::new("legal_hold_ask", "legal_hold", new.id.0).after(after))?;
    Ok(())
}

fn require(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> Result<(), ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    rows::find(connection, person)?.filter(|row| row.state != "merged").ok_or_else(missing)?;
    let places = grant::places_of(connection, person)?;
    let reached = scope.anyone || places.iter().any(|place| scope.reaches(&Target { unit: Some(place), ..Target::default() }));
    if reached { Ok(()) } else { Err(missing()) }
}

/// Moves a hold on.
pub(super) fn step(tx: &mut Tx<'_>, scope: &Scope, id: LegalHoldId, by: HoldMove, who: PersonId) -> Result<(), ApiError> {
    let row = rows_hold::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    require(tx.conn(), scope, row.person_id)?;
    let first = match by {
        HoldMove::Approve | HoldMove::Refuse => Some(row.asked_by),
        HoldMove::ApproveEnd => row.end_asked_by,
        HoldMove::AskEnd => None,
    };
    if first == Some(who) || row.person_id == who {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let state = row.state.transition(by).ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    let now = tx.now()?;
    let moved = match by {
        HoldMove::Approve | HoldMove::Refuse => Moved { decided_by: Some(who), decided_at: Some(now), ..Moved::default() },
        HoldMove::AskEnd => Moved { end_asked_by: Some(who), end_asked_at: Some(now), ..Moved::default() },
        HoldMove::ApproveEnd => Moved { ended_by: Some(who), ended_at: Some(now), ..Moved::default() },
    };
    rows_hold::update(tx.conn(), id, &Moved { state: Some(state), ..moved })?;
    tx.audit(
        Audit::new(by.action(), "legal_hold", id.0)
            .before(json!({"state": row.state.name()}))
            .after(json!({"state": state.name(), "person": row.person_id})),
    )?;
    match by {
        HoldMove::Approve => freeze(tx, row.person_id),
        HoldMove::ApproveEnd => thaw(tx, &row, who),
        HoldMove::Refuse | HoldMove::AskEnd => Ok(()),
    }
}

/// From the same transaction on nobody acts or is read as this person. Roles stay, so that the end gives them back.
fn freeze(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    sign_in::sign_out_everywhere(tx, person, "legal hold")?;
    rows::set_state(tx.conn(), person, "active", "frozen")?;
    Ok(())
}

/// The account is open again, or the erasure that waited follows.
fn thaw(tx: &mut Tx<'_>, row: &HoldRow, by: PersonId) -> Result<(), ApiError> {
    let frozen = rows::set_state(tx.conn(), row.person_id, "frozen", "active")?;
    if frozen && row.erase_after {
        return close::close_account(tx, row.person_id, by);
    }
    if !frozen {
        close::erase_again(tx, row.person_id, row.id)?;
    }
    Ok(())
}

/// Is a person's data held now?
pub(super) fn held(connection: &mut PgConnection, person: PersonId) -> DbResult<bool> {
    rows_hold::held(connection, person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_take_a_second_step() {
        use HoldMove::{Approve, ApproveEnd, AskEnd, Refuse};
        use HoldState::{Asked, Ended, Ending, InForce, Refused};
        assert_eq!(Asked.transition(Approve), Some(InForce));
        assert_eq!(InForce.transition(ApproveEnd), None);
        assert_eq!(InForce.transition(AskEnd), Some(Ending));
        assert_eq!(Ending.transition(ApproveEnd), Some(Ended));
        assert_eq!(Asked.transition(Refuse), Some(Refused));
        assert_eq!(Refused.allowed().count() + Ended.allowed().count(), 0);
    }
}
