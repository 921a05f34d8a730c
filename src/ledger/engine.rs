//! All rules of the ledger, pure: no SQL, no clock, no randomness. `apply` decides one posting against the touched part
//! of the book, changes that part, and says what is to be written. A refused posting changes nothing.

use std::collections::BTreeMap;

use base::money::{MAX_HUNDREDTHS, Points};

use crate::account::{AccountId, AccountKind, Owner, Party, TransactionId};
use crate::dates::{BookDate, ExpiresOn, Validity};
use crate::error::PostError;
use crate::posting::{About, Movement, Posting, ReleaseBy, TransactionKind};
use crate::reversal;
use crate::state::{Account, BookState, Hold, Original, Receipt};

/// One signed line of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: AccountId,
    /// Its kind.
    pub kind: AccountKind,
    /// The bucket.
    pub expires_on: ExpiresOn,
    /// Signed, never zero.
    pub amount: Points,
}

/// A transaction to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransaction {
    /// Id, sequence, time, amount: the answer.
    pub receipt: Receipt,
    /// Its kind.
    pub kind: TransactionKind,
    /// As posted.
    pub about: About,
    /// Ordered by account and date; sum to zero.
    pub entries: Vec<Entry>,
    /// Accounts it opens, with their owners.
    pub opened: Vec<(AccountId, AccountKind, Owner)>,
    /// The hold it makes (its id is the transaction's).
    pub hold: Option<Hold>,
    /// The hold it ends.
    pub ends: Option<TransactionId>,
    /// The transaction it undoes.
    pub reverses: Option<TransactionId>,
}

/// What a posting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effects {
    /// Applied: write this.
    Posted(Box<NewTransaction>),
    /// The fact is posted already with the same content: the first answer, nothing to write.
    Replayed(Receipt),
}

impl Effects {
    /// The answer.
    pub const fn receipt(&self) -> &Receipt {
        match self {
            Self::Posted(transaction) => &transaction.receipt,
            Self::Replayed(receipt) => receipt,
        }
    }
}

/// A transaction in the making.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    lines: BTreeMap<(AccountId, ExpiresOn), Points>,
    hold: Option<Hold>,
    ends: Option<TransactionId>,
    reverses: Option<TransactionId>,
    pub(crate) unrecovered: Points,
}

impl Draft {
    /// Adds to a bucket.
    pub(crate) fn credit(&mut self, account: AccountId, expires: ExpiresOn, amount: Points) -> Result<(), PostError> {
        let line = self.lines.entry((account, expires)).or_default();
        *line = line.checked_add(amount).ok_or(PostError::OutOfRange)?;
        Ok(())
    }

    /// Takes from a bucket, unchecked; `finish` refuses what must not go below zero.
    pub(crate) fn debit(&mut self, account: AccountId, expires: ExpiresOn, amount: Points) -> Result<(), PostError> {
        let negative = Points::ZERO.checked_sub(amount).ok_or(PostError::OutOfRange)?;
        self.credit(account, expires, negative)
    }
}

/// Decides one posting. On `Posted` the state is as after it; on an error, or a repetition, it is untouched.
pub fn apply(state: &mut BookState, posting: &Posting) -> Result<Effects, PostError> {
    let parties = posting.parties();
    let accounts =
        parties.iter().map(|p| state.account_of(*p).ok_or(PostError::AccountUnknown)).collect::<Result<Vec<_>, _>>()?;
    let content = posting.content(&accounts);
    if let Some(first) = state.facts.get(&posting.about.fact) {
        return if first.content == content { Ok(Effects::Replayed(first.clone())) } else { Err(PostError::FactConflict) };
    }
    let mut draft = draft(state, posting)?;
    draft.ends = posting.ended_hold();
    draft.reverses = posting.original();
    finish(state, posting, draft, content)
}

