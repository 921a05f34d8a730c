//! Every route of the product, one line each. What lies below the wings has no wing in its path.

use life::{merchants, offers, redemptions, settlement};
use people::community::{households, import, managed, minors, organizations, places, proxies, residencies};
use people::{calendar, files, identity, notify, screening};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::operations;

/// `/api/v1`: people, points, the operator.
pub fn common(routes: &mut ServiceConfig<'_>) {
    people(routes);
    published(routes);
    points(routes);
    community(routes);
    working_time(routes);
    told(routes);
    operator(routes);
}

fn people(routes: &mut ServiceConfig<'_>) {
    routes
        .service(identity::http::session_create)
        .service(identity::http::session_refresh)
        .service(identity::http::session_end)
        .service(identity::http::session_end_all)
        .service(identity::http::session_list)
        .service(identity::http_managed::managed_account_list)
        .service(identity::http_managed::card_issue)
        .service(identity::http_managed::card_revoke)
        .service(identity::http_me::me_find)
        .service(identity::http_me::nickname_change)
        .service(identity::http_me::birth_year_set)
        .service(identity::http_home::home_find)
        .service(identity::http_home::todo_list)
        .service(identity::http_me::consent_give)
        .service(identity::http_me::consent_list)
        .service(identity::http_me::access_log_list)
        .service(identity::http_me::account_close)
        .service(identity::http_me::account_export)
        .service(identity::http_people::person_find)
        .service(identity::http_people::person_reveal)
        .service(identity::http_people::role_list)
        .service(identity::http_people::role_end)
        .service(identity::http_people::invitation_accept)
        .service(identity::http_phone::phone_bind)
        .service(identity::http_phone::phone_code_issue)
        .service(identity::http_phone::phone_bind_face_to_face)
        .service(identity::http_phone::roster_list)
        .service(identity::http_phone::roster_code_issue)
        .service(identity::http_phone::roster_end)
        .service(identity::http_phone::roster_code_use)
        .service(identity::http_hold::legal_hold_ask)
        .service(identity::http_hold::legal_hold_list)
        .service(identity::http_hold::legal_hold_approve)
        .service(identity::http_hold::legal_hold_refuse)
        .service(identity::http_hold::legal_hold_end)
        .service(identity::http_hold::legal_hold_end_approve)
        .service(identity::http_registration::registration_create)
        .service(identity::http_registration::registration_list)
        .service(identity::http_registration::registration_find)
        .service(identity::http_registration::registration_confirm)
        .service(identity::http_registration::registration_refuse);
}

fn published(routes: &mut ServiceConfig<'_>) {
    routes
        .service(files::http::file_create)
        .service(files::http::file_find)
        .service(files::http::file_bytes_find)
        .service(screening::http::screening_list)
        .service(screening::http::screening_list_mine)
        .service(screening::http::screening_find)
        .service(screening::http::screening_publish)
        .service(screening::http::screening_refuse)
        .service(screening::http::screening_appeal)
        .service(screening::http::screening_appeal_decide)
        .service(screening::http_lists::word_list_create)
        .service(screening::http_lists::word_list_list)
        .service(screening::http_lists::word_list_find)
        .service(screening::http_lists::word_list_try)
        .service(screening::http_lists::word_list_approve);
}

fn points(routes: &mut ServiceConfig<'_>) {
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
        .service(points::contributions::http::contribution_approve)
        .service(points::contributions::http::contribution_refuse)
        .service(points::transfers::http::gift_create)
        .service(points::transfers::http::donation_create)
        .service(points::reversals::http::reversal_create)
        .service(points::reversals::http::reversal_list)
        .service(points::reversals::http::reversal_approve)
        .service(points::reversals::http::reversal_refuse)
        .service(points::statements::http::wallet_find)
        .service(points::statements::http::statement_list)
        .service(points::statements::http::statement_export)
        .service(points::statements::http::liability_find)
        .service(points::statements::http_organization::organization_wallet_find)
        .service(points::statements::http_organization::organization_statement_list);
}

