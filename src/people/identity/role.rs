//! Roles, and how far each may reach.

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident $stored:literal $zh:literal;)*) => {
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

            /// As people call it.
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
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
    Person "person" "个人";
    /// 居民: confirmed at an entrance.
    Resident "resident" "居民";
    /// 志愿者
    Volunteer "volunteer" "志愿者";
    /// 新就业群体: couriers, drivers, people who work here.
    NewEmployment "new_employment" "新就业群体";
    /// 党员
    PartyMember "party_member" "党员";
    /// 商户负责人
    MerchantOwner "merchant_owner" "商户负责人";
    /// 商户店员
    MerchantClerk "merchant_clerk" "商户店员";
    /// 楼门长
    BuildingHead "building_head" "楼门长";
    /// 网格员
    GridWorker "grid_worker" "网格员";
    /// 社区工作者
    CommunityStaff "community_staff" "社区工作者";
    /// 责任单位
    UnitHandler "unit_handler" "责任单位";
    /// 社会组织
    OrganizationContact "organization_contact" "社会组织";
    /// 街道
    StreetStaff "street_staff" "街道";
    /// 监督委员会
    Auditor "auditor" "监督委员会";
    /// 安全审计员
    SecurityAuditor "security_auditor" "安全审计员";
    /// Operator of the installation.
    Admin "admin" "系统管理员";
}

impl Role {
    /// Is the role bound to an organization (and not to a place)?
    pub const fn of_organization(self) -> bool {
        matches!(self, Self::MerchantOwner | Self::MerchantClerk | Self::UnitHandler | Self::OrganizationContact)
    }

    /// Does the role decide on other people's matters?
    pub(super) const fn of_staff(self) -> bool {
        matches!(
            self,
            Self::GridWorker
                | Self::CommunityStaff
                | Self::UnitHandler
                | Self::StreetStaff
                | Self::Auditor
                | Self::SecurityAuditor
                | Self::Admin
        )
    }
}
