//! Empty files with the right columns. Every cell is written as text, so nothing in them is ever a formula.

use base::error::ApiError;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::columns::ImportKind;

fn broken(why: XlsxError) -> ApiError {
    ApiError::internal(why)
}

/// One row as it may look; nobody in it exists. In the order of the columns.
const fn example(kind: ImportKind) -> &'static [&'static str] {
    match kind {
        ImportKind::Grid => &["S01/C03/E02", "示例小区", "是"],
        ImportKind::Households => {
            &["1024", "S01/C03/E02/B05/D011", "502", "1", "示例居民", "19900000001", "1968", "户主", "2020-05-01", ""]
        }
        ImportKind::Organizations => &["WY-01", "物业", "示例物业公司", "S01/C03", "值班室", "19900000002"],
        ImportKind::Merchants => &["SH-01", "示例便利店", "S01/C03", "店长", "19900000003"],
        ImportKind::Roster => &["示例网格员", "19900000004", "网格员", "S01/C03/E02/B05", "", "2026-01-01", ""],
    }
}

/// A workbook: the first sheet holds the headers (required ones with `*`), the second says what stands in each column, the third shows
/// a row as an example. Only the first one is imported.
pub fn template(kind: ImportKind) -> Result<Vec<u8>, ApiError> {
    let headers: Vec<String> = kind
        .columns()
        .iter()
        .map(|column| if column.required { format!("{}*", column.zh) } else { column.zh.to_owned() })
        .collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let mut book = Workbook::new();
    sheet(&mut book, "数据", std::slice::from_ref(&headers))?;
    let mut about: Vec<Vec<&str>> = vec![vec!["列", "Column", "必填", "说明"]];
    about.extend(
        kind.columns().iter().map(|column| vec![column.zh, column.name, if column.required { "是" } else { "" }, column.about]),
    );
    sheet(&mut book, "说明", &about)?;
    sheet(&mut book, "示例", &[headers, example(kind).to_vec()])?;
    book.save_to_buffer().map_err(broken)
}

/// Adds a sheet of texts with a bold first row.
fn sheet(book: &mut Workbook, name: &str, rows: &[Vec<&str>]) -> Result<(), ApiError> {
    let (bold, text) = (Format::new().set_bold().set_num_format("@"), Format::new().set_num_format("@"));
    let sheet = book.add_worksheet();
    sheet.set_name(name).map_err(broken)?;
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, *cell, if row == 0 { &bold } else { &text }).map_err(broken)?;
            sheet.set_column_width(column, 18).map_err(broken)?;
        }
    }
    Ok(())
}

/// A workbook of one sheet.
pub(super) fn workbook(rows: &[Vec<&str>]) -> Result<Vec<u8>, ApiError> {
    let mut book = Workbook::new();
    sheet(&mut book, "数据", rows)?;
    book.save_to_buffer().map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::super::columns::Layout;
    use super::super::sheet as reader;
    use super::*;

    #[test]
    fn every_template_has_the_columns_that_its_import_wants() {
        for kind in ImportKind::ALL {
            let read = reader::read(&template(kind).unwrap()).unwrap();
            assert!(Layout::of(kind, &read).is_ok(), "{kind:?}");
            assert!(read.rows.is_empty(), "{kind:?}: the example is not imported");
            assert_eq!(example(kind).len(), kind.columns().len(), "{kind:?}");
            for (column, cell) in kind.columns().iter().zip(example(kind)) {
                assert!(!column.required || !cell.is_empty(), "{kind:?} {}", column.name);
            }
        }
    }
}