fn community(routes: &mut ServiceConfig<'_>) {
    routes
        .service(places::http::unit_list)
        .service(places::http::unit_find)
        .service(places::http::grid_mine)
        .service(places::http::grid_red_list)
        .service(places::http::poster_create)
        .service(households::http::household_list)
        .service(households::http::household_find)
        .service(residencies::http::residency_claim)
        .service(residencies::http::residency_mine)
        .service(residencies::http::residency_list)
        .service(residencies::http::residency_confirm_bulk)
        .service(residencies::http::residency_confirm)
        .service(residencies::http::residency_refuse)
        .service(residencies::http::residency_leave)
        .service(residencies::http::residency_end)
        .service(minors::http::guardian_consent_give)
        .service(proxies::http::proxy_ask)
        .service(proxies::http::proxy_mine)
        .service(proxies::http::proxy_list)
        .service(proxies::http::proxy_find)
        .service(proxies::http::proxy_confirm)
        .service(proxies::http::proxy_refuse)
        .service(proxies::http::proxy_end)
        .service(managed::http::managed_resident_create)
        .service(organizations::http::organization_list)
        .service(organizations::http::organization_find)
        .service(import::http::import_template_find)
        .service(import::http::import_create)
        .service(import::http::import_list)
        .service(import::http::import_find);
}

fn working_time(routes: &mut ServiceConfig<'_>) {
    routes
        .service(calendar::http::calendar_find)
        .service(calendar::http::calendar_hours_update)
        .service(calendar::http::calendar_year_find)
        .service(calendar::http::calendar_year_update);
}

fn told(routes: &mut ServiceConfig<'_>) {
    routes
        .service(notify::http::inbox_list)
        .service(notify::http::inbox_read)
        .service(notify::http::subscription_list)
        .service(notify::http::subscription_report)
        .service(notify::http::call_list)
        .service(notify::http::call_done)
        .service(notify::http_push::wechat_push_setup)
        .service(notify::http_push::wechat_push_receive);
}

fn operator(routes: &mut ServiceConfig<'_>) {
    routes
        .service(operations::dead_job_list)
        .service(operations::dead_job_rerun)
        .service(operations::wechat_status_find)
        .service(operations::audit_trail_list);
}

