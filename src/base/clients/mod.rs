//! Clients of systems we don't run. Each is a plain struct with its base URL from configuration, its own limits and
//! typed errors; its only double in tests is a real server speaking the same wire (`sandbox`), never a mock.

#![deny(clippy::as_conversions, clippy::indexing_slicing)]

pub mod probe;
pub mod webhook;
pub mod wechat;
