//! The columns of each kind of file. A header may be in Chinese or English; unknown columns are ignored, a required one that is
//! missing refuses the file. This table makes the templates and the documentation too.

use base::error::ApiError;

use super::COLUMNS_MISSING;
use super::report::{ImportReport, Wrong};
use super::sheet::{CellRefusal, Row, Sheet};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Units of the grid.
    Grid,
    /// Household register: one row a person.
    Households,
    /// Organizations.
    Organizations,
    /// Merchants.
    Merchants,
    /// Staff roster.
    Roster,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// English header, and the name in reports.
    pub name: &'static str,
    /// Chinese header.
    pub zh: &'static str,
    /// Must every row fill it?
    pub required: bool,
    /// What stands in it.
    pub about: &'static str,
}

const fn column(name: &'static str, zh: &'static str, required: bool, about: &'static str) -> Column {
    Column { name, zh, required, about }
}

const GRID: &[Column] = &[
    column(
        "path",
        "编码",
        true,
        "从街道起的完整编码，用 / 分隔，如 S01/C03/E02/B05/D011；层数决定级别：街道/社区/小区/片区/楼门",
    ),
    column("name", "名称", true, "1 至 80 字"),
    column("active", "启用", false, "是 或 否，默认是"),
];

const HOUSEHOLDS: &[Column] = &[
    column("household", "户号", true, "登记簿里的户号，本社区内唯一，重复导入靠它对应"),
    column("entrance", "楼门编码", true, "楼门的完整编码"),
    column("room", "房号", true, "如 502"),
    column("member", "成员编号", false, "户内编号；不填则以姓名和出生年对应"),
    column("name", "姓名", true, "1 至 40 字"),
    column("phone", "手机号", false, "11 位；不得填身份证号"),
    column("birth_year", "出生年", false, "四位数字"),
    column("relation", "与户主关系", true, "如 户主、配偶、子女、租户"),
    column("from", "入住日期", false, "YYYY-MM-DD"),
    column("until", "迁出日期", false, "YYYY-MM-DD"),
];

const ORGANIZATIONS: &[Column] = &[
    column("code", "编码", true, "字母、数字、连字符，所属社区内唯一"),
    column("kind", "类型", true, "物业、社会组织、企业、办公室、街道、居委会、商户"),
    column("name", "名称", true, "1 至 80 字"),
    column("unit", "所属编码", true, "社区或街道的完整编码"),
    column("contact", "联系人", false, "1 至 40 字"),
    column("phone", "联系电话", false, "手机号"),
];

const MERCHANTS: &[Column] = &[
    column("code", "编码", true, "字母、数字、连字符，所属社区内唯一"),
    column("name", "名称", true, "1 至 80 字"),
    column("unit", "社区编码", true, "社区的完整编码"),
    column("contact", "联系人", false, "1 至 40 字"),
    column("phone", "联系电话", false, "手机号"),
];

const ROSTER: &[Column] = &[
    column("name", "姓名", true, "1 至 40 字"),
    column("phone", "手机号", true, "11 位"),
    column("role", "角色", true, "网格员、楼门长、社区工作者、责任单位、街道、监督委员会 等"),
    column("unit", "网格编码", true, "角色所在的网格单元；单位角色填单位所属的社区或街道"),
    column("organization", "单位编码", false, "责任单位、社会组织、商户角色必填"),
    column("from", "开始日期", true, "YYYY-MM-DD"),
    column("until", "结束日期", false, "YYYY-MM-DD，最后一天"),
];

impl ImportKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Grid, Self::Households, Self::Organizations, Self::Merchants, Self::Roster];

    /// As stored and in paths.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Households => "households",
            Self::Organizations => "organizations",
            Self::Merchants => "merchants",
            Self::Roster => "roster",
        }
    }

    /// From its stored form.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its columns in the template's order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Grid => GRID,
            Self::Households => HOUSEHOLDS,
            Self::Organizations => ORGANIZATIONS,
            Self::Merchants => MERCHANTS,
            Self::Roster => ROSTER,
        }
    }
}

impl std::str::FromStr for ImportKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

/// Where each column of the kind stands in this file.
pub(super) struct Layout {
    columns: &'static [Column],
    places: Vec<Option<usize>>,
}

fn same_header(header: &str, column: &Column) -> bool {
    let bare = header.trim().trim_end_matches(['*', '＊']).trim();
    bare == column.zh || bare.eq_ignore_ascii_case(column.name)
}

impl Layout {
    /// Finds the columns by their headers.
    pub(super) fn of(kind: ImportKind, sheet: &Sheet) -> Result<Self, ApiError> {
        Self::with(kind.columns(), sheet)
    }

