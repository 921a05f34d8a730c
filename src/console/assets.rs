//! The console's own style sheet and script: in the binary, under names that carry their hash, so that browsers may keep them for a year.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use base::error::{self, ApiError};
use base::keys::sha256;

/// One file.
pub(super) struct Asset {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    // Two files need no crate: `include_bytes!` and our own hash do what rust-embed would.
    fn new(stem: &str, end: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let hash = sha256(bytes).iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self { name: format!("{stem}.{hash}.{end}"), kind, bytes }
    }

    /// Where the browser finds it.
    pub(super) fn path(&self) -> String {
        format!("/console/assets/{}", self.name)
    }
}

/// The style sheet.
pub(super) static CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "css", "text/css; charset=utf-8", include_bytes!("console.css")));
/// The script.
pub(super) static JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "js", "text/javascript; charset=utf-8", include_bytes!("console.js")));
/// The mark in the browser's tab.
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "svg", "image/svg+xml", include_bytes!("console.svg")));

/// A file by its hashed name.
#[get("/assets/{name}")]
pub async fn console_asset(name: Path<String>) -> Result<HttpResponse, ApiError> {
    let known = [&*CSS, &*JS, &*ICON].into_iter().find(|asset| asset.name == *name);
    let asset = known.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let kept = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    Ok(HttpResponse::Ok().insert_header(kept).insert_header((CONTENT_TYPE, asset.kind)).body(asset.bytes))
}
