//! Tests of the routes of `service`.
