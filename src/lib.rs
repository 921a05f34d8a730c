//! Palm Community (掌上社区): the backend of a community's mini program, with a points ledger.
//!
//! The plan of the house, from the ground up (arrows go upwards only):
//! `base` ← `people` ← `ledger` ← `points` ← the wings `life`, `service` ← this crate.
//!
//! A request's way: [`routes`] → the noun's `http.rs` → its `<verb>.rs` → `ledger/post.rs`.
//!
//! - [`app`] builds the application; the server and the tests use the same function.
//! - [`routes`] lists every route of the product, one line each.
//! - [`database`] opens, migrates and checks the database.
//! - [`audit`] proves the books; [`serve`] runs the server; [`demo`] brings demo data and the journey.

pub mod app;
pub mod app_docs;
pub mod audit;
pub mod database;
pub mod demo;
pub mod metrics;
mod neighbours;
pub mod openapi;
pub mod operations;
pub mod routes;
pub mod serve;
