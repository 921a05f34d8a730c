//! Redemptions (兑换): an order holds points, a code proves it at the counter, the capture hands them over; or the hold ends and every
//! point is back with its old date. Owns the tables `redemptions`, `redemption_counts`.
//!
//! | from | to | who or what |
//! |---|---|---|
//! | – | held | resident, courier, organization; a clerk with the person's card |
//! | held | captured | a clerk of that merchant, staff for the community's own, the resident at the shop's QR |
//! | held | cancelled | its holder; merchant or staff with a reason |
//! | held | expired | its time |
//! | captured | reversed | two of the staff, as long as no statement holds it |
//!
//! Order of statements (`ledger.md`): idempotency row → plain reads and refusals → order and counts → stock, or the order's row, by
//! a conditional UPDATE → the ledger. Every path locks order → counts → stock → head, never backwards.

mod audit;
mod cancel;
mod capture;
mod card;
mod code;
mod hooks;
pub mod http;
pub mod http_pairs;
mod jobs;
mod order;
mod pairs;
mod present;
mod refund;
mod rows;
mod rows_order;
mod rows_pairs;
mod schema;
mod slip;
mod view;

pub use audit::CHECKS;
pub use cancel::Cancellation;
pub use card::CardOrder;
pub use hooks::{ERASE, EXPORT, MERGE, home};
pub use jobs::jobs;
pub use order::{NewOrder, Orders, Placing, orders};
pub use present::Presented;
pub use rows::{Captured, captures_claim, captures_free};
pub use slip::{NewSlip, SlipView};
pub use view::{CounterView, OrderView, titles_by_ids};

base::typed_ids! {
    /// An order.
    OrderId;
}

base::words! {
    /// State of an order.
    OrderState {
        /// Points are held; it waits to be handed out.
        Held = "held" "待核销",
        /// Handed out.
        Captured = "captured" "已核销",
        /// Cancelled; points are back.
        Cancelled = "cancelled" "已取消",
        /// Ran out; points are back.
        Expired = "expired" "已过期",
        /// Refunded after it was handed out; points are back.
        Reversed = "reversed" "已退回",
    }
}

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "held", "holder; clerk with the holder's card"),
    ("held", "captured", "clerk of the merchant; staff for the community's own; holder at the shop's QR"),
    ("held", "cancelled", "holder; merchant or staff with a reason"),
    ("held", "expired", "the hold's end"),
    ("captured", "reversed", "two of community_staff, before a statement holds it"),
];

base::error_codes! {
    OUT_OF_STOCK 409 "out_of_stock" "已兑完。" "Sold out.";
    OFFER_NOT_OPEN 409 "offer_not_open" "该兑换品目前不能兑换。" "This can't be ordered at present.";
    OFFER_NOT_YET 409 "offer_not_yet" "兑换还没有开始。" "Orders are not taken yet.";
    OFFER_OVER 409 "offer_over" "兑换时间已过。" "Orders are not taken any more.";
    OFFER_CHANGED 409 "offer_changed" "兑换品刚刚被修改，请查看后重新兑换。" "The offer has just been changed; look at it and order again.";
    LIMIT_REACHED 409 "limit_reached" "已达到兑换数量上限。" "The limit per person or household is reached.";
    PAIR_LIMIT_REACHED 409 "pair_limit_reached" "该居民在本店的核销次数已达社区规定的上限，请改日再来或换一家店。" "This resident has redeemed at this shop as often as the community allows; another day, or another shop.";
    OWN_SHOP 409 "own_shop" "不能在本人的店铺兑换。" "Nobody redeems at their own shop.";
    COMMUNITY_OFFERS_ONLY 409 "community_offers_only" "组织积分只能兑换社区提供的服务。" "Points of organizations buy the community's own offers only.";
    ORDER_ALREADY_CAPTURED 409 "order_already_captured" "该订单已核销。" "This order has been handed out already.";
    ORDER_ENDED 409 "order_ended" "该订单已取消或过期。" "This order was cancelled or has run out.";
    ORDER_HOLD_OVER 409 "order_hold_over" "该订单已过保留时间。" "The time of this order is over.";
    ORDER_NOT_CAPTURED 409 "order_not_captured" "该订单不是已核销状态。" "This order is not handed out.";
    ORDER_STATED 409 "order_stated" "该订单已列入结算单，不能退回。" "A settlement statement holds this order; it can't be refunded.";
    CODE_EXPIRED 409 "code_expired" "核销码已过期，请让居民刷新。" "The code is too old; ask the resident to refresh it.";
    CODE_UNKNOWN 404 "code_unknown" "核销码无效。" "No order of this counter has this code.";
    SLIP_PROOF_NEEDED 422 "slip_proof_needed" "纸质凭证需要密码或本人卡片。" "A slip needs its PIN or the person's card.";
    REFUND_SAME_PERSON 409 "refund_same_person" "退回须由另一名工作人员批准。" "Another person has to approve the refund.";
    REFUND_NOT_ASKED 409 "refund_not_asked" "还没有人申请退回。" "Nobody has asked for this refund.";
}

people::permissions! {
    /// Order an offer with one's own points, or an organization's.
    OrderCreate "order_create" [Person Own, Resident Community, NewEmployment Street, MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization];
    /// List one's own orders.
    OrderList "order_list" [Person Own, MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization];
    /// Read an order.
    OrderFind "order_find" [Person Own, MerchantOwner Organization, MerchantClerk Organization, OrganizationContact Organization, UnitHandler Organization, CommunityStaff Community];
    /// Get an order's rotating code.
    OrderCodeFind "order_code_find" [Person Own, MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization];
    /// Make an order's paper slip.
    OrderSlipCreate "order_slip_create" [Person Own];
    /// Hand an order over at the shop's printed QR.
    OrderShopScan "order_shop_scan" [Person Own];
    /// Cancel an order.
    OrderCancel "order_cancel" [Person Own, MerchantOwner Organization, MerchantClerk Organization, OrganizationContact Organization, UnitHandler Organization, CommunityStaff Community];
    /// Ask for the refund of an order that was handed out.
    OrderRefund "order_refund" [CommunityStaff Community];
    /// Approve a refund that another one asked for.
    OrderRefundApprove "order_refund_approve" [CommunityStaff Community];
    /// List a merchant's orders.
    MerchantOrderList "merchant_order_list" [MerchantOwner Organization, MerchantClerk Organization];
    /// List orders of the community's own offers.
    CommunityOrderList "community_order_list" [GridWorker Community, CommunityStaff Community];
    /// Look at what a code stands for, at the counter.
    RedemptionPreview "redemption_preview" [MerchantOwner Organization, MerchantClerk Organization, GridWorker Community, CommunityStaff Community];
    /// Take a code, slip or card and hand out what it stands for.
    RedemptionCapture "redemption_capture" [MerchantOwner Organization, MerchantClerk Organization, GridWorker Community, CommunityStaff Community];
    /// See who redeems where, with what stands out.
    RedemptionPairList "redemption_pair_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Order and hand out at once for the holder of a card.
    RedemptionCardOrder "redemption_card_order" [MerchantOwner Organization, MerchantClerk Organization, GridWorker Community, CommunityStaff Community];
}
