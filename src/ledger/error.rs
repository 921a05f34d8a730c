//! Why a posting is refused, with a stable code for machines. A refused posting changes nothing.

use base::error::{ApiError, ErrorCode};

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
    /// There is no such book.
    #[error("there is no such book")]
    BookUnknown,
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

base::error_codes! {
    FACT_CONFLICT 409 "fact_conflict" "这笔业务已按不同内容记账。" "This fact is posted already, with other content.";
    INVALID_AMOUNT 422 "invalid_amount" "积分数量应大于零且不超过上限。" "The amount must be above zero and within the limit.";
    INSUFFICIENT_POINTS 409 "insufficient_points" "可用积分不足。" "Not enough points are available.";
    BUDGET_EXHAUSTED 409 "budget_exhausted" "积分预算不足，请先追加预算。" "The budget has not enough points; top it up first.";
    BOOK_UNKNOWN 404 "book_unknown" "该社区还没有开通积分账本。" "This community has no points book yet.";
    ACCOUNT_UNKNOWN 404 "account_unknown" "没有找到这个积分账户。" "There is no such points account.";
    ACCOUNT_CLOSED 409 "account_closed" "积分账户已关闭。" "The points account is closed.";
    NO_PATH 422 "no_path" "积分不能这样流转。" "Points never go this way.";
    HOLD_UNKNOWN 404 "hold_unknown" "没有找到这笔冻结的积分。" "There are no such held points.";
    HOLD_ENDED 409 "hold_ended" "这笔冻结的积分已兑付或退回。" "The held points are captured or released already.";
    HOLD_EXPIRED 409 "hold_expired" "兑换已超过保留时间，积分将退回。" "The hold has run out; the points go back.";
    HOLD_NOT_EXPIRED 409 "hold_not_expired" "保留时间还没有到。" "The hold has not run out yet.";
    TRANSACTION_UNKNOWN 404 "transaction_unknown" "没有找到这笔积分记录。" "There is no such points transaction.";
    ALREADY_REVERSED 409 "already_reversed" "这笔积分记录已经撤销过。" "The transaction is reversed already.";
    NOT_REVERSIBLE 409 "not_reversible" "这类积分记录不能撤销。" "This kind of transaction can't be reversed.";
    AWARD_SPENT 409 "award_spent" "奖励的积分已经用掉，按规定不能撤销。" "The award's points are spent and the policy is not to claw back.";
    NOTHING_TO_RECOVER 409 "nothing_to_recover" "已没有可收回的积分。" "Nothing can be recovered.";
    NOTHING_EXPIRED 409 "nothing_expired" "没有到期的积分。" "No points have expired.";
    AMOUNT_OUT_OF_RANGE 422 "amount_out_of_range" "数额或日期超出范围。" "A sum or date is out of range.";
}

impl PostError {
    /// What the caller is told; `None` for a defect of the ledger itself.
    pub const fn told(self) -> Option<&'static ErrorCode> {
        Some(match self {
            Self::FactConflict => &FACT_CONFLICT,
            Self::InvalidAmount => &INVALID_AMOUNT,
            Self::InsufficientPoints => &INSUFFICIENT_POINTS,
            Self::BudgetExhausted => &BUDGET_EXHAUSTED,
            Self::BookUnknown => &BOOK_UNKNOWN,
            Self::AccountUnknown => &ACCOUNT_UNKNOWN,
            Self::AccountClosed => &ACCOUNT_CLOSED,
            Self::NoPath => &NO_PATH,
            Self::HoldUnknown => &HOLD_UNKNOWN,
            Self::HoldEnded => &HOLD_ENDED,
            Self::HoldExpired => &HOLD_EXPIRED,
            Self::HoldNotExpired => &HOLD_NOT_EXPIRED,
            Self::TransactionUnknown => &TRANSACTION_UNKNOWN,
            Self::AlreadyReversed => &ALREADY_REVERSED,
            Self::NotReversible => &NOT_REVERSIBLE,
            Self::AwardSpent => &AWARD_SPENT,
            Self::NothingToRecover => &NOTHING_TO_RECOVER,
            Self::NothingExpired => &NOTHING_EXPIRED,
            Self::OutOfRange => &AMOUNT_OUT_OF_RANGE,
            Self::Broken(_) => return None,
        })
    }

    /// Code for machines, stable.
    pub const fn code(self) -> &'static str {
        match self.told() {
            Some(told) => told.code,
            None => "ledger_broken",
        }
    }
}

impl From<PostError> for ApiError {
    fn from(refusal: PostError) -> Self {
        refusal.told().map_or_else(|| Self::internal(refusal), |told| Self::of(told).because(refusal))
    }
}
