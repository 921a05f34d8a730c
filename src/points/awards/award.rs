//! Words of an award.

base::words! {
    /// State of an award.
    AwardState {
        /// Decided, but its budget is empty; posts by itself once there are points.
        Waiting = "waiting" "等待预算到位",
        /// In the ledger.
        Posted = "posted" "已入账",
        /// A cap was used up: nothing.
        CappedOut = "capped_out" "已达上限",
        /// No rule in force fitted when it happened.
        NoRule = "no_rule" "暂无适用规则",
        /// Confirmed by the beneficiary or their household, or its budget is over.
        Refused = "refused" "未通过",
        /// Taken back.
        Reversed = "reversed" "已冲正",
    }
}