/// The entries a posting asks for, with every refusal of its kind.
fn draft(state: &BookState, posting: &Posting) -> Result<Draft, PostError> {
    use AccountKind as K;
    let mut draft = Draft::default();
    match &posting.movement {
        Movement::Fund { from, budget, amount } => {
            let (budget, _) = active(state, *budget, |kind| kind == K::Budget)?;
            let from = undated(state, *from, |kind| matches!(kind, K::Issuance | K::Breakage), positive(*amount)?)?;
            draft.debit(from, ExpiresOn::NEVER, *amount)?;
            draft.credit(budget, ExpiresOn::NEVER, *amount)?;
        }
        Movement::Unfund { budget, amount } => retire(state, &mut draft, *budget, K::Budget, *amount)?,
        Movement::Settle { merchant, amount } => retire(state, &mut draft, *merchant, K::Merchant, *amount)?,
        Movement::Award { budget, to, amount, validity } => award(state, &mut draft, *budget, *to, *amount, *validity)?,
        Movement::Hold { from, amount, expires_at } => {
            let (from, account) = active(state, *from, AccountKind::is_own)?;
            let escrow = known(state, Party::ESCROW, |kind| kind == K::Escrow)?.0;
            if *expires_at <= state.head.posted_at {
                return Err(PostError::HoldExpired);
            }
            let parts = take(account, positive(*amount)?, state.today())?;
            for (expires, part) in &parts {
                draft.debit(from, *expires, *part)?;
                draft.credit(escrow, *expires, *part)?;
            }
            draft.hold = Some(Hold { account: from, parts, expires_at: *expires_at, ended_by: None });
        }
        Movement::Capture { hold, to } => capture(state, &mut draft, *hold, *to)?,
        Movement::Release { hold, by } => {
            let hold = open_hold(state, *hold)?;
            if *by == ReleaseBy::Expiry && state.head.posted_at < hold.expires_at {
                return Err(PostError::HoldNotExpired);
            }
            let escrow = known(state, Party::ESCROW, |kind| kind == K::Escrow)?.0;
            for (expires, part) in &hold.parts {
                draft.debit(escrow, *expires, *part)?;
                draft.credit(hold.account, *expires, *part)?;
            }
        }
        Movement::Transfer { from, to, amount } => transfer(state, &mut draft, *from, *to, *amount)?,
        Movement::Expire { account } => {
            let (id, account) = known(state, *account, AccountKind::is_own)?;
            let breakage = known(state, Party::BREAKAGE, |kind| kind == K::Breakage)?.0;
            let today = state.today();
            for (expires, amount) in account.buckets.iter().filter(|(e, amount)| e.is_past(today) && amount.is_positive()) {
                draft.debit(id, *expires, *amount)?;
                draft.credit(breakage, ExpiresOn::NEVER, *amount)?;
            }
            if draft.lines.is_empty() {
                return Err(PostError::NothingExpired);
            }
        }
        Movement::Reverse { original } => reversal::reverse(state, &mut draft, *original)?,
    }
    Ok(draft)
}

/// A budget's unused or a merchant's settled points leave circulation.
fn retire(state: &BookState, draft: &mut Draft, from: Party, kind: AccountKind, amount: Points) -> Result<(), PostError> {
    let from = undated(state, from, |k| k == kind, positive(amount)?)?;
    let issuance = known(state, Party::ISSUANCE, |k| k == AccountKind::Issuance)?.0;
    draft.debit(from, ExpiresOn::NEVER, amount)?;
    draft.credit(issuance, ExpiresOn::NEVER, amount)
}

/// Debt is repaid first; what remains gets its date here.
fn award(
    state: &BookState,
    draft: &mut Draft,
    budget: Party,
    to: Party,
    amount: Points,
    validity: Validity,
) -> Result<(), PostError> {
    let (to, account) = active(state, to, AccountKind::is_own)?;
    active(state, budget, |kind| kind == AccountKind::Budget)?;
    let budget = undated(state, budget, |kind| kind == AccountKind::Budget, positive(amount)?)?;
    let expires = state.today().expires_after(validity).ok_or(PostError::OutOfRange)?;
    let debt = Points::ZERO.checked_sub(account.bucket(ExpiresOn::NEVER)).ok_or(PostError::OutOfRange)?;
    let repaid = debt.max(Points::ZERO).min(amount);
    draft.debit(budget, ExpiresOn::NEVER, amount)?;
    draft.credit(to, ExpiresOn::NEVER, repaid)?;
    draft.credit(to, expires, amount.checked_sub(repaid).ok_or(PostError::OutOfRange)?)
}

