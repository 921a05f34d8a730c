//! `/api/v1`: what the operator of the installation sees.

use crate::operations;
use utoipa_actix_web::service_config::ServiceConfig;

/// Dead jobs, WeChat status, audit trail.
pub(super) fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(operations::dead_job_list)
        .service(operations::dead_job_rerun)
        .service(operations::failed_push_list)
        .service(operations::wechat_status_find)
        .service(operations::audit_trail_list);
}
