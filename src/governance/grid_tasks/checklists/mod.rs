//! Checklists: what a worker answers at the end of a task. A version is never edited: a draft is decided by a second person, and the
//! version before it ends at that moment.

pub mod http;
mod rows;
mod write;

use base::text::Text;
use serde::{Deserialize, Serialize};

pub(super) use rows::{Checklist, find, in_force, waiting};
pub use write::{NewChecklist, NewItem};

base::words! {
    /// State of a version.
    ChecklistState {
        /// Waits for a second person.
        Draft = "draft" "待审批",
        /// New tasks take it.
        InForce = "in_force" "生效",
        /// A newer version took its place.
        Replaced = "replaced" "已替换",
        /// Never came in force.
        Refused = "refused" "未通过",
    }
}

base::words! {
    /// Moves of a version.
    ChecklistMove {
        /// Into force.
        Approve = "approve",
        /// Never.
        Refuse = "refuse",
        /// By a newer one.
        Replace = "replace",
    }
}

base::machine! {
    ChecklistState by ChecklistMove {
        => Draft "community staff";
        Draft Approve InForce "another member of the staff";
        Draft Refuse Refused "another member of the staff";
        InForce Replace Replaced "whoever approves the next version";
    }
}

base::words! {
    /// How an item is answered.
    ItemKind {
        /// `yes` or `no`.
        YesNo = "yes_no",
        /// A number.
        Number = "number",
        /// Some words.
        Text = "text",
    }
}

/// One item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Item {
    /// Code within the checklist.
    pub code: Text<30>,
    /// What is asked.
    pub text: Text<200>,
    /// How it is answered.
    pub kind: ItemKind,
    /// Must it be answered?
    pub required: bool,
}

impl Item {
    /// Is this a fitting answer?
    pub(super) fn takes(&self, answer: &str) -> bool {
        match self.kind {
            ItemKind::YesNo => matches!(answer, "yes" | "no"),
            ItemKind::Number => answer.parse::<f64>().is_ok_and(f64::is_finite),
            ItemKind::Text => true,
        }
    }
}

/// The first thing wrong with answers: an item that isn't there or doesn't take that answer, or a required one that is missing.
pub(super) fn unfit<'a>(items: &'a [Item], answers: &'a [(String, String)]) -> Option<&'a str> {
    let strange = answers.iter().find(|(code, answer)| {
        let item = items.iter().find(|item| item.code.as_str() == code);
        item.is_none_or(|item| !item.takes(answer))
    });
    let missing = || {
        let open = items.iter().find(|item| item.required && !answers.iter().any(|(code, _)| item.code.as_str() == code));
        open.map(|item| item.code.as_str())
    };
    strange.map(|(code, _)| code.as_str()).or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str, kind: ItemKind, required: bool) -> Item {
        Item { code: Text::new(code).unwrap(), text: Text::new("通道是否畅通").unwrap(), kind, required }
    }

    #[test]
    fn answers_fit_their_items_and_none_is_missing() {
        let items = [item("exit", ItemKind::YesNo, true), item("bikes", ItemKind::Number, false)];
        let answers = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(code, answer)| ((*code).to_owned(), (*answer).to_owned())).collect()
        };
        assert_eq!(unfit(&items, &answers(&[("exit", "yes")])), None);
        assert_eq!(unfit(&items, &answers(&[("exit", "no"), ("bikes", "3")])), None);
        assert_eq!(unfit(&items, &answers(&[("bikes", "3")])), Some("exit"));
        assert_eq!(unfit(&items, &answers(&[("exit", "maybe")])), Some("exit"));
        assert_eq!(unfit(&items, &answers(&[("exit", "yes"), ("bikes", "NaN")])), Some("bikes"));
        assert_eq!(unfit(&items, &answers(&[("exit", "yes"), ("roof", "yes")])), Some("roof"));
    }
}
