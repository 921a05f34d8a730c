//! Pictures that people send in (文件): taken by their bytes, drawn anew without EXIF, kept under random names, checked by WeChat or a
//! person, shown by signed links that expire. Owns the table `files` and the files folder.
//!
//! A noun hangs pictures on its thing with [`attach`] inside its own transaction and shows them with [`views`] (the public: links only to
//! clean ones) or [`views_in_full`] (author and those who handle the case: also what isn't checked yet).
//!
//! Invariants: bytes are on disk before their row is committed, so nothing acknowledged is lost; what a crash leaves over is swept. A
//! picture hangs on at most one thing. What nobody hung on anything is gone after 24 hours. Who may move a check on stands in
//! [`CheckState::TABLE`].

mod attach;
mod cabinet;
mod check;
mod folder;
mod hooks;
pub mod http;
mod jobs;
mod lane;
mod link;
mod picture;
mod rows;
mod schema;

pub use attach::{About, FileView, attach, being_checked, views, views_in_full};
pub use cabinet::Cabinet;
pub use check::{MEDIA_EVENT, NOUN, decided, media_checked};
pub use hooks::{erase, export, merge};
pub use jobs::jobs;
pub use link::{Signer, Variant};

use base::state::Transition;

base::typed_ids! {
    /// A picture. Random, not by time: it may be seen by everybody.
    FileId;
}

base::words! {
    /// Where the check of a picture stands.
    CheckState {
        /// WeChat is asked.
        Pending = "pending" "检查中",
        /// A person has to look.
        Queued = "queued" "待人工审核",
        /// May be shown.
        Clean = "clean" "已通过",
        /// May not be shown.
        Refused = "refused" "未通过",
    }
}

base::words! {
    /// What moves a check on.
    CheckMove {
        /// It passes.
        Pass = "pass",
        /// It is refused.
        Refuse = "refuse",
        /// Nobody but a person can tell.
        Ask = "ask",
    }
}

base::machine! {
    CheckState by CheckMove {
        => Pending "whoever sent it in";
        Pending Pass Clean "WeChat";
        Pending Refuse Refused "WeChat";
        Pending Ask Queued "WeChat in doubt, or without an answer within 40 minutes";
        Queued Pass Clean "a worker of the place";
        Queued Refuse Refused "a worker of the place";
        Refused Pass Clean "staff, on appeal";
    }
}

/// Allowed moves of a check.
pub const STATES: &[Transition] = CheckState::TABLE;

base::error_codes! {
    PICTURE_TYPE 415 "picture_type" "只接受 JPEG、PNG、WebP 图片。" "Only JPEG, PNG and WebP pictures are taken.";
    PICTURE_TOO_LARGE 413 "picture_too_large" "图片过大，请选择“压缩图”或缩小后再上传（不超过 10 MB、2400 万像素）。" "The picture is too large: at most 10 MB and 24 million pixels.";
    PICTURE_UNREADABLE 422 "picture_unreadable" "图片已损坏，无法打开，请换一张。" "The picture is damaged and can't be opened.";
    FILE_MISSING 422 "file_missing" "请用 multipart 表单上传一个名为 file 的文件。" "Send exactly one file as the multipart field `file`.";
    FILES_UNATTACHED 409 "files_unattached" "未使用的图片已达 50 张，请先提交或等待清理。" "Fifty pictures wait unused; use them or wait until they are cleared.";
    FILE_NOT_USABLE 422 "file_not_usable" "图片不存在、不是您上传的，或已被使用。" "The picture does not exist, is not yours, or is in use already.";
    FILE_REFUSED 422 "file_refused" "图片未通过审核，不能使用。" "The picture was refused and can't be used.";
    LINK_EXPIRED 403 "link_expired" "图片链接已过期，请刷新页面。" "The link to the picture has expired; load the page again.";
}

crate::permissions! {
    /// Send a picture in.
    FileCreate "file_create" [Person Own];
    /// See a picture and where its check stands.
    FileFind "file_find" [Person Own, GridWorker Grid, CommunityStaff Community, StreetStaff Street];
}
