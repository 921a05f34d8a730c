//! Tests of the routes of `people`.
