//! Earning rules: event kind and conditions to points, versioned, approved by a second person. Owns `earning_rules`.
//!
//! Who may move a rule on stands in [`STATES`]. A rule in force never changes. An event is decided by the rule in force when it happened.

mod adopt;
mod approve;
mod evaluate;
pub mod http;
mod rows;
mod rule;
mod schema;
mod write;

pub use adopt::{StarterRule, adopt};
pub use evaluate::{Cap, Happening, Nothing, Outcome, Used, choose, evaluate};
pub use rows::{Rule, rule_find};
pub(crate) use rows::{ever_in_force, waiting_drafts};
pub use rule::{Caps, Conditions, EventKind, RuleState, Terms};

/// Allowed changes of a rule's state.
pub const STATES: &[base::state::Transition] = &[
    ("", "draft", "staff"),
    ("draft", "in_force", "another person of staff; the version it supersedes ends in the same moment"),
    ("in_force", "ended", "staff, or a newer version"),
];

base::typed_ids! {
    /// One version of an earning rule.
    RuleId;
}

base::error_codes! {
    RULE_NOT_DRAFT 409 "rule_not_draft" "规则已生效，不能再修改，请发布新版本。" "The rule is in force and can't be edited; publish a new version.";
    RULE_BUDGET 422 "rule_budget_unusable" "所选预算不存在、不属于本社区或已关闭。" "The budget does not exist, is another community's, or is closed.";
}

people::permissions! {
    /// Write a draft of an earning rule, or of its next version.
    RuleCreate "rule_create" [CommunityStaff Community, StreetStaff Street];
    /// Edit a draft.
    RuleEdit "rule_edit" [CommunityStaff Community, StreetStaff Street];
    /// Put a rule that another person wrote in force.
    RuleApprove "rule_approve" [CommunityStaff Community, StreetStaff Street];
    /// End a rule.
    RuleEnd "rule_end" [CommunityStaff Community, StreetStaff Street];
    /// See the rules of a community.
    RuleList "rule_list" [Person Anyone];
    /// See one rule.
    RuleFind "rule_find" [Person Anyone];
}
