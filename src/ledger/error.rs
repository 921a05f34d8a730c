//! Why a posting is refused, with a stable code for machines. A refused posting changes nothing.

/// Why a posting is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The fact is posted already, with other content.
    #[error("this fact is posted already, with other content")]
    FactConflict,
    /// Zero, negative or beyond 10^15 hundredths.
    #[error("the amount must be above zero and at most 10^15 hundredths")]
    InvalidAmount,
    /// Less is available than asked for, today.
    #[error("not enough points are available")]
    InsufficientPoints,
    /// The budget is empty: an award waits.
    #[error("the budget has not enough points")]
    BudgetExhausted,
    /// No such account in this book.
    #[error("no such account in this book")]
    AccountUnknown,
    /// The account is closed.
    #[error("the account is closed")]
    AccountClosed,
    /// Points never go this way: a wrong kind of account, an organization or pool towards a wallet or merchant, to oneself.
    #[error("points never go this way")]
    NoPath,
    /// No such hold in this book.
    #[error("no such hold in this book")]
    HoldUnknown,
    /// The hold is captured or released already.
    #[error("the hold has ended already")]
    HoldEnded,
    /// The hold's time is over, or would be from the start.
    #[error("the hold has run out")]
    HoldExpired,
    /// The hold runs still.
    #[error("the hold has not run out yet")]
    HoldNotExpired,
    /// No such transaction in this book.
    #[error("no such transaction in this book")]
    TransactionUnknown,
    /// The transaction is reversed already.
    #[error("the transaction is reversed already")]
    AlreadyReversed,
    /// Holds, releases and reversals can't be reversed.
    #[error("this kind of transaction can't be reversed")]
    NotReversible,
    /// The award's points are spent and the book's policy is to refuse.
    #[error("the award's points are spent already")]
    AwardSpent,
    /// The award's points are spent and nothing at all can be recovered.
    #[error("nothing can be recovered")]
    NothingToRecover,
    /// No bucket of the account is past its date.
    #[error("nothing has expired")]
    NothingExpired,
    /// A sum left the range of the ledger, or a date the calendar.
    #[error("a sum or date is out of range")]
    OutOfRange,
    /// The rules contradict themselves: a defect, refused before it is written.
    #[error("the ledger's own rules were broken: {0}")]
    Broken(&'static str),
}

impl PostError {
    /// Code for machines, stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FactConflict => "fact_conflict",
            Self::InvalidAmount => "invalid_amount",
            Self::InsufficientPoints => "insufficient_points",
            Self::BudgetExhausted => "budget_exhausted",
            Self::AccountUnknown => "account_unknown",
            Self::AccountClosed => "account_closed",
            Self::NoPath => "no_path",
            Self::HoldUnknown => "hold_unknown",
            Self::HoldEnded => "hold_ended",
            Self::HoldExpired => "hold_expired",
            Self::HoldNotExpired => "hold_not_expired",
            Self::TransactionUnknown => "transaction_unknown",
            Self::AlreadyReversed => "already_reversed",
            Self::NotReversible => "not_reversible",
            Self::AwardSpent => "award_spent",
            Self::NothingToRecover => "nothing_to_recover",
            Self::NothingExpired => "nothing_expired",
            Self::OutOfRange => "out_of_range",
            Self::Broken(_) => "ledger_broken",
        }
    }
}