/// To a merchant only from a wallet, and only in time.
fn capture(state: &BookState, draft: &mut Draft, hold: TransactionId, to: Party) -> Result<(), PostError> {
    let hold = open_hold(state, hold)?;
    let (to, target) = known(state, to, |kind| matches!(kind, AccountKind::Merchant | AccountKind::Issuance))?;
    let holder = state.account(hold.account).ok_or(PostError::AccountUnknown)?;
    if target.kind == AccountKind::Merchant && holder.kind != AccountKind::Wallet {
        return Err(PostError::NoPath);
    }
    if state.head.posted_at >= hold.expires_at {
        return Err(PostError::HoldExpired);
    }
    let escrow = known(state, Party::ESCROW, |kind| kind == AccountKind::Escrow)?.0;
    for (expires, part) in &hold.parts {
        draft.debit(escrow, *expires, *part)?;
        draft.credit(to, ExpiresOn::NEVER, *part)?;
    }
    Ok(())
}

/// Dates go along, except out of circulation. Points that once were an organization's or a pool's never reach a wallet:
/// from there they could be spent at a merchant, who is paid in money.
fn transfer(state: &BookState, draft: &mut Draft, from: Party, to: Party, amount: Points) -> Result<(), PostError> {
    let (from, account) = active(state, from, AccountKind::is_own)?;
    let (to, target) = active(state, to, |kind| kind.is_own() || kind == AccountKind::Issuance)?;
    if from == to || (target.kind == AccountKind::Wallet && account.kind != AccountKind::Wallet) {
        return Err(PostError::NoPath);
    }
    for (expires, part) in take(account, positive(amount)?, state.today())? {
        draft.debit(from, expires, part)?;
        draft.credit(to, if target.kind.is_own() { expires } else { ExpiresOn::NEVER }, part)?;
    }
    Ok(())
}

/// Amounts in requests are above zero and bounded.
fn positive(amount: Points) -> Result<Points, PostError> {
    if amount.is_positive() && amount.hundredths() <= MAX_HUNDREDTHS { Ok(amount) } else { Err(PostError::InvalidAmount) }
}

/// The loaded account behind a party, of an allowed kind.
pub(crate) fn known(
    state: &BookState,
    party: Party,
    allowed: impl Fn(AccountKind) -> bool,
) -> Result<(AccountId, &Account), PostError> {
    let id = state.account_of(party).ok_or(PostError::AccountUnknown)?;
    let account = state.account(id).ok_or(PostError::AccountUnknown)?;
    if allowed(account.kind) { Ok((id, account)) } else { Err(PostError::NoPath) }
}

/// As `known`, for what starts something new: a closed account takes no part in it.
fn active(state: &BookState, party: Party, allowed: impl Fn(AccountKind) -> bool) -> Result<(AccountId, &Account), PostError> {
    let (id, account) = known(state, party, allowed)?;
    if account.closed { Err(PostError::AccountClosed) } else { Ok((id, account)) }
}

/// An account with one undated bucket that has enough (issuance always has).
fn undated(
    state: &BookState,
    party: Party,
    allowed: impl Fn(AccountKind) -> bool,
    amount: Points,
) -> Result<AccountId, PostError> {
    let (id, account) = known(state, party, allowed)?;
    match account.kind {
        AccountKind::Issuance => Ok(id),
        _ if account.bucket(ExpiresOn::NEVER) >= amount => Ok(id),
        AccountKind::Budget => Err(PostError::BudgetExhausted),
        _ => Err(PostError::InsufficientPoints),
    }
}

/// Takes the earliest points that are not past. Debt counts against what is available.
fn take(account: &Account, amount: Points, today: BookDate) -> Result<Vec<(ExpiresOn, Points)>, PostError> {
    if account.available(today).ok_or(PostError::OutOfRange)? < amount {
        return Err(PostError::InsufficientPoints);
    }
    let (parts, missing) = take_up_to(account, amount, today)?;
    if missing.is_positive() { Err(PostError::Broken("available points without buckets")) } else { Ok(parts) }
}

