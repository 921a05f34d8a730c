//! Settlement (结算): captured points are cleared per period and merchant, in yuan at the rate fixed at each capture. The only place
//! where points meet money. Owns the tables `settlements`, `settlement_lines`,
//! `settlement_closings`.
//!
//! | from | to | who |
//! |---|---|---|
//! | – | stated | community staff close the period; the job of the month |
//! | stated | confirmed, disputed | the merchant's owner |
//! | disputed | stated | community staff reply |
//! | stated, disputed | (gone) | community staff withdraw it; its captures are free again |
//! | confirmed | paid | one of the staff enters the proof, another approves; points are retired |
//!
//! Invariants: a capture stands on one statement; a statement's points and fen are the sums of its lines; the total is rounded once
//! (half-even) and the lines by largest remainder; what is retired is what was stated.

mod audit;
mod close;
mod file;
pub mod http;
mod jobs;
mod pay;
mod rows;
mod schema;
mod split;
mod view;

pub use audit::CHECKS;
pub use close::Closing;
pub use jobs::jobs;
pub use view::{SettlementLineView, SettlementView};

base::typed_ids! {
    /// A statement.
    SettlementId;
}

base::words! {
    /// State of a statement.
    SettlementState {
        /// Waits for the merchant.
        Stated = "stated" "待商户确认",
        /// The merchant agrees.
        Confirmed = "confirmed" "已确认",
        /// The merchant disagrees.
        Disputed = "disputed" "有异议",
        /// Paid; points are retired.
        Paid = "paid" "已付款",
    }
}

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "stated", "community_staff; the job of the month, on the day that the community's terms name"),
    ("stated", "confirmed", "merchant_owner"),
    ("stated", "disputed", "merchant_owner"),
    ("disputed", "stated", "community_staff reply"),
    ("stated", "", "community_staff withdraw"),
    ("disputed", "", "community_staff withdraw"),
    ("confirmed", "paid", "two of community_staff"),
];

base::error_codes! {
    SETTLEMENT_STATE 409 "settlement_state" "结算单当前状态不能这样操作。" "The statement's state does not allow this.";
    SETTLEMENT_SAME_PERSON 409 "settlement_same_person" "付款须由另一名工作人员批准。" "Another person has to approve the payment.";
    SETTLEMENT_NOT_ASKED 409 "settlement_not_asked" "尚未登记付款凭证。" "No payment has been entered yet.";
    SETTLEMENT_OWN_INTEREST 409 "settlement_own_interest" "不能办理本人或家人店铺的结算。" "Nobody settles with their own or their household's shop.";
    STATEMENT_TOO_LONG 422 "statement_too_long" "结算单超过十万行，请下载 CSV 文件。" "The statement has more than 100,000 lines; take the CSV.";
    PERIOD_NOT_OVER 422 "period_not_over" "结算截止时间不能晚于现在。" "The period's end must not lie in the future.";
}

people::permissions! {
    /// Close a period: a statement per merchant.
    SettlementClose "settlement_close" [CommunityStaff Community];
    /// List statements.
    SettlementList "settlement_list" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Read a statement.
    SettlementFind "settlement_find" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// List the lines of a statement.
    SettlementLineList "settlement_line_list" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Get a statement as CSV.
    SettlementCsvFind "settlement_csv_find" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Get a statement as XLSX.
    SettlementXlsxFind "settlement_xlsx_find" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Confirm a statement.
    SettlementConfirm "settlement_confirm" [MerchantOwner Organization];
    /// Dispute a statement.
    SettlementDispute "settlement_dispute" [MerchantOwner Organization];
    /// Reply to a dispute.
    SettlementReply "settlement_reply" [CommunityStaff Community];
    /// Withdraw a statement that isn't confirmed.
    SettlementWithdraw "settlement_withdraw" [CommunityStaff Community];
    /// Enter the proof of a payment.
    SettlementPayment "settlement_payment" [CommunityStaff Community];
    /// Approve a payment that another one entered.
    SettlementPaymentApprove "settlement_payment_approve" [CommunityStaff Community];
}
