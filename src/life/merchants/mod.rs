//! Merchants (商户): shops that take points. A person applies, staff approve, and the shop becomes an organization whose owner the
//! applicant is; the owner keeps the profile and invites clerks. Owns the table `merchants`.
//!
//! | from | to | who |
//! |---|---|---|
//! | – | applied | any person with a bound phone |
//! | applied | approved, refused | community staff, never the applicant |
//! | approved | suspended | community staff, with a reason |
//! | suspended | approved | community staff |
//!
//! Invariants: one living application per licence and community; an approved merchant has its organization.

mod apply;
mod clerk;
mod hooks;
pub mod http;
mod profile;
mod rows;
mod schema;
mod ticket;
mod view;

pub use apply::{NewMerchant, merchant_enter};
pub use clerk::ClerkInvitation;
pub use hooks::EXPORT;
pub use profile::MerchantProfile;
pub use rows::{
    Merchant, communities, merchant_by_organization, merchant_find, merchant_list, merchants_in, merchants_of, names_by_ids,
};
pub(crate) use ticket::ticket_check;
pub use ticket::{shop_ticket, ticket_merchant};
pub use view::MerchantView;

base::typed_ids! {
    /// A merchant; owner of its account in the ledger.
    MerchantId;
}

base::words! {
    /// State of a merchant.
    MerchantState {
        /// Waits for a decision.
        Applied = "applied" "待审核",
        /// In the directory; may publish and capture.
        Approved = "approved" "已通过",
        /// Refused, with a reason.
        Refused = "refused" "未通过",
        /// Taken off by staff: publishes nothing, takes no new orders; open ones can be handed out.
        Suspended = "suspended" "已暂停",
    }
}

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "applied", "person with a bound phone"),
    ("applied", "approved", "community_staff, not the applicant"),
    ("applied", "refused", "community_staff, not the applicant"),
    ("approved", "suspended", "community_staff"),
    ("suspended", "approved", "community_staff"),
];

base::error_codes! {
    MERCHANT_EXISTS 409 "merchant_exists" "该执照在本社区已申请或入驻。" "This licence has applied or joined here already.";
    MERCHANT_DECIDED 409 "merchant_decided" "该申请已处理。" "This application has been decided already.";
    MERCHANT_OWN_APPLICATION 409 "merchant_own_application" "不能审批本人的申请。" "Nobody decides their own application.";
    MERCHANT_NOT_APPROVED 409 "merchant_not_approved" "商户未通过审核或已暂停。" "The merchant is not approved, or suspended.";
}

people::permissions! {
    /// Apply as a merchant.
    MerchantApply "merchant_apply" [Person Own];
    /// List applications that wait for a decision.
    MerchantApplicationList "merchant_application_list" [CommunityStaff Community];
    /// Approve an application.
    MerchantApprove "merchant_approve" [CommunityStaff Community];
    /// Refuse an application.
    MerchantRefuse "merchant_refuse" [CommunityStaff Community];
    /// Suspend a merchant.
    MerchantSuspend "merchant_suspend" [CommunityStaff Community];
    /// Lift a merchant's suspension.
    MerchantResume "merchant_resume" [CommunityStaff Community];
    /// Read the directory of merchants.
    MerchantList "merchant_list" [Resident Community, NewEmployment Street, MerchantOwner Organization, MerchantClerk Organization, GridWorker Community, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Read a merchant.
    MerchantFind "merchant_find" [Person Own, Resident Community, NewEmployment Street, MerchantOwner Organization, MerchantClerk Organization, GridWorker Community, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Edit a merchant's profile.
    MerchantUpdate "merchant_update" [MerchantOwner Organization];
    /// Read where a merchant's settlement is paid to (recorded).
    MerchantAccountReveal "merchant_account_reveal" [CommunityStaff Community];
    /// Invite a clerk by a one-time code.
    MerchantClerkInvite "merchant_clerk_invite" [MerchantOwner Organization];
    /// Get the shop's QR for printing.
    MerchantTicketFind "merchant_ticket_find" [MerchantOwner Organization];
    /// Replace the shop's QR: printed ones stop working.
    MerchantTicketRenew "merchant_ticket_renew" [MerchantOwner Organization];
}
