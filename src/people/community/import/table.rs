//! A file of a noun of another crate: the same formats, limits and words for what is wrong, with columns of its own.

use base::error::ApiError;

use super::columns::{Column, Layout};
use super::report::{ImportIssue, Wrong, issue};
use super::sheet::{self, CellRefusal, Row, Sheet};

/// A file, read: at most 50,000 rows, cells of at most 500 characters, no formulas. Errors: `import_file_unreadable`,
/// `import_file_too_large`, `import_columns_missing`.
pub struct Table {
    columns: &'static [Column],
    layout: Layout,
    sheet: Sheet,
}

/// A row of a table.
pub struct Line<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl Table {
    /// Reads XLSX or CSV; blocks for as long as that takes.
    pub fn read(bytes: &[u8], columns: &'static [Column]) -> Result<Self, ApiError> {
        let sheet = sheet::read(bytes)?;
        let layout = Layout::with(columns, &sheet)?;
        Ok(Self { columns, layout, sheet })
    }

    /// Its rows, in order.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.sheet.rows.iter().map(|row| Line { table: self, row })
    }
}

impl Line<'_> {
    /// Number in the file as people see it.
    pub fn number(&self) -> u32 {
        self.row.number
    }

    fn wrong(&self, name: &str, wrong: Wrong) -> ImportIssue {
        issue(self.row.number, name, self.zh(name), wrong.words())
    }

    fn zh(&self, name: &str) -> &'static str {
        self.table.columns.iter().find(|column| column.name == name).map_or("", |column| column.zh)
    }

    /// The text of a cell by its column's English name; `None` when it is empty and need not be filled.
    pub fn text(&self, name: &str) -> Result<Option<&str>, ImportIssue> {
        let (required, cell) = self.table.layout.cell(self.row, name);
        match cell {
            Some(Ok(text)) if !text.is_empty() && text != "-" => Ok(Some(text)),
            Some(Err(CellRefusal::TooLong)) => Err(self.wrong(name, Wrong::TooLong)),
            Some(Err(CellRefusal::Control)) => Err(self.wrong(name, Wrong::Control)),
            Some(Err(CellRefusal::Formula)) => Err(self.wrong(name, Wrong::Formula)),
            Some(Err(CellRefusal::Broken)) => Err(self.wrong(name, Wrong::Broken)),
            _ if required => Err(self.wrong(name, Wrong::Empty)),
            _ => Ok(None),
        }
    }

    /// Something that is wrong with a cell: code, Chinese, English.
    pub fn issue(&self, name: &str, words: (&str, &str, &str)) -> ImportIssue {
        issue(self.row.number, name, self.zh(name), words)
    }
}
