//! Words of an award.

use crate::words::words;

words! {
    /// State of an award.
    AwardState {
        /// Decided, but its budget is empty; posts by itself once there are points.
        Waiting = "waiting",
        /// In the ledger.
        Posted = "posted",
        /// A cap was used up: nothing.
        CappedOut = "capped_out",
        /// No rule in force fitted when it happened.
        NoRule = "no_rule",
        /// Confirmed by the beneficiary or their household, or its budget is over.
        Refused = "refused",
        /// Taken back.
        Reversed = "reversed",
    }
}

impl AwardState {
    /// As residents read it.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::Waiting => "等待预算到位",
            Self::Posted => "已入账",
            Self::CappedOut => "已达上限",
            Self::NoRule => "暂无适用规则",
            Self::Refused => "未通过",
            Self::Reversed => "已冲正",
        }
    }
}
