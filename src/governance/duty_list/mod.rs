//! Duty list 主体责任清单: whose duty is what, and by when. Owns `duty_items`, `duty_changes` and `starter_adoptions`.
//!
//! An item hangs on its code (`A01-03`: major, middle, item) and has versions; requests name the code. A draft is written by one person
//! and approved by another, who shares no household with the first; a version that was in force never changes (the database refuses
//! it). The same code may hold with another lead in a part of the community: the narrowest version wins. The public log says why.

mod item;
mod lookup;
mod rows;
mod schema;

pub use item::{AnswerError, DeadlineClass, DutyItem, DutyMove, DutyState, Question, QuestionKind, Term, check_answers};
pub use lookup::{all_in_force, in_force, in_force_at, narrowest};

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
