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
mod topics;

/// What people who mean harm write into every field.
const HARMFUL: &[&str] = &[
    "<script>window.harmed=1</script>",
    "\"><img src=x onerror=window.harmed=1>",
    "</textarea><script>window.harmed=1</script>",
    "' autofocus onfocus=window.harmed=1 x='",
    "javascript:window.harmed=1",
    "<svg/onload=window.harmed=1>",
    "{{7*7}}<!--",
];

/// A page shows what was written as text.
fn shows_as_text(page: &str, harm: &str) {
    let raw = page.contains(harm) && harm.contains(['<', '"', '\'']);
    assert!(!raw, "{harm} stands in a page as it was written");
    assert!(!page.contains("href=\"javascript:"), "{harm}");
}
