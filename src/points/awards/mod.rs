//! Awards: what happened (the event, handed in by other nouns) and what it came to. Owns `award_events`, `awards`,
//! `award_caps`, `award_queue`.
//!
//! Other nouns call [`emit`] in the transaction of their own fact; the award follows by a job, so nobody waits for a budget.
//!
//! Who may move an award on stands in [`STATES`]. `capped_out`, `no_rule` and `refused` are ends. One event gives one award, however often the job runs. The amount and the
//! share of the caps are decided once, when the event is first looked at, even if the budget is empty.

mod award;
mod caps;
mod decide;
mod event;
mod ground;
pub mod http;
mod jobs;
mod leave;
mod retry;
mod rows;
mod rows_queue;
mod schema;
mod sponsor;
mod view;

pub use award::AwardState;
pub use event::{Beneficiary, Event, Evidence, emit};
pub(crate) use jobs::kinds;
pub(crate) use leave::give_up;
pub(crate) use rows::{award_of_posting, mark_reversed, waiting_count};
pub use view::{AwardView, WhyApprover, WhyBudget, WhyEvent, WhyPosting, WhyRule, WhyView};

/// Amounts that wait for a person's wallet: the caller's arm of [`ledger::reads::balance_of`].
pub(crate) const WAITING_OF_PERSON: &str =
    "SELECT amount FROM awards WHERE state = 'waiting' AND community_id = $1 AND beneficiary_person_id = $3";
/// The same where nothing waits.
pub(crate) const WAITING_OF_NOBODY: &str = "SELECT 0::bigint AS amount WHERE $1::uuid IS NULL AND $3::uuid IS NULL";
/// The same for an organization.
pub(crate) const WAITING_OF_ORGANIZATION: &str =
    "SELECT amount FROM awards WHERE state = 'waiting' AND community_id = $1 AND beneficiary_organization_id = $3";

/// Allowed changes of an award's state; the first four are what the job decides.
pub const STATES: &[base::state::Transition] = &[
    ("", "waiting", "the job: the budget is empty"),
    ("", "posted", "the job"),
    ("", "capped_out", "the job: a cap is used up"),
    ("", "no_rule", "the job: no rule in force fits"),
    ("", "refused", "the job: own interest, or the budget or the account is over"),
    ("waiting", "posted", "the job, once the budget has points"),
    ("waiting", "refused", "the erasure of a person who left"),
    ("posted", "reversed", "two persons, by a reversal"),
];

base::typed_ids! {
    /// What an event came to.
    AwardId;
    /// An event that may earn points; made by the noun that hands it in.
    EventId;
}

people::permissions! {
    /// See one's own awards.
    AwardList "award_list" [Person Own];
    /// See why an award was given: event, evidence, rule, approvers, budget, posting.
    AwardFind "award_find" [Person Own, MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
    /// See awards that wait for a budget.
    AwardWaitingList "award_waiting_list" [CommunityStaff Community, StreetStaff Street, OrganizationContact Organization, MerchantOwner Organization];
}
