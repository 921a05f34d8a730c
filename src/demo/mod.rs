//! Demo data, the journey through the product, and the routes that only a demo or test installation has.

mod caller;
mod http;
mod http_posting;
mod journey;
mod people_list;
mod picture;
pub mod practice;
pub(crate) mod scale;
mod seed;
pub mod simulate;
mod up;

use actix_web::web::{ServiceConfig, scope};

pub(crate) use http::SandboxPlace;
pub use journey::{JourneyArgs, run as journey};
pub use people_list::{DemoPerson, staff};
pub use scale::{ScaleArgs, run as scale};
pub use up::{ClockArgs, UpArgs, clock, up};

/// `/demo`: see `http.rs`. Not part of the product's API, hence not in its document.
pub fn routes(config: &mut ServiceConfig) {
    let demo = scope("/demo").service(http::demo_clock_move).service(http::demo_drain).service(http::demo_sandbox);
    config.service(demo.service(http_posting::demo_posting_create));
}
