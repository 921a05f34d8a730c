//! Requests out of a file: each row with the number it has elsewhere, so that the same file again changes nothing. Rows with an error are
//! left out and listed by row and column. They come in private: what is public has to be checked one by one.

mod columns;
pub mod http;
mod plan;
mod write;

pub use write::import;

use people::community::import::ImportIssue;
use serde::Serialize;

/// What came of a file.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct RequestImportReport {
    /// Checked only; nothing was written.
    pub dry_run: bool,
    /// Rows of data.
    pub rows: u32,
    /// Rows that became (or would become) requests.
    pub created: u32,
    /// Rows that were imported before.
    pub unchanged: u32,
    /// Rows with an error, left out.
    pub refused: u32,
    /// At most 1,000 errors.
    pub errors: Vec<ImportIssue>,
    /// One line to read out.
    pub summary: String,
}

base::error_codes! {
    IMPORT_TOO_MANY 422 "request_import_too_many" "一次最多导入 2000 件诉求，请拆成几个文件。" "Two thousand requests in one file at most; split it.";
}

people::permissions! {
    /// Import requests of one's community from a file.
    RequestImport "request_import" [CommunityStaff Community];
}
