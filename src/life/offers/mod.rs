//! Offers (兑换品): what points buy, of a merchant or of the community itself, and the community's terms (what a captured point is
//! worth to a merchant). Owns the tables `offers`, `offer_stocks`, `offer_terms`, `offer_terms_changes`.
//!
//! | from | to | who |
//! |---|---|---|
//! | – | draft | the merchant's owner; staff for the community's own |
//! | draft, paused | published | its provider, unless staff suspended it or its merchant |
//! | published | paused | its provider, or staff by suspending it |
//! | draft, published, paused | ended | its provider |
//!
//! Invariants: stock never falls below zero; total − stock = what is held, captured or was refunded; price and limits of an order are
//! those of the version that it took its stock from.

mod edit;
pub mod http;
pub mod http_terms;
mod offer;
mod rows;
mod rows_terms;
mod schema;
mod shift;
mod terms;
mod view;

pub use edit::{NewOffer, OfferForm, offer_enter};
pub use offer::{Moment, OfferKind, OfferProvider, OfferState, STATES, Window, hold_end};
pub use rows::{Offer, Stock, offer_find, offers_by_ids, stock_back, stock_take};
use terms::TermsWish;
pub use terms::{DEFAULT_PAIR_LIMITS, DEFAULT_RATE, TERMS_STATES, Terms, TermsState, period_end, terms_of, worth};
pub(crate) use terms::{PARTS, exact, half_even};
pub use view::OfferView;

base::typed_ids! {
    /// An offer.
    OfferId;
    /// Proposed terms of a community with its merchants.
    OfferTermsChangeId;
}

base::error_codes! {
    OFFER_STATE 409 "offer_state" "该兑换品当前状态不能这样操作。" "The offer's state does not allow this.";
    OFFER_SUSPENDED 409 "offer_suspended" "该兑换品已被社区下架。" "The community has taken this offer off.";
    OFFER_KIND_REFUSED 422 "offer_kind_refused" "该类兑换品只能由社区提供。" "Only the community offers this kind.";
    TERMS_CHANGE_OPEN 409 "terms_change_open" "已有一项待审批的变更，请先处理。" "A change of the terms waits already; decide it first.";
    TERMS_SAME_PERSON 409 "terms_same_person" "须由提出人及其家人以外的另一人审批。" "Another person, of another household, has to approve.";
}

people::permissions! {
    /// List offers.
    OfferList "offer_list" [Resident Community, NewEmployment Street, MerchantOwner Organization, MerchantClerk Organization, OrganizationContact Organization, UnitHandler Organization, GridWorker Community, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Read an offer.
    OfferFind "offer_find" [Resident Community, NewEmployment Street, MerchantOwner Organization, MerchantClerk Organization, OrganizationContact Organization, UnitHandler Organization, GridWorker Community, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Make an offer, as a draft.
    OfferCreate "offer_create" [MerchantOwner Organization, CommunityStaff Community];
    /// Edit an offer.
    OfferUpdate "offer_update" [MerchantOwner Organization, CommunityStaff Community];
    /// Publish an offer.
    OfferPublish "offer_publish" [MerchantOwner Organization, CommunityStaff Community];
    /// Pause an offer.
    OfferPause "offer_pause" [MerchantOwner Organization, CommunityStaff Community];
    /// End an offer for good.
    OfferEnd "offer_end" [MerchantOwner Organization, CommunityStaff Community];
    /// Put more into an offer's stock, or take unsold out.
    OfferRestock "offer_restock" [MerchantOwner Organization, CommunityStaff Community];
    /// Take an offer off, with a reason.
    OfferSuspend "offer_suspend" [CommunityStaff Community];
    /// Let a suspended offer be published again.
    OfferResume "offer_resume" [CommunityStaff Community];
    /// Read what a point is worth to a merchant.
    OfferTermsFind "offer_terms_find" [Person Own];
    /// Propose what a point is worth to a merchant, and the limits beside it.
    OfferTermsPropose "offer_terms_propose" [CommunityStaff Community];
    /// List proposed terms.
    OfferTermsChangeList "offer_terms_change_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Approve terms that another one proposed.
    OfferTermsApprove "offer_terms_approve" [CommunityStaff Community];
    /// Refuse proposed terms, or take one's own back.
    OfferTermsRefuse "offer_terms_refuse" [CommunityStaff Community];
}
