//! What came of an import: counts, what is wrong with which cell, and what somebody has to decide. Never a value of the file, since
//! it may be personal.

use base::ids::PersonId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ImportId;
use super::columns::ImportKind;

/// Entries kept in each list; the counts go on.
const LISTED: usize = 1_000;

macro_rules! wrongs {
    ($($(#[$doc:meta])* $name:ident $code:literal $zh:literal $en:literal;)*) => {
        /// What is wrong with a cell or row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Wrong { $($(#[$doc])* $name,)* }

        impl Wrong {
            pub(super) const fn words(self) -> (&'static str, &'static str, &'static str) {
                match self { $(Self::$name => ($code, $zh, $en),)* }
            }
        }
    };
}

wrongs! {
    Empty "empty" "必填" "must be filled";
    TooLong "too_long" "过长" "is too long";
    Control "control_character" "含有控制字符" "contains a control character";
    Formula "formula" "不能以 = + - @ 开头" "must not start with = + - @";
    Broken "broken_cell" "单元格显示错误值" "shows a spreadsheet error";
    Form "wrong_form" "格式不正确" "has a wrong form";
    Phone "not_a_phone" "不是有效的手机号" "is not a mobile number";
    Year "not_a_year" "不是有效的出生年" "is not a year of birth";
    Date "not_a_date" "不是有效的日期（YYYY-MM-DD）" "is not a date (YYYY-MM-DD)";
    Order "dates_in_wrong_order" "结束日期早于开始日期" "ends before it starts";
    UnknownUnit "unknown_unit" "没有这个网格编码" "there is no such unit";
    Level "wrong_level" "网格级别不对" "is a unit of the wrong level";
    NoParent "no_parent" "上级编码不存在" "the unit above does not exist";
    Outside "outside_scope" "不在您的管辖范围" "is outside your area";
    UnknownKind "unknown_kind" "没有这个类型" "there is no such kind";
    UnknownRole "unknown_role" "没有这个角色" "there is no such role";
    NotYours "role_not_yours_to_give" "此角色须由系统管理员导入" "only the operator may import this role";
    UnknownOrganization "unknown_organization" "没有这个单位编码" "there is no such organization";
    NeedsOrganization "needs_organization" "此角色须填单位编码" "this role needs an organization";
    Twice "twice_in_file" "与前面的行重复" "repeats an earlier row";
    Differs "differs_from_earlier_row" "与同户前面的行不一致" "differs from an earlier row of the same household";
    Moved "household_moved" "该户已登记在别的楼门且有已确认居民，请先办理迁出" "the household stands at another entrance with confirmed residents; move them out first";
    SharedPhone "phone_of_several" "该手机号登记在不同的户名下，请核对" "this phone stands in several households; check it";
    OtherKind "code_of_other_kind" "此编码已属于另一类单位" "this code belongs to an organization of another kind";
}

/// One thing that is wrong, or to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportIssue {
    /// Row of the file; the first one under the headers is usually 2.
    pub row: u32,
    /// Column, in English.
    pub column: String,
    /// Stable code.
    pub code: String,
    /// In Chinese, with the Chinese header.
    pub message: String,
    /// In English.
    pub message_en: String,
}

impl ImportIssue {
    /// What is wrong, without row and column: Chinese, English.
    pub fn wrong(&self) -> (&str, &str) {
        let zh = self.message.split_once('」').map_or(self.message.as_str(), |(_, wrong)| wrong);
        (zh, self.message_en.split_once(": ").map_or(self.message_en.as_str(), |(_, wrong)| wrong))
    }
}

/// The report of one import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Id.
    pub id: ImportId,
    /// What was imported.
    pub kind: ImportKind,
    /// Checked only; nothing was written.
    pub dry_run: bool,
    /// Rows of data in the file.
    pub rows: u32,
    /// Rows that made (or would make) something new.
    pub created: u32,
    /// Rows that changed something.
    pub changed: u32,
    /// Rows that are there already.
    pub unchanged: u32,
    /// Rows with an error, left out; the others are taken.
    pub refused: u32,
    /// At most 1,000 errors.
    pub errors: Vec<ImportIssue>,
    /// At most 1,000 things that somebody has to decide.
    pub conflicts: Vec<ImportIssue>,
    /// Who; none for the operator.
    pub made_by: Option<PersonId>,
    /// When; none while it runs.
    pub at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

impl ImportReport {
    /// Nothing yet.
    pub(super) fn new(kind: ImportKind, dry_run: bool) -> Self {
        Self {
            id: ImportId::new(),
            kind,
            dry_run,
            rows: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            errors: Vec::new(),
            conflicts: Vec::new(),
            made_by: None,
            at: None,
            summary: String::new(),
        }
    }

    /// Notes an error; the caller counts the row by `refused`.
    pub(super) fn error(&mut self, row: u32, column: &str, zh: &str, wrong: Wrong) {
        note(&mut self.errors, row, column, zh, wrong);
    }

    /// Notes something to be decided.
    pub(super) fn conflict(&mut self, row: u32, column: &str, zh: &str, wrong: Wrong) {
        note(&mut self.conflicts, row, column, zh, wrong);
    }

    /// The one line.
    pub(super) fn summarize(&mut self) {
        let mode = if self.dry_run { "试导入" } else { "导入" };
        self.summary = format!(
            "{mode} {} 行：新增 {}，更新 {}，未变 {}，有误 {}，待核对 {}。",
            self.rows,
            self.created,
            self.changed,
            self.unchanged,
            self.refused,
            self.conflicts.len()
        );
    }
}

fn note(list: &mut Vec<ImportIssue>, row: u32, column: &str, zh: &str, wrong: Wrong) {
    if list.len() >= LISTED {
        return;
    }
    list.push(issue(row, column, zh, wrong.words()));
}

/// What is wrong with a cell: code, Chinese, English.
pub(super) fn issue(row: u32, column: &str, zh: &str, (code, text_zh, text_en): (&str, &str, &str)) -> ImportIssue {
    ImportIssue {
        row,
        column: column.to_owned(),
        code: code.to_owned(),
        message: format!("第 {row} 行「{zh}」{text_zh}"),
        message_en: format!("Row {row}, {column}: {text_en}"),
    }
}
