//! Merging two accounts of one person: staff propose it with a reason, a second person approves, `identity` makes one of them and
//! every noun's `merge` hook follows. Owns `person_merges`. Nobody proposes or decides on an account of their own or their household.

mod decide;
pub mod http;
mod rows;
mod state;

pub use decide::merge;
pub use state::MergeState;

base::typed_ids! {
    /// A proposal to merge two accounts.
    MergeId;
}

crate::permissions! {
    /// Propose to merge two accounts of one person.
    PersonMergeAsk "person_merge_ask" [CommunityStaff Community, StreetStaff Street];
    /// See proposals to merge accounts.
    PersonMergeList "person_merge_list" [CommunityStaff Community, StreetStaff Street];
    /// See one proposal to merge accounts.
    PersonMergeFind "person_merge_find" [CommunityStaff Community, StreetStaff Street];
    /// Merge two accounts as another person proposed.
    PersonMergeApprove "person_merge_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse to merge two accounts.
    PersonMergeRefuse "person_merge_refuse" [CommunityStaff Community, StreetStaff Street];
}
