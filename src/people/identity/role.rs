//! Roles, and how far each may reach.

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident $stored:literal;)*) => {
        /// A role, bound to a grid unit or an organization, with start and end.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// All roles.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As stored and shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $stored,)* }
            }

            /// From its stored form.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($stored => Some(Self::$name),)* _ => None }
            }
        }
    };
}

roles! {
    /// Anybody signed in; nobody holds it as a row.
    Person "person";
    /// 居民: confirmed at an entrance.
    Resident "resident";
    /// 志愿者
    Volunteer "volunteer";
    /// 新就业群体: couriers, drivers, people who work here.
    NewEmployment "new_employment";
    /// 党员
    PartyMember "party_member";
    /// 商户负责人
    MerchantOwner "merchant_owner";
    /// 商户店员
    MerchantClerk "merchant_clerk";
    /// 楼门长
    BuildingHead "building_head";
    /// 网格员
    GridWorker "grid_worker";
    /// 社区工作者
    CommunityStaff "community_staff";
    /// 责任单位
    UnitHandler "unit_handler";
    /// 社会组织
    OrganizationContact "organization_contact";
    /// 街道
    StreetStaff "street_staff";
    /// 监督委员会
    Auditor "auditor";
    /// 安全审计员
    SecurityAuditor "security_auditor";
    /// Operator of the installation.
    Admin "admin";
}

impl Role {
    /// Is the role bound to an organization (and not to a place)?
    pub const fn of_organization(self) -> bool {
        matches!(self, Self::MerchantOwner | Self::MerchantClerk | Self::UnitHandler | Self::OrganizationContact)
    }
}