/// `/api/v1/life`: palm life 掌上生活.
pub fn life(routes: &mut ServiceConfig<'_>) {
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

/// `/api/v1/service`: palm service 掌上服务.
pub fn service(routes: &mut ServiceConfig<'_>) {
    use service::volunteering::{check_in, hours, projects, record, shifts, sign_ups, teams};
    routes
        .service(projects::http::project_create)
        .service(projects::http::project_list)
        .service(projects::http::project_find)
        .service(projects::http::project_update)
        .service(projects::http::project_open)
        .service(projects::http::project_close)
        .service(shifts::http::shift_create)
        .service(shifts::http::shift_list)
        .service(shifts::http::shift_find)
        .service(shifts::http::shift_update)
        .service(shifts::http::shift_cancel)
        .service(sign_ups::http::sign_up_create)
        .service(sign_ups::http::sign_up_create_team)
        .service(sign_ups::http::sign_up_withdraw)
        .service(sign_ups::http::sign_up_list_mine)
        .service(sign_ups::http::sign_up_list)
        .service(check_in::http::shift_code)
        .service(check_in::http::shift_check_in)
        .service(check_in::http::shift_check_out)
        .service(check_in::http::shift_tick)
        .service(hours::http::hours_list)
        .service(hours::http::hours_approve_bulk)
        .service(hours::http::hours_record)
        .service(hours::http::hours_approve)
        .service(hours::http::hours_refuse)
        .service(record::http::hours_list_mine)
        .service(record::http::hours_totals_mine)
        .service(record::http::hours_certificate_mine)
        .service(teams::http::team_create)
        .service(teams::http::team_list)
        .service(teams::http::team_join)
        .service(teams::http::team_find)
        .service(teams::http::team_leave)
        .service(teams::http::team_renew_code);
}

/// `/api/v1/governance`: palm governance 掌上治理.
pub fn governance(routes: &mut ServiceConfig<'_>) {
    // `/requests/followed` comes before `/requests/{id}`.
    request_neighbours(routes);
    requests(routes);
    request_clocks(routes);
    request_kpis(routes);
    duty_list(routes);
    grid_tasks(routes);
    leads(routes);
    facilities(routes);
    connectors(routes);
    joint_cases(routes);
}

fn joint_cases(routes: &mut ServiceConfig<'_>) {
    use governance::joint_cases::{http, http_thread};
    routes
        .service(http::joint_case_create)
        .service(http::joint_case_list)
        .service(http::joint_case_find)
        .service(http::joint_member_add)
        .service(http::joint_member_end)
        .service(http::joint_case_decide)
        .service(http::joint_case_resume)
        .service(http::joint_case_close)
        .service(http::joint_case_cancel)
        .service(http_thread::joint_message_list)
        .service(http_thread::joint_message_create)
        .service(http_thread::joint_minutes_create)
        .service(http_thread::joint_task_create)
        .service(http_thread::joint_task_finish)
        .service(http_thread::joint_task_drop);
}

fn facilities(routes: &mut ServiceConfig<'_>) {
    use governance::facilities::{http, http_alarm, http_keys};
    routes
        .service(http::facility_create)
        .service(http::facility_list)
        .service(http::facility_scan)
        .service(http::facility_report_create)
        .service(http::facility_find)
        .service(http::facility_update)
        .service(http::facility_qr)
        .service(http_keys::device_key_create)
        .service(http_keys::device_key_list)
        .service(http_keys::device_key_rotate)
        .service(http_keys::device_key_revoke)
        .service(http_alarm::facility_alarm_create);
}

fn leads(routes: &mut ServiceConfig<'_>) {
    use governance::leads;
    routes
        .service(leads::http::lead_create)
        .service(leads::http::lead_list)
        .service(leads::http::lead_figures_find)
        .service(leads::http::lead_find)
        .service(leads::http::lead_verify)
        .service(leads::http::lead_dismiss)
        .service(leads::http_seasons::lead_season_create)
        .service(leads::http_seasons::lead_season_list)
        .service(leads::http_seasons::lead_season_end);
}

fn requests(routes: &mut ServiceConfig<'_>) {
    use governance::requests;
    routes
        .service(requests::http_intake::request_create)
        .service(requests::http_intake::request_quick)
        .service(requests::http_intake::request_intake)
        .service(requests::http_read::request_list)
        .service(requests::http_read::request_list_mine)
        .service(requests::http_read::request_find)
        .service(requests::http_read::request_event_list)
        .service(requests::suggest::http::request_suggest)
        .service(requests::http_read::request_answer_list)
        .service(requests::http_handling::request_accept)
        .service(requests::http_handling::request_dispatch)
        .service(requests::http_handling::request_return)
        .service(requests::http_handling::request_arbitrate)
        .service(requests::http_handling::request_ask)
        .service(requests::http_handling::request_progress)
        .service(requests::http_handling::request_answer)
        .service(requests::http_handling::request_confirm)
        .service(requests::http_resident::request_reply)
        .service(requests::http_resident::request_rate)
        .service(requests::http_resident::request_reopen)
        .service(requests::http_resident::request_withdraw)
        .service(requests::http_matters::matter_raise)
        .service(requests::http_matters::matter_direct)
        .service(requests::http_matters::matter_list)
        .service(requests::http_matters::matter_find)
        .service(requests::http_matters::matter_receive)
        .service(requests::http_matters::matter_answer)
        .service(requests::http_templates::reply_template_list)
        .service(requests::http_templates::reply_template_create)
        .service(requests::http_templates::reply_template_update)
        .service(requests::http_templates::reply_template_retire);
}

fn request_kpis(routes: &mut ServiceConfig<'_>) {
    use governance::requests::kpis::{http, http_appeals, http_briefs};
    routes
        .service(http::kpi_find)
        .service(http::kpi_league)
        .service(http::kpi_exclusion_list)
        .service(http_appeals::kpi_appeal_create)
        .service(http_appeals::kpi_appeal_list)
        .service(http_appeals::kpi_appeal_grant)
        .service(http_appeals::kpi_appeal_refuse)
        .service(http_briefs::brief_html_find)
        .service(http_briefs::brief_xlsx_find)
        .service(http::burden_mine)
        .service(http::burden_find);
}

fn request_neighbours(routes: &mut ServiceConfig<'_>) {
    use governance::requests::{joining, public};
    routes
        .service(public::http::public_request_list)
        .service(public::http::public_request_map)
        .service(public::http::public_request_feed)
        .service(public::http::public_request_find)
        .service(joining::http::request_followed_list)
        .service(joining::http::request_join)
        .service(joining::http::request_join_end)
        .service(joining::http::request_join_rate)
        .service(joining::http::request_follow)
        .service(joining::http::place_follow)
        .service(joining::http::place_follow_end)
        .service(joining::http::place_followed_list);
}

fn request_clocks(routes: &mut ServiceConfig<'_>) {
    use governance::requests::clocks::{http, http_on_call};
    routes
        .service(http::request_pause)
        .service(http::request_resume)
        .service(http::request_extend)
        .service(http_on_call::on_call_create)
        .service(http_on_call::on_call_list)
        .service(http_on_call::on_call_end);
}

fn duty_list(routes: &mut ServiceConfig<'_>) {
    use governance::duty_list::{http, http_drafts, http_import};
    use governance::starter_packs;
    routes
        .service(http::duty_item_list)
        .service(http::duty_item_find)
        .service(http::duty_item_end)
        .service(http::duty_changelog_list)
        .service(http::duty_list_export)
        .service(http_drafts::duty_item_draft_create)
        .service(http_drafts::duty_item_draft_list)
        .service(http_drafts::duty_item_draft_find)
        .service(http_drafts::duty_item_draft_edit)
        .service(http_drafts::duty_item_draft_approve)
        .service(http_drafts::duty_item_draft_refuse)
        .service(http_import::duty_list_import)
        .service(http_import::duty_item_draft_approve_bulk)
        .service(starter_packs::http::starter_pack_find)
        .service(starter_packs::http::starter_pack_request)
        .service(starter_packs::http::starter_pack_list)
        .service(starter_packs::http::starter_pack_approve)
        .service(starter_packs::http::starter_pack_refuse);
}

fn grid_tasks(routes: &mut ServiceConfig<'_>) {
    use governance::grid_tasks::{checklists, plans, tasks};
    routes
        .service(checklists::http::checklist_create)
        .service(checklists::http::checklist_list)
        .service(checklists::http::checklist_find)
        .service(checklists::http::checklist_approve)
        .service(checklists::http::checklist_refuse)
        .service(plans::http::grid_task_plan_create)
        .service(plans::http::grid_task_plan_list)
        .service(plans::http::grid_task_plan_find)
        .service(plans::http::grid_task_plan_end)
        .service(tasks::http::grid_task_create)
        .service(tasks::http::grid_task_list)
        .service(tasks::http::grid_task_find)
        .service(tasks::http::grid_task_start)
        .service(tasks::http::grid_task_stop_tick)
        .service(tasks::http::grid_task_stop_hazard)
        .service(tasks::http::grid_task_finish)
        .service(tasks::http::grid_task_review)
        .service(tasks::http::grid_task_return)
        .service(tasks::http::grid_task_cancel);
}

fn connectors(routes: &mut ServiceConfig<'_>) {
    use governance::{connectors, open311};
    routes
        .service(open311::http_clients::open311_client_create)
        .service(open311::http_clients::open311_client_list)
        .service(open311::http_clients::open311_client_revoke)
        .service(connectors::http::connector_create)
        .service(connectors::http::connector_list)
        .service(connectors::http::connector_find)
        .service(connectors::http::connector_update)
        .service(connectors::http::connector_rotate)
        .service(connectors::http::connector_pause)
        .service(connectors::http::connector_resume)
        .service(connectors::http::connector_close)
        .service(connectors::http_deliveries::connector_delivery_list)
        .service(connectors::http_deliveries::connector_replay)
        .service(connectors::http_inbound::connector_update_receive);
}

/// `/open311/v2`: what other systems call, by their standard's addresses.
pub fn open311(routes: &mut ServiceConfig<'_>) {
    use governance::open311::http;
    routes
        .service(http::open311_discovery)
        .service(http::open311_services)
        .service(http::open311_service)
        .service(http::open311_request_create)
        .service(http::open311_token)
        .service(http::open311_requests)
        .service(http::open311_request)
        .service(http::open311_updates)
        .service(http::open311_update_create)
        .service(http::open311_bulk);
}

/// `/open311/test/v2`: the same addresses, where nothing is kept; not in the document a second time.
pub fn open311_test(routes: &mut actix_web::web::ServiceConfig) {
    use governance::open311::http;
    routes
        .service(http::open311_discovery)
        .service(http::open311_services)
        .service(http::open311_service)
        .service(http::open311_request_create)
        .service(http::open311_token)
        .service(http::open311_requests)
        .service(http::open311_request)
        .service(http::open311_updates)
        .service(http::open311_update_create)
        .service(http::open311_bulk);
}
