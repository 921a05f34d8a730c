//! The staff console: its pages over HTTP, and in a real browser.

mod browser;
mod frame;
mod journeys;
mod journeys_chat;
mod pages;
mod requests;
