//! Palm governance over HTTP.

mod requests;
