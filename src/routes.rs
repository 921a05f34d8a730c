//! Every route of the product, one line each. What lies below the wings has no wing in its path.

use people::identity::{http, http_managed, http_me, http_people, http_phone, http_registration};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::operations;

/// `/api/v1`: people, points.
pub fn common(routes: &mut ServiceConfig<'_>) {
    routes
        .service(operations::dead_job_list)
        .service(operations::dead_job_rerun)
        .service(operations::wechat_status_find)
        .service(operations::audit_trail_list)
        .configure(identity);
}

fn identity(routes: &mut ServiceConfig<'_>) {
    routes
        .service(http::session_create)
        .service(http::session_refresh)
        .service(http::session_end)
        .service(http::session_end_all)
        .service(http::session_list)
        .service(http_me::me_find)
        .service(http_me::nickname_change)
        .service(http_me::home_find)
        .service(http_me::consent_give)
        .service(http_me::consent_list)
        .service(http_me::access_log_list)
        .service(http_me::account_close)
        .service(http_me::account_export)
        .service(http_phone::phone_bind)
        .service(http_phone::phone_code_issue)
        .service(http_phone::phone_bind_face_to_face)
        .service(http_phone::roster_list)
        .service(http_phone::roster_code_issue)
        .service(http_phone::roster_end)
        .service(http_phone::roster_code_use)
        .service(http_people::person_find)
        .service(http_people::person_reveal)
        .service(http_people::role_list)
        .service(http_people::role_end)
        .service(http_people::invitation_accept)
        .service(http_managed::managed_account_list)
        .service(http_managed::card_issue)
        .service(http_managed::card_revoke)
        .service(http_registration::registration_create)
        .service(http_registration::registration_list)
        .service(http_registration::registration_find)
        .service(http_registration::registration_confirm)
        .service(http_registration::registration_refuse);
}

/// `/api/v1/life`: palm life 掌上生活.
pub fn life(routes: &mut ServiceConfig<'_>) {
    let _ = routes;
}

/// `/api/v1/service`: palm service 掌上服务.
pub fn service(routes: &mut ServiceConfig<'_>) {
    let _ = routes;
}
