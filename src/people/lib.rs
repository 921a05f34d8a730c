//! People and places: who a person is, what they may do, where they live, and how they are told.
//!
//! Edges between nouns: `identity → grid`; `notify → identity, grid`; `community → notify, identity,
//! grid`; `calendar → identity, grid`; `screening → notify, identity,
//! grid`; `files → screening, notify, identity, grid`.

pub mod calendar;
pub mod community;
pub mod files;
pub mod grid;
pub mod identity;
pub mod notify;
pub mod qr;
pub mod screening;
