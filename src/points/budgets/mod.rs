//! Budgets: who pays for points, from when to when, and every decision to fund, top up or empty one.
//! Owns `budgets` and `budget_changes`.
//!
//! Who may move a budget on stands in [`STATES`].
//!
//! Each funding is a row with its requester and approver, never the same person nor of one household, and never somebody of the
//! sponsoring organization.

mod budget;
mod change;
mod decide;
pub mod http;
mod rows;
mod schema;
mod view;

pub use budget::{BudgetState, ChangeKind, ChangeState, Source};
pub use rows::{Budget, budget_find, budgets_by_ids, left, names_by_ids};
pub(crate) use rows::{hold_open, is_open, sponsored_by, tell_once, waiting_decisions};
pub use view::{BudgetView, ChangeView};

/// Allowed changes of a budget's state.
pub const STATES: &[base::state::Transition] = &[
    ("", "requested", "staff"),
    ("requested", "approved", "another person of staff, with the first funding"),
    ("requested", "refused", "another person of staff"),
    ("approved", "closed", "staff, once it is empty"),
];

/// Allowed changes of the state of a decision on points: a funding, a contribution, a reversal.
pub(crate) const DECISIONS: &[base::state::Transition] = &[
    ("", "requested", "staff"),
    ("requested", "approved", "another person of staff, who gains nothing from it"),
    ("requested", "refused", "another person of staff, who gains nothing from it"),
];

base::typed_ids! {
    /// A budget.
    BudgetId;
    /// A decision on a budget's points.
    ChangeId;
}

base::error_codes! {
    BUDGET_NOT_OPEN 409 "budget_not_open" "该预算不在可用状态。" "The budget is not open.";
    BUDGET_NOT_EMPTY 409 "budget_not_empty" "预算还有余额，请先核减后再关闭。" "The budget still has points; unfund it before closing.";
}

people::permissions! {
    /// Ask for a budget of points.
    BudgetCreate "budget_create" [CommunityStaff Community, StreetStaff Street];
    /// See budgets: asked, approved, left.
    BudgetList "budget_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See one budget with its decisions.
    BudgetFind "budget_find" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Approve a budget that another person asked for; its points are funded.
    BudgetApprove "budget_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse a budget that another person asked for.
    BudgetRefuse "budget_refuse" [CommunityStaff Community, StreetStaff Street];
    /// Close an empty budget.
    BudgetClose "budget_close" [CommunityStaff Community, StreetStaff Street];
    /// Ask for more points for a budget, new ones or expired ones used again.
    BudgetTopUp "budget_top_up" [CommunityStaff Community, StreetStaff Street];
    /// Ask to take unused points out of a budget.
    BudgetUnfund "budget_unfund" [CommunityStaff Community, StreetStaff Street];
    /// Approve a top-up or unfunding that another person asked for.
    BudgetChangeApprove "budget_change_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse a top-up or unfunding that another person asked for.
    BudgetChangeRefuse "budget_change_refuse" [CommunityStaff Community, StreetStaff Street];
}
