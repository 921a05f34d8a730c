//! Duty list 主体责任清单: whose duty is what, and by when. Owns `duty_items` and `duty_changes`.
//!
//! An item hangs on its code (`A01-03`: major, middle, item) and has versions; requests name the code. A draft is written by one person
//! and approved by another, who shares no household with the first; a version that was in force never changes (the database refuses
//! it). The same code may hold with another lead in a part of the community: the narrowest version wins. The public log says why.

mod decide;
mod home;
pub mod http;
pub mod http_drafts;
pub mod http_import;
mod import;
mod item;
mod lookup;
mod rows;
mod schema;
mod sheet;
mod stated;
mod view;
mod write;

pub use home::home;
pub use import::{DutyImportReport, import_file};
pub use item::{AnswerError, DeadlineClass, DutyItem, DutyMove, DutyState, Question, QuestionKind, check_answers};
pub use lookup::{all_in_force, in_force, in_force_at, narrowest};
pub use sheet::read_questions;
pub use stated::{Adopted, NewItem, adopt};
pub use view::{DutyChangeView, DutyDraftView, DutyItemView, UnitName};

base::typed_ids! {
    /// One version of an item of the duty list.
    DutyItemId;
    /// A line of the duty list's public log.
    DutyChangeId;
    /// A decision on the starter pack.
    AdoptionId;
}

base::words! {
    /// What changed.
    ChangeKind {
        /// A new item.
        Added = "added" "新增",
        /// A new version of an item.
        Changed = "changed" "修订",
        /// An item ended.
        Ended = "ended" "终止",
    }
}

/// Allowed changes of a version's state.
pub const STATES: &[base::state::StateTable] = &[("duty_item", DutyState::TABLE)];

base::error_codes! {
    DUTY_NOT_DRAFT 409 "duty_not_draft" "该条目已审批或已撤回，不能再改，请起草新版本。" "This version has been decided and can't be changed; write a new one.";
    DUTY_NOT_IN_FORCE 409 "duty_not_in_force" "该条目当前不在有效清单中。" "This item is not in force.";
    DUTY_ENDING 409 "duty_ending" "终止申请不能修改，请撤回后重新申请。" "A draft that ends an item can't be edited; withdraw it and ask again.";
}

people::permissions! {
    /// See the duty list of a community.
    DutyItemList "duty_item_list" [Person Anyone];
    /// See one version of an item.
    DutyItemFind "duty_item_find" [Person Anyone];
    /// See what changed in the duty list and why.
    DutyChangelogList "duty_changelog_list" [Person Anyone];
    /// Get the duty list as a file.
    DutyListExport "duty_list_export" [Person Anyone];
    /// Write a draft of an item.
    DutyItemDraftCreate "duty_item_draft_create" [CommunityStaff Community, StreetStaff Street];
    /// See the drafts that wait.
    DutyItemDraftList "duty_item_draft_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See one draft.
    DutyItemDraftFind "duty_item_draft_find" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Edit a draft.
    DutyItemDraftEdit "duty_item_draft_edit" [CommunityStaff Community, StreetStaff Street];
    /// Approve a draft of another person.
    DutyItemDraftApprove "duty_item_draft_approve" [CommunityStaff Community, StreetStaff Street];
    /// Approve many drafts of another person.
    DutyItemDraftApproveBulk "duty_item_draft_approve_bulk" [CommunityStaff Community, StreetStaff Street];
    /// Import a duty list as drafts.
    DutyListImport "duty_list_import" [CommunityStaff Community, StreetStaff Street];
    /// Refuse or withdraw a draft.
    DutyItemDraftRefuse "duty_item_draft_refuse" [CommunityStaff Community, StreetStaff Street];
    /// Ask to end an item.
    DutyItemEnd "duty_item_end" [CommunityStaff Community, StreetStaff Street];
}
