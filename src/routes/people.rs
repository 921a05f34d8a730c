//! `/api/v1`: accounts, places and households, published texts and files, working time, what people are told.

use people::community::{households, import, managed, merges, minors, organizations, places, proxies, residencies};
use people::{calendar, files, identity, notify, screening};
use utoipa_actix_web::service_config::ServiceConfig;

/// Everything of people and places: no wing in the path.
pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    accounts(routes);
    published(routes);
    community(routes);
    working_time(routes);
    told(routes);
}

fn accounts(routes: &mut ServiceConfig<'_>) {
    routes
        .service(identity::http::session_create)
        .service(identity::http::session_refresh)
        .service(identity::http::session_end)
        .service(identity::http::session_end_all)
        .service(identity::http::session_list)
        .service(identity::http_console::console_login_create)
        .service(identity::http_console::console_login_confirm)
        .service(identity::http_managed::managed_account_list)
        .service(identity::http_managed::card_issue)
        .service(identity::http_managed::card_revoke)
        .service(identity::http_me::me_find)
        .service(identity::http_me::nickname_change)
        .service(identity::http_me::birth_year_set)
        .service(identity::http_call::callable_set)
        .service(identity::http_call::grid_worker_call)
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

fn community(routes: &mut ServiceConfig<'_>) {
    routes
        .service(places::http::unit_list)
        .service(places::http::unit_find)
        .service(places::http::grid_mine)
        .service(places::http::grid_red_list)
        .service(places::http::deputy_name)
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
        .service(merges::http::person_merge_ask)
        .service(merges::http::person_merge_list)
        .service(merges::http::person_merge_find)
        .service(merges::http::person_merge_approve)
        .service(merges::http::person_merge_refuse)
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
