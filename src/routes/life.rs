//! `/api/v1/life`: palm life 掌上生活.

use life::{merchants, offers, redemptions, settlement};
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the wing.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    merchants_and_offers(routes);
    redemptions_and_settlement(routes);
}

fn merchants_and_offers(routes: &mut ServiceConfig<'_>) {
    routes
        .service(merchants::http::merchant_apply)
        .service(merchants::http::merchant_application_list)
        .service(merchants::http::merchant_list)
        .service(merchants::http::merchant_find)
        .service(merchants::http::merchant_update)
        .service(merchants::http::merchant_approve)
        .service(merchants::http::merchant_refuse)
        .service(merchants::http::merchant_suspend)
        .service(merchants::http::merchant_resume)
        .service(merchants::http::merchant_account_reveal)
        .service(merchants::http::merchant_clerk_invite)
        .service(merchants::http::merchant_ticket_find)
        .service(merchants::http::merchant_ticket_renew)
        .service(offers::http::offer_create)
        .service(offers::http::offer_list)
        .service(offers::http::offer_find)
        .service(offers::http::offer_update)
        .service(offers::http::offer_publish)
        .service(offers::http::offer_pause)
        .service(offers::http::offer_end)
        .service(offers::http::offer_restock)
        .service(offers::http::offer_suspend)
        .service(offers::http::offer_resume)
        .service(offers::http_terms::offer_terms_find)
        .service(offers::http_terms::offer_terms_propose)
        .service(offers::http_terms::offer_terms_change_list)
        .service(offers::http_terms::offer_terms_approve)
        .service(offers::http_terms::offer_terms_refuse);
}

fn redemptions_and_settlement(routes: &mut ServiceConfig<'_>) {
    routes
        .service(redemptions::http::order_create)
        .service(redemptions::http::order_list)
        .service(redemptions::http::order_find)
        .service(redemptions::http::order_code_find)
        .service(redemptions::http::order_slip_create)
        .service(redemptions::http::order_shop_scan)
        .service(redemptions::http::order_cancel)
        .service(redemptions::http::order_refund)
        .service(redemptions::http::order_refund_approve)
        .service(redemptions::http::merchant_order_list)
        .service(redemptions::http::community_order_list)
        .service(redemptions::http::redemption_preview)
        .service(redemptions::http::redemption_capture)
        .service(redemptions::http::redemption_card_order)
        .service(redemptions::http_pairs::redemption_pair_list)
        .service(settlement::http::settlement_close)
        .service(settlement::http::settlement_list)
        .service(settlement::http::settlement_find)
        .service(settlement::http::settlement_line_list)
        .service(settlement::http::settlement_csv_find)
        .service(settlement::http::settlement_xlsx_find)
        .service(settlement::http::settlement_confirm)
        .service(settlement::http::settlement_dispute)
        .service(settlement::http::settlement_reply)
        .service(settlement::http::settlement_withdraw)
        .service(settlement::http::settlement_payment)
        .service(settlement::http::settlement_payment_approve);
}
