//! Tests of the routes of `life`.

mod audit;
mod counter;
pub(crate) mod market;
mod merchants;
mod offers;
pub(crate) mod orders;
mod pairs;
mod settlement;
