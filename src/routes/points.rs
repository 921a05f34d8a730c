//! `/api/v1`: points 积分.

use utoipa_actix_web::service_config::ServiceConfig;

/// Budgets, rules, awards, contributions, gifts, reversals, statements.
pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(points::budgets::http::budget_create)
        .service(points::budgets::http::budget_list)
        .service(points::budgets::http::budget_find)
        .service(points::budgets::http::budget_approve)
        .service(points::budgets::http::budget_refuse)
        .service(points::budgets::http::budget_close)
        .service(points::budgets::http::budget_top_up)
        .service(points::budgets::http::budget_unfund)
        .service(points::budgets::http::budget_change_approve)
        .service(points::budgets::http::budget_change_refuse)
        .service(points::rules::http::rule_create)
        .service(points::rules::http::rule_list)
        .service(points::rules::http::rule_find)
        .service(points::rules::http::rule_edit)
        .service(points::rules::http::rule_approve)
        .service(points::rules::http::rule_end)
        .service(points::awards::http::award_list)
        .service(points::awards::http::award_waiting_list)
        .service(points::awards::http::award_find)
        .service(points::contributions::http::contribution_create)
        .service(points::contributions::http::contribution_list)
        .service(points::contributions::http::contribution_find)
        .service(points::contributions::http::contribution_approve)
        .service(points::contributions::http::contribution_refuse)
        .service(points::transfers::http::gift_create)
        .service(points::transfers::http::donation_create)
        .service(points::reversals::http::reversal_create)
        .service(points::reversals::http::reversal_list)
        .service(points::reversals::http::reversal_find)
        .service(points::reversals::http::reversal_approve)
        .service(points::reversals::http::reversal_refuse)
        .service(points::statements::http::wallet_find)
        .service(points::statements::http::statement_list)
        .service(points::statements::http::statement_export)
        .service(points::statements::http_household::household_pool_find)
        .service(points::statements::http_household::household_statement_list)
        .service(points::statements::http::liability_find)
        .service(points::statements::http_organization::organization_wallet_find)
        .service(points::statements::http_organization::organization_statement_list);
}
