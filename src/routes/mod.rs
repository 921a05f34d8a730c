//! Every route of the product, one line each, in a file a wing. What lies below the wings has no wing in its path.

pub mod governance;
pub mod life;
pub mod open311;
mod operator;
mod people;
mod points;
pub mod service;

use utoipa_actix_web::service_config::ServiceConfig;

/// `/api/v1`: people, points, the operator.
pub fn common(routes: &mut ServiceConfig<'_>) {
    people::routes(routes);
    points::routes(routes);
    operator::routes(routes);
}
