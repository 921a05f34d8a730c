//! Import of grid, household register, organizations, merchants and staff roster from XLSX or CSV.
//!
//! A row with an error is left out and listed; the others are taken. A file can be imported again: rows are found by stable keys,
//! an unchanged one is left alone. A dry run does everything and rolls it back, so it says exactly what would happen. The columns of
//! each kind stand in `columns.rs`, which makes the templates too. Reports hold rows, columns and reasons, never a value.

mod columns;
mod grid;
mod households;
pub mod http;
mod kept;
mod organizations;
mod report;
mod roster;
mod rows;
mod rows_kept;
mod run;
pub mod samples;
mod sheet;
mod table;
mod template;
mod values;
mod zip_guard;

pub use columns::{Column, ImportKind};
pub use kept::{Kept, Upload, confirm, jobs, kept, start, try_and_keep, upload};
pub use report::{ImportIssue, ImportReport};
pub use run::run;
pub use table::{Line, Table};
pub use template::template;

base::typed_ids! {
    /// One import.
    ImportId;
}

base::error_codes! {
    FILE_UNREADABLE 422 "import_file_unreadable" "文件无法读取，请使用 XLSX 或 UTF-8 的 CSV。" "The file can't be read; use XLSX or CSV in UTF-8.";
    FILE_TOO_LARGE 413 "import_file_too_large" "文件过大，请拆成几个文件。" "The file is too large; split it.";
    COLUMNS_MISSING 422 "import_columns_missing" "缺少必需的列，请使用模板。" "Required columns are missing; use the template.";
    IMPORT_RUNNING 409 "import_running" "另一个导入正在进行，请稍后再试。" "Another import is running; try again shortly.";
    FILE_GONE 409 "import_file_gone" "文件已删除或已导入，请重新上传。" "The file is gone or imported already; upload it again.";
}

crate::permissions! {
    /// Import a file.
    ImportCreate "import_create" [CommunityStaff Community, Admin Anyone];
    /// See reports of imports.
    ImportList "import_list" [CommunityStaff Community, Admin Anyone];
    /// See one report of an import.
    ImportFind "import_find" [CommunityStaff Community, Admin Anyone];
    /// Get an empty file with the right columns.
    ImportTemplate "import_template_find" [CommunityStaff Community, Admin Anyone];
}
