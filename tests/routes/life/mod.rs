//! Tests of the routes of `life`.
