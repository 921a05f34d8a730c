//! Tests of the routes of `points`.
