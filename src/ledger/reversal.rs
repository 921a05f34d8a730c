//! Reversal: what undoes a transaction, and the claw-back of an award whose points are spent. Points always go back
//! with the dates they came with; nothing is renewed.

use base::money::Points;

use crate::account::{AccountId, TransactionId};
use crate::dates::ExpiresOn;
use crate::engine::{Draft, Entry, take_up_to};
use crate::error::PostError;
use crate::posting::TransactionKind;
use crate::state::{Account, BookState, ClawBack};

/// Drafts the reversal of one transaction.
pub(crate) fn reverse(state: &BookState, draft: &mut Draft, original: TransactionId) -> Result<(), PostError> {
    let original = state.originals.get(&original).ok_or(PostError::TransactionUnknown)?;
    if matches!(original.kind, TransactionKind::Hold | TransactionKind::Release | TransactionKind::Reverse) {
        return Err(PostError::NotReversible);
    }
    if original.reversed_by.is_some() {
        return Err(PostError::AlreadyReversed);
    }
    match original.kind {
        TransactionKind::Award => claw_back(state, draft, &original.entries),
        TransactionKind::Capture => uncapture(state, draft, &original.entries, original.hold),
        _ => mirror(state, draft, &original.entries),
    }
}

/// Each entry back. Whoever received must still have the points: of the same date, not past.
fn mirror(state: &BookState, draft: &mut Draft, entries: &[Entry]) -> Result<(), PostError> {
    for entry in entries {
        if entry.amount.is_positive() {
            give_back(state, draft, entry.account, entry.expires_on, entry.amount)?;
        } else {
            let back = Points::ZERO.checked_sub(entry.amount).ok_or(PostError::OutOfRange)?;
            draft.credit(entry.account, entry.expires_on, back)?;
        }
    }
    Ok(())
}

/// Takes from exactly one bucket, which must have it.
fn give_back(state: &BookState, draft: &mut Draft, id: AccountId, expires: ExpiresOn, amount: Points) -> Result<(), PostError> {
    use crate::account::AccountKind::{Budget, Issuance};
    let account = state.account(id).ok_or(PostError::AccountUnknown)?;
    let there = if expires.is_past(state.today()) { Points::ZERO } else { account.bucket(expires) };
    match account.kind {
        Issuance => {}
        _ if there >= amount => {}
        Budget => return Err(PostError::BudgetExhausted),
        _ => return Err(PostError::InsufficientPoints),
    }
    draft.debit(id, expires, amount)
}

/// From the merchant (or issuance) to the holder, with the dates of the hold.
fn uncapture(state: &BookState, draft: &mut Draft, entries: &[Entry], hold: Option<TransactionId>) -> Result<(), PostError> {
    let hold = hold.and_then(|id| state.holds.get(&id)).ok_or(PostError::HoldUnknown)?;
    for entry in entries.iter().filter(|entry| entry.amount.is_positive()) {
        give_back(state, draft, entry.account, entry.expires_on, entry.amount)?;
    }
    for (expires, part) in &hold.parts {
        draft.credit(hold.account, *expires, *part)?;
    }
    Ok(())
}

/// Back to the budget: repaid debt returns, then the award's own bucket, then whatever else is there, earliest first.
/// What is missing after that is the policy's: refused, let go, or owed.
fn claw_back(state: &BookState, draft: &mut Draft, entries: &[Entry]) -> Result<(), PostError> {
    let mut recovered = Points::ZERO;
    let add = |sum: Points, part: Points| sum.checked_add(part).ok_or(PostError::OutOfRange);
    for entry in entries.iter().filter(|entry| entry.amount.is_positive()) {
        let account = state.account(entry.account).ok_or(PostError::AccountUnknown)?;
        if entry.expires_on == ExpiresOn::NEVER {
            draft.debit(entry.account, ExpiresOn::NEVER, entry.amount)?;
            recovered = add(recovered, entry.amount)?;
            continue;
        }
        let missing = collect(state, draft, entry, account)?;
        let mut back = entry.amount.checked_sub(missing).ok_or(PostError::OutOfRange)?;
        if missing.is_positive() {
            match state.head.claw_back {
                ClawBack::Refuse => return Err(PostError::AwardSpent),
                ClawBack::AllowDebt if account.kind.may_owe() => {
                    draft.debit(entry.account, ExpiresOn::NEVER, missing)?;
                    back = entry.amount;
                }
                ClawBack::AllowDebt | ClawBack::UpToBalance => draft.unrecovered = add(draft.unrecovered, missing)?,
            }
        }
        recovered = add(recovered, back)?;
    }
    if !recovered.is_positive() {
        return Err(PostError::NothingToRecover);
    }
    let budget = entries.iter().find(|entry| !entry.amount.is_positive()).ok_or(PostError::Broken("an award from nowhere"))?;
    draft.credit(budget.account, ExpiresOn::NEVER, recovered)
}

/// Takes a dated part of an award back from what its account has today; answers what is missing.
fn collect(state: &BookState, draft: &mut Draft, entry: &Entry, account: &Account) -> Result<Points, PostError> {
    let today = state.today();
    let own = if entry.expires_on.is_past(today) { Points::ZERO } else { account.bucket(entry.expires_on).min(entry.amount) };
    draft.debit(entry.account, entry.expires_on, own)?;
    let mut others = account.clone();
    others.buckets.remove(&entry.expires_on);
    let rest = entry.amount.checked_sub(own).ok_or(PostError::OutOfRange)?;
    let (parts, missing) = take_up_to(&others, rest, today)?;
    for (expires, part) in parts {
        draft.debit(entry.account, expires, part)?;
    }
    Ok(missing)
}
