//! The staff console: its pages over HTTP, and in a real browser.

mod frame;
mod pages;
