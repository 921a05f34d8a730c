//! Tests of the routes of `life`.

mod audit;
mod counter;
mod market;
mod merchants;
mod offers;
mod orders;
mod settlement;