    /// Finds these columns by their headers.
    pub(super) fn with(columns: &'static [Column], sheet: &Sheet) -> Result<Self, ApiError> {
        let places: Vec<Option<usize>> =
            columns.iter().map(|column| sheet.headers.iter().position(|header| same_header(header, column))).collect();
        let missing: Vec<&Column> = columns
            .iter()
            .zip(&places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column)
            .collect();
        if missing.is_empty() {
            return Ok(Self { columns, places });
        }
        let list = |names: Vec<&str>| names.join(", ");
        Err(ApiError::of(&COLUMNS_MISSING).detail(
            format!("缺少列：{}。", list(missing.iter().map(|column| column.zh).collect())),
            format!("Missing columns: {}.", list(missing.iter().map(|column| column.name).collect())),
        ))
    }

    /// A cell by its column's English name, and whether it must be filled.
    pub(super) fn cell<'a>(&self, row: &'a Row, name: &str) -> (bool, Option<Result<&'a str, CellRefusal>>) {
        let place = self.columns.iter().position(|column| column.name == name);
        let required = place.and_then(|at| self.columns.get(at)).is_some_and(|column| column.required);
        let at = place.and_then(|at| self.places.get(at).copied().flatten());
        let cell = at.and_then(|at| row.cells.get(at)).map(|cell| cell.as_deref().map_err(|refusal| *refusal));
        (required, cell)
    }

    /// The cells of a row by the columns' English names.
    pub(super) fn row<'a>(&'a self, row: &'a Row) -> Cells<'a> {
        Cells { layout: self, row }
    }
}

/// A row whose cells are read by name; what is wrong goes into the report and counts the row as refused.
pub(super) struct Cells<'a> {
    layout: &'a Layout,
    row: &'a Row,
}

impl Cells<'_> {
    /// The number of the row.
    pub(super) fn number(&self) -> u32 {
        self.row.number
    }

    /// The text of a cell; `None` when it is empty. A required cell that is empty, or one that can't be taken, is reported.
    pub(super) fn text(&self, name: &str, report: &mut ImportReport) -> Result<Option<&str>, Refused> {
        let place = self.layout.columns.iter().position(|column| column.name == name);
        let required = place.and_then(|at| self.layout.columns.get(at)).is_some_and(|column| column.required);
        let at = place.and_then(|at| self.layout.places.get(at).copied().flatten());
        let cell = at.and_then(|at| self.row.cells.get(at));
        let wrong = match cell {
            Some(Ok(text)) if !text.is_empty() && text != "-" => return Ok(Some(text)),
            Some(Err(CellRefusal::TooLong)) => Wrong::TooLong,
            Some(Err(CellRefusal::Control)) => Wrong::Control,
            Some(Err(CellRefusal::Formula)) => Wrong::Formula,
            Some(Err(CellRefusal::Broken)) => Wrong::Broken,
            _ if required => Wrong::Empty,
            _ => return Ok(None),
        };
        Err(self.refuse(name, wrong, report))
    }

    /// `text` of a cell that must be filled.
    pub(super) fn needed(&self, name: &str, report: &mut ImportReport) -> Result<&str, Refused> {
        match self.text(name, report)? {
            Some(text) => Ok(text),
            None => Err(self.refuse(name, Wrong::Empty, report)),
        }
    }

    /// Reports a cell of this row.
    pub(super) fn refuse(&self, name: &str, wrong: Wrong, report: &mut ImportReport) -> Refused {
        let zh = self.layout.columns.iter().find(|column| column.name == name).map_or("", |column| column.zh);
        report.error(self.row.number, name, zh, wrong);
        Refused
    }
}

/// The row has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;

    #[test]
    fn headers_are_found_in_both_languages_and_any_order() {
        let sheet = sheet::read("名称,PATH*,other\n一,S1,x\n,S2,x\n".as_bytes()).unwrap();
        let layout = Layout::of(ImportKind::Grid, &sheet).unwrap();
        let mut report = ImportReport::new(ImportKind::Grid, false);
        let first = layout.row(&sheet.rows[0]);
        assert_eq!(first.needed("path", &mut report), Ok("S1"));
        assert_eq!(first.text("active", &mut report), Ok(None));
        assert_eq!(layout.row(&sheet.rows[1]).needed("name", &mut report), Err(Refused));
        assert_eq!(report.errors.len(), 1);
        let missing = sheet::read("名称\n一\n".as_bytes()).unwrap();
        assert_eq!(Layout::of(ImportKind::Grid, &missing).err().map(|e| e.code().code), Some("import_columns_missing"));
    }
}
