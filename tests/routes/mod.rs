//! Tests of routes, in the tree of their URLs.

pub(crate) mod governance;
pub(crate) mod life;
mod operations;
pub(crate) mod people;
pub(crate) mod points;
mod service;
mod shell;
