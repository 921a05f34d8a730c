//! Words of a budget.

use ledger::Party;

base::words! {
    /// State of a budget.
    BudgetState {
        /// Asked for, not decided.
        Requested = "requested",
        /// Approved and funded.
        Approved = "approved",
        /// Refused.
        Refused = "refused",
        /// Over; awards no more.
        Closed = "closed",
    }
}

base::words! {
    /// What a decision does to a budget's points.
    ChangeKind {
        /// The first funding, decided with the budget itself.
        Fund = "fund",
        /// More points.
        TopUp = "top_up",
        /// Unused points go out of circulation.
        Unfund = "unfund",
    }
}

base::words! {
    /// State of a decision.
    ChangeState {
        /// Asked for, not decided.
        Requested = "requested",
        /// Approved and posted.
        Approved = "approved",
        /// Refused.
        Refused = "refused",
    }
}

base::words! {
    /// Where a budget's points come from.
    Source {
        /// New points.
        Issuance = "issuance",
        /// Expired points, used again by this decision.
        Breakage = "breakage",
    }
}

impl Source {
    /// The account in the ledger.
    pub(super) const fn party(self) -> Party {
        match self {
            Self::Issuance => Party::ISSUANCE,
            Self::Breakage => Party::BREAKAGE,
        }
    }
}
