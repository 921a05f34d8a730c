//! The staff console: its pages over HTTP, and in a real browser.

mod browser;
mod frame;
mod journeys;
mod pages;
mod requests;
