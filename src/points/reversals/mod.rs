//! Reversals: undoing an award or a transfer, with a reason, by two persons who gain nothing from it. Owns `point_reversals`.
//! What an award's spent points do is the book's claw-back policy; what is not recovered stands in the ledger.
//! Captures are undone by `redemptions`, fundings by an unfunding. States: requested → approved (posted) or refused.

mod decide;
pub mod http;
mod rows;
mod schema;

pub(crate) use rows::waiting_reversals;

base::typed_ids! {
    /// A decision to undo a transaction.
    ReversalId;
}

people::permissions! {
    /// Ask to undo an award or transfer.
    ReversalCreate "reversal_create" [CommunityStaff Community, StreetStaff Street];
    /// Undo what another person asked to undo.
    ReversalApprove "reversal_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse to undo.
    ReversalRefuse "reversal_refuse" [CommunityStaff Community, StreetStaff Street];
    /// See one reversal.
    ReversalFind "reversal_find" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See reversals.
    ReversalList "reversal_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
}
