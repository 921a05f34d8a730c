//! Households: the people of one dwelling in one period, as the register has them. Names, phones and doors are sealed; staff see
//! them masked.

pub mod http;
mod rows;

pub use rows::Member;
pub(super) use rows::{
    ExistingHousehold, ExistingMember, HouseholdRow, MemberRow, entrances_with_residents, existing, find_or_open, link_member,
    listed, matches_of_phone, members_existing, put_households, put_members, relink_person, unlink_person,
};

base::typed_ids! {
    /// A household.
    HouseholdId;
    /// One entry of a household's register.
    MemberId;
}

crate::permissions! {
    /// See households, masked.
    HouseholdList "household_list" [GridWorker Grid, CommunityStaff Community];
    /// See one household with its members, masked.
    HouseholdFind "household_find" [GridWorker Grid, CommunityStaff Community];
}
