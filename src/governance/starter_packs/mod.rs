//! Starter pack: the duty list of 18 classes and 120 items, reply templates and earning rules with which a community can begin, adopted
//! by one decision of two people. Owns `starter_adoptions`.
//!
//! What the community has already is left alone; lead units are found in its directory by kind and name, and where none is found the
//! item goes to the community's own queue. Reward types are a closed list of the program, shown with the pack.

mod adopt;
pub mod http;
mod pack;
mod rows;
mod schema;

pub use adopt::{AdoptionOutcome, adopt_at_once};
pub use pack::{RewardType, starter_items};

base::words! {
    /// State of an adoption.
    AdoptionState {
        /// Asked for.
        Requested = "requested" "待审批",
        /// Everything of it is in force.
        Adopted = "adopted" "已采用",
        /// Refused, or withdrawn.
        Refused = "refused" "未采用",
    }
}

base::words! {
    /// What moves an adoption on.
    AdoptionMove {
        /// A second person approves.
        Approve = "approve",
        /// Somebody refuses, or who asked withdraws it.
        Refuse = "refuse",
    }
}

base::machine! {
    AdoptionState by AdoptionMove {
        => Requested "staff of community or street";
        Requested Approve Adopted "another person of staff";
        Requested Refuse Refused "staff; who asked withdraws it";
    }
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("starter_adoption", AdoptionState::TABLE)];

base::error_codes! {
    PACK_WAITS 409 "starter_pack_waits" "本社区已有一份待审批的采用申请。" "The community has asked for it already; another person decides.";
    PACK_DECIDED 409 "starter_pack_decided" "该申请已经审批过。" "This has been decided.";
}

people::permissions! {
    /// See what the starter pack holds.
    StarterPackFind "starter_pack_find" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Ask to adopt the starter pack.
    StarterPackRequest "starter_pack_request" [CommunityStaff Community, StreetStaff Street];
    /// See who asked for the starter pack and what came of it.
    StarterPackList "starter_pack_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Adopt the starter pack that another person asked for.
    StarterPackApprove "starter_pack_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse or withdraw an adoption.
    StarterPackRefuse "starter_pack_refuse" [CommunityStaff Community, StreetStaff Street];
}
