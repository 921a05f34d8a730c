//! Contributions of organizations: entered by staff, confirmed by a second person, then an event like any other.
//! Owns `contributions`. States: requested → approved or refused, by another person who holds no role in the organization.

mod decide;
pub mod http;
mod rows;
mod schema;

pub(crate) use rows::waiting_contributions;

base::typed_ids! {
    /// What an organization did.
    ContributionId;
}

people::permissions! {
    /// Enter what an organization did for the community.
    ContributionCreate "contribution_create" [CommunityStaff Community, StreetStaff Street];
    /// Confirm a contribution that another person entered; it earns points for the organization.
    ContributionApprove "contribution_approve" [CommunityStaff Community, StreetStaff Street];
    /// Refuse a contribution that another person entered.
    ContributionRefuse "contribution_refuse" [CommunityStaff Community, StreetStaff Street];
    /// See one contribution.
    ContributionFind "contribution_find" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See contributions.
    ContributionList "contribution_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
}
