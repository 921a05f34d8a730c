//! The staff console: its pages over HTTP, and in a real browser.

mod browser;
mod frame;
mod imports;
mod journeys;
mod journeys_chat;
mod operations;
mod pages;
mod people;
mod points;
mod requests;