/// What the buckets that are not past give, earliest first, and what is missing.
pub(crate) fn take_up_to(
    account: &Account,
    amount: Points,
    today: BookDate,
) -> Result<(Vec<(ExpiresOn, Points)>, Points), PostError> {
    let mut missing = amount;
    let mut parts = Vec::new();
    for (expires, there) in account.buckets.iter().filter(|(e, there)| !e.is_past(today) && there.is_positive()) {
        if !missing.is_positive() {
            break;
        }
        let part = missing.min(*there);
        missing = missing.checked_sub(part).ok_or(PostError::OutOfRange)?;
        parts.push((*expires, part));
    }
    Ok((parts, missing))
}

/// A hold that is still open.
fn open_hold(state: &BookState, hold: TransactionId) -> Result<&Hold, PostError> {
    let hold = state.holds.get(&hold).ok_or(PostError::HoldUnknown)?;
    if hold.ended_by.is_some() { Err(PostError::HoldEnded) } else { Ok(hold) }
}

/// New amounts of the touched buckets, after the checks that hold for every kind.
fn settle_buckets(state: &BookState, draft: &Draft) -> Result<(Vec<Entry>, Vec<Points>, Points), PostError> {
    let (mut entries, mut after) = (Vec::new(), Vec::new());
    let (mut sum, mut moved) = (Points::ZERO, Points::ZERO);
    for ((id, expires), amount) in draft.lines.iter().filter(|(_, amount)| **amount != Points::ZERO) {
        let account = state.account(*id).ok_or(PostError::AccountUnknown)?;
        let bucket = account.bucket(*expires).checked_add(*amount).ok_or(PostError::OutOfRange)?;
        let may_owe =
            account.kind.may_owe() && *expires == ExpiresOn::NEVER && (draft.reverses.is_some() || amount.is_positive());
        if bucket < Points::ZERO && account.kind != AccountKind::Issuance && !may_owe {
            return Err(PostError::Broken("a bucket would fall below zero"));
        }
        if (*expires == ExpiresOn::NEVER) == account.kind.is_dated() && !(account.kind.may_owe() && bucket <= Points::ZERO) {
            return Err(PostError::Broken("a dated account without a date, or the reverse"));
        }
        sum = sum.checked_add(*amount).ok_or(PostError::OutOfRange)?;
        moved = moved.checked_add((*amount).max(Points::ZERO)).ok_or(PostError::OutOfRange)?;
        entries.push(Entry { account: *id, kind: account.kind, expires_on: *expires, amount: *amount });
        after.push(bucket);
    }
    if sum != Points::ZERO || entries.len() < 2 {
        return Err(PostError::Broken("entries that do not sum to zero"));
    }
    Ok((entries, after, moved))
}

/// Checks the draft as a whole, then changes the state; nothing can fail after the first change.
fn finish(state: &mut BookState, posting: &Posting, draft: Draft, content: [u8; 32]) -> Result<Effects, PostError> {
    let (entries, after, amount) = settle_buckets(state, &draft)?;
    let sequence = state.head.next_sequence;
    let next_sequence = sequence.checked_add(1).ok_or(PostError::OutOfRange)?;
    let receipt =
        Receipt { id: posting.id, sequence, posted_at: state.head.posted_at, amount, unrecovered: draft.unrecovered, content };
    let mut opened = Vec::new();
    for (entry, bucket) in entries.iter().zip(after) {
        if let Some(account) = state.accounts.get_mut(&entry.account) {
            account.buckets.insert(entry.expires_on, bucket);
            opened.extend(account.unopened.take().map(|owner| (entry.account, entry.kind, owner)));
        }
    }
    state.holds.extend(draft.hold.clone().map(|hold| (posting.id, hold)));
    if let Some(ended) = draft.ends.and_then(|id| state.holds.get_mut(&id)) {
        ended.ended_by = Some(posting.id);
    }
    if let Some(original) = draft.reverses.and_then(|id| state.originals.get_mut(&id)) {
        original.reversed_by = Some(posting.id);
    }
    let own = Original { kind: posting.kind(), entries: entries.clone(), hold: draft.ends, reversed_by: None };
    state.originals.insert(posting.id, own);
    state.facts.insert(posting.about.fact.clone(), receipt.clone());
    state.head.next_sequence = next_sequence;
    Ok(Effects::Posted(Box::new(NewTransaction {
        receipt,
        kind: posting.kind(),
        about: posting.about.clone(),
        entries,
        opened,
        hold: draft.hold,
        ends: draft.ends,
        reverses: draft.reverses,
    })))
}
