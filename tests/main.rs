//! The one integration binary: real HTTP, real PostgreSQL, a WeChat that speaks WeChat's wire.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod canaries;
mod console;
mod documents;
mod faults;
mod journeys;
mod ledger;
mod matrix;
mod matrix_scope;
mod operator;
mod routes;
mod schema;
mod support;
mod tidy;
mod trouble;
