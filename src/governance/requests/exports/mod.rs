//! A list of requests as a file: asked for with the list's filters, made by a job in chunks with progress, fetched by a signed link
//! that lives for minutes, removed after seven days. Personal data stands masked in it.
//!
//! Owns the tables `request_exports`, `request_export_parts`. States and who may move them stand with [`ExportState`].
//!
//! Invariants: a file holds what its owner could see when asking for it, and nothing else; asking, fetching and removing are audited; a
//! job that runs twice writes no row twice.

mod ask;
mod columns;
mod hooks;
pub mod http;
mod link;
mod make;
mod rows;
mod schema;
mod sweep;

use base::jobs::JobKind;

pub use ask::NewRequestExport;
pub use hooks::{ERASE, EXPORT};

base::typed_ids! {
    /// A file of requests.
    RequestExportId;
}

base::error_codes! {
    EXPORTS_RUNNING 409 "request_exports_running" "您有 3 个导出正在进行，请稍后再试。" "Three exports of yours are under way; wait for one.";
    EXPORT_NOT_READY 409 "request_export_not_ready" "文件还没有生成，或已删除。" "The file isn't made yet, or is removed.";
    EXPORT_LINK_EXPIRED 403 "request_export_link_expired" "下载链接已过期，请重新获取。" "The link has expired; fetch a new one.";
}

base::words! {
    /// State of a file.
    ExportState {
        /// Waits for the job.
        Queued = "queued" "排队中",
        /// Being made.
        Running = "running" "生成中",
        /// To be fetched.
        Done = "done" "已生成",
        /// Given up.
        Failed = "failed" "未能生成",
        /// Its bytes are gone.
        Removed = "removed" "已删除",
    }
}

base::words! {
    /// Moves of a file.
    ExportMove {
        /// The job begins.
        Begin = "begin",
        /// The last row is written.
        Finish = "finish",
        /// It came to nothing.
        GiveUp = "give_up",
        /// Take its bytes away.
        Remove = "remove",
    }
}

base::machine! {
    ExportState by ExportMove {
        => Queued "staff, handlers, the street";
        Queued Begin Running "the job";
        Running Finish Done "the job";
        Queued GiveUp Failed "the sweep, after a day";
        Running GiveUp Failed "the sweep, after a day";
        Done Remove Removed "its owner, or the sweep after seven days";
        Failed Remove Removed "its owner, or the sweep after seven days";
    }
}

base::words! {
    /// Which kind of file.
    ExportFormat {
        /// Comma-separated text, UTF-8 with a byte order mark.
        Csv = "csv",
        /// A workbook.
        Xlsx = "xlsx",
    }
}

people::permissions! {
    /// Have a file made of requests of one's scope.
    RequestExportCreate "request_export_create" [CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See one's own files of requests.
    RequestExportList "request_export_list" [Person Own];
    /// See how far one's own file of requests is, and the link to it.
    RequestExportFind "request_export_find" [Person Own];
    /// Remove one's own file of requests.
    RequestExportRemove "request_export_remove" [Person Own];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("request_export", ExportState::TABLE)];

/// Background jobs.
pub(super) fn jobs() -> Vec<JobKind> {
    vec![make::kind(), sweep::kind()]
}
