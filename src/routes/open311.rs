//! `/open311`: what other systems call, by their standard's addresses.

use governance::open311::http;
use utoipa_actix_web::service_config::ServiceConfig;

/// `/open311/v2`: what other systems call, by their standard's addresses.
pub fn routes(routes: &mut ServiceConfig<'_>) {
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
pub fn test_routes(routes: &mut actix_web::web::ServiceConfig) {
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
