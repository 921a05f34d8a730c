//! `/api/v1/service`: palm service 掌上服务.

use service::volunteering::{check_in, hours, projects, record, shifts, sign_ups, teams};
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the wing.
pub fn routes(routes: &mut ServiceConfig<'_>) {
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
