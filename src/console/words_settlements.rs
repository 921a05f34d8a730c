//! Texts of the settlement.

use super::said::texts;

texts! {
    TITLE "结算" "Settlement";
    HELP "按期与商户结算已核销的积分：结账、商户确认、登记付款、另一人批准。" "Redeemed points are settled by period: close, the merchant confirms, the payment is entered, another person approves it.";
    STATE "状态" "State";
    ANY_STATE "全部" "All";
    FILTER "筛选" "Filter";
    NONE "没有结算单。结账后，有核销的每个商户都会生成一份。" "No statements. Closing a period makes one for every merchant with redemptions.";
    MERCHANT "商户" "Merchant";
    UNTIL "截止" "Until";
    POINTS "积分" "Points";
    YUAN "金额（元）" "Yuan";
    MORE "下一页" "Next page";
    CLOSE "结账" "Close a period";
    CLOSE_HELP "结到现在：此前已核销、尚未入结算单的全部计入。每月也会自动结账。" "Until now: everything redeemed that no statement holds yet. Periods also close by themselves each month.";
    CLOSE_SURE "将为每个有核销的商户生成结算单并通知店主。确定吗？" "Makes a statement for every merchant and tells its owner. Sure?";
    COMMUNITY "社区" "Community";
    CLOSED "已结账，结算单已发给商户确认。" "Closed; the merchants have their statements.";
    STATEMENT "结算单" "Statement";
    CLOSED_AT "结账时间" "Closed";
    AUTOMATIC "自动" "by itself";
    ANSWERED_AT "商户答复时间" "Answered";
    DISPUTE "商户异议" "Dispute";
    REPLY_SAID "社区回复" "Reply";
    PROOF "付款凭证号" "Proof of payment";
    ENTERED_BY "登记人" "Entered by";
    PAID_AT "付款时间" "Paid";
    DOWNLOAD "下载" "Download";
    LINES "明细" "Lines";
    ITEM "内容" "What";
    WHEN "核销时间" "When";
    RATE "每分折合" "Rate";
    REPLY "回复异议" "Reply to the dispute";
    REPLY_TEXT "回复内容（商户可见）" "Reply (the merchant reads it)";
    WITHDRAW "撤回结算单" "Withdraw";
    WITHDRAW_SURE "撤回后其中的核销计入下一份结算单。确定吗？" "Its redemptions go onto the next statement. Sure?";
    PAY "登记付款" "Enter the payment";
    PAY_HELP "登记后由另一名工作人员批准。" "Another person approves it.";
    APPROVE "批准付款" "Approve the payment";
    APPROVE_SURE "批准后积分退出流通，不能撤回。确定吗？" "Its points leave circulation for good. Sure?";
    WAITS_MERCHANT "等待商户在小程序中确认。" "Waits for the merchant to confirm.";
    WAITS_OTHER "等待另一名工作人员批准。" "Another person has to approve.";
    DONE "已办理。" "Done.";
}
