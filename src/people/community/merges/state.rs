//! States of a proposal to merge two accounts.

base::words! {
    /// State of a proposal.
    MergeState {
        /// Waits for the second person.
        Requested = "requested" "待审批",
        /// The accounts are one.
        Approved = "approved" "已合并",
        /// The second person said no.
        Refused = "refused" "未通过",
    }
}

base::words! {
    /// What moves a proposal on.
    MergeMove {
        /// The second person agrees.
        Approve = "approve",
        /// The second person says no.
        Refuse = "refuse",
    }
}

base::machine! {
    MergeState by MergeMove {
        => Requested "staff";
        Requested Approve Approved "another person of staff";
        Requested Refuse Refused "another person of staff";
    }
}
