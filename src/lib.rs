//! palm
