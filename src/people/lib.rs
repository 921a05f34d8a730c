//! People and places: who a person is, what they may do, where they live, and how they are told.
//!
//! Edges between nouns: `identity → grid`; `community → identity, grid`; `notify → identity`.

pub mod grid;
pub mod identity;
