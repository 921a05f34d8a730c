//! Merging two accounts of one person: staff propose it with a reason, a second person approves, `identity` makes one of them and
//! every noun's `merge` hook follows. Owns `person_merges`. Nobody proposes or decides on an account of their own or their household.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::PersonId;
use diesel::PgConnection;

mod decide;
pub mod http;
mod rows;
mod state;

pub use decide::{erase, merge};
pub use state::MergeState;

/// Those of these accounts that became another one, each with the one that remains of it.
pub fn remaining(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashMap<PersonId, PersonId>> {
    if persons.is_empty() {
        return Ok(HashMap::new());
    }
    rows::remaining(connection, persons)
}

/// All accounts that became another one, each with the one that remains of it.
pub fn ended(connection: &mut PgConnection) -> DbResult<Vec<(PersonId, PersonId)>> {
    rows::ended(connection)
}

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
