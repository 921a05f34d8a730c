//! Palm Community (掌上社区): the backend of a community's mini program, with a points ledger.
//!
//! The plan of the house, from the ground up (arrows go upwards only):
//! `base` ← `people` ← `ledger` ← `points` ← the wings `governance`, `life`, `service` ← this crate.
//!
//! A request's way: [`routes`] → the noun's `http.rs` → its `<verb>.rs` → `ledger/post.rs`.
//!
//! - [`app`] builds the application; [`nouns`] collects what each noun brings to it.
//! - [`routes`] lists every route of the product, one line each.
//! - [`database`] opens, migrates and checks the database.
//! - [`console`] holds the pages for staff.
//! - [`audit`] proves the books; [`operator`] backs up, restores, looks after the installation; [`serve`] runs the server; [`demo`] brings demo data and the journey; [`mod@bench`] measures.

pub mod admin;
pub mod app;
pub mod app_docs;
pub mod audit;
pub mod bench;
pub mod console;
pub mod database;
pub mod demo;
pub mod import;
pub mod jobs;
pub mod metrics;
mod neighbours;
pub mod nouns;
pub mod openapi;
pub mod operations;
pub mod operator;
pub mod routes;
pub mod serve;

/// Version of this program: what the package was built as (`PALM_BUILD`, with its commit), else the number of `Cargo.toml`.
pub const VERSION: &str = match option_env!("PALM_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};
