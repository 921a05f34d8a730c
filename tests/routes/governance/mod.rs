//! Palm governance over HTTP.

pub(crate) mod clocks;
mod duty_list;
mod requests;
