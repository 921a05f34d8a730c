//! Tests of the routes of `service`.

mod volunteering;
