//! A file as rows of texts: XLSX (first sheet) or CSV in UTF-8. What it is gets decided by its bytes. Cells are bounded here, so
//! nothing behind ever sees an endless one.

use std::io::Cursor;

use base::error::ApiError;
use base::text::Text;
use calamine::{DataRef, Reader as _, Xlsx};

use super::{FILE_TOO_LARGE, FILE_UNREADABLE, zip_guard};

/// Data rows of a file.
pub(super) const ROW_LIMIT: usize = 50_000;
/// Characters of a cell.
pub(super) const CELL_LIMIT: usize = 500;
/// Columns that are read.
const COLUMN_LIMIT: usize = 40;

/// One row of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Number in the file as people see it: the first row under the headers is 2.
    pub(super) number: u32,
    /// Cells by column, trimmed; what is missing is empty. A cell that can't be taken holds why.
    pub(super) cells: Vec<Result<String, CellRefusal>>,
}

/// Why a cell can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellRefusal {
    /// More than 500 characters.
    TooLong,
    /// A control character.
    Control,
    /// Starts with `=`, `+`, `-` or `@`: a spreadsheet would run it as a formula when somebody opens an export.
    Formula,
    /// The sheet shows an error such as `#N/A`.
    Broken,
}

/// A file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<Row>,
}

fn unreadable(zh: &str, en: &str) -> ApiError {
    ApiError::of(&FILE_UNREADABLE).detail(zh, en)
}

fn damaged() -> ApiError {
    unreadable("XLSX 文件已损坏。", "The XLSX file is damaged.")
}

fn too_many_rows() -> ApiError {
    ApiError::of(&FILE_TOO_LARGE).detail("超过 50,000 行，请拆成几个文件。", "More than 50,000 rows; split the file.")
}

fn clean(text: &str) -> Result<String, CellRefusal> {
    use base::text::TextError::{Control, Empty, TooLong};
    let text = match Text::<CELL_LIMIT>::new(text) {
        Ok(text) => text.into_string(),
        Err(Empty) => return Ok(String::new()),
        Err(TooLong(_)) => return Err(CellRefusal::TooLong),
        Err(Control) => return Err(CellRefusal::Control),
    };
    // A phone may be written +86…; everything else that opens like a formula is refused.
    let digits_after_sign =
        text.strip_prefix('+').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-')));
    if text.starts_with(['=', '+', '-', '@']) && !digits_after_sign && text != "-" {
        return Err(CellRefusal::Formula);
    }
    Ok(text)
}

/// Reads a file of either format.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, ApiError> {
    // A workbook made to break its reader breaks only itself.
    let guarded = || std::panic::catch_unwind(|| xlsx(bytes)).unwrap_or_else(|_panic| Err(damaged()));
    let raw = if bytes.starts_with(b"PK\x03\x04") { guarded()? } else { csv(bytes)? };
    let mut rows = raw.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !matches!(cell, Ok(text) if text.is_empty())));
    let Some((_, headers)) = rows.next() else {
        return Err(unreadable("文件是空的。", "The file is empty."));
    };
    let headers = headers.into_iter().map(Result::unwrap_or_default).collect();
    let rows: Vec<Row> = rows.map(|(number, cells)| Row { number, cells }).collect();
    if rows.len() > ROW_LIMIT {
        return Err(too_many_rows());
    }
    Ok(Sheet { headers, rows })
}

type RawRow = (u32, Vec<Result<String, CellRefusal>>);

fn csv(bytes: &[u8]) -> Result<Vec<RawRow>, ApiError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_utf8| {
        unreadable(
            "不是 XLSX，也不是 UTF-8 的 CSV；请另存为 XLSX 或“CSV UTF-8”。",
            "Neither XLSX nor CSV in UTF-8; save it as XLSX or as CSV UTF-8.",
        )
    })?;
    if text.contains('\0') {
        return Err(unreadable("文件含有不能识别的内容。", "The file holds content that is not text."));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|why| unreadable("CSV 格式有误。", "The CSV is not well formed.").because(why))?;
        let number = record.position().map_or(0, |at| first_line(text, at));
        rows.push((number, record.iter().take(COLUMN_LIMIT).map(clean).collect()));
        if rows.len() > ROW_LIMIT + 1 {
            return Err(too_many_rows());
        }
    }
    Ok(rows)
}

/// The line on which a record begins: the reader's position lies before blank lines that it skips.
fn first_line(text: &str, at: &csv::Position) -> u32 {
    let rest = usize::try_from(at.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    u32::try_from(at.line()).unwrap_or(u32::MAX).saturating_add(u32::try_from(blank).unwrap_or(0))
}

fn xlsx(bytes: &[u8]) -> Result<Vec<RawRow>, ApiError> {
    zip_guard::check(bytes).map_err(|why| match why {
        zip_guard::ZipRefusal::TooLarge => ApiError::of(&FILE_TOO_LARGE).because(why),
        zip_guard::ZipRefusal::Malformed => damaged().because(why),
    })?;
    let broken = |why: calamine::XlsxError| damaged().because(why);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let Some(first) = book.sheet_names().into_iter().next() else {
        return Err(unreadable("工作簿里没有工作表。", "The workbook has no sheet."));
    };
    // Cell by cell: a sheet whose only cell lies in the last corner must not become a table of that size.
    let mut cells = book.worksheet_cells_reader(&first).map_err(broken)?;
    let mut rows: Vec<RawRow> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(COLUMN_LIMIT);
        if column >= COLUMN_LIMIT {
            continue;
        }
        if rows.last().is_none_or(|(number, _)| *number != row + 1) {
            rows.push((row + 1, Vec::new()));
            if rows.len() > ROW_LIMIT + 1 {
                return Err(too_many_rows());
            }
        }
        if let Some((_, target)) = rows.last_mut() {
            while target.len() <= column {
                target.push(Ok(String::new()));
            }
            if let Some(place) = target.get_mut(column) {
                *place = shown(cell.get_value());
            }
        }
    }
    Ok(rows)
}

/// A cell as text: whole numbers without a point, dates as `YYYY-MM-DD`.
fn shown(value: &DataRef<'_>) -> Result<String, CellRefusal> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) => Ok(format!("{number}")),
        DataRef::Bool(yes) => Ok(if *yes { "是" } else { "否" }.to_owned()),
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Ok(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::Error(_) => Err(CellRefusal::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_with_and_without_byte_order_mark_is_the_same() {
        let plain = "编码,名称\nS1,街道\n\n\"S1/C1\",\"社,区\"\n";
        let marked = format!("\u{FEFF}{plain}");
        let sheet = read(plain.as_bytes()).unwrap();
        assert_eq!(sheet, read(marked.as_bytes()).unwrap());
        assert_eq!(sheet.headers, ["编码", "名称"]);
        assert_eq!(
            sheet.rows.last().map(|row| (row.number, row.cells.clone())),
            Some((4, vec![Ok("S1/C1".to_owned()), Ok("社,区".to_owned())]))
        );
    }

    #[test]
    fn an_xlsx_reads_like_a_csv() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "编码").unwrap();
        sheet.write_string(0, 2, "电话").unwrap();
        sheet.write_string(2, 0, "甲").unwrap();
        sheet.write_number(2, 2, 19_900_000_001_f64).unwrap();
        sheet.write_string(1_000_000, 16_000, "far away").unwrap();
        let read = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(read.headers, ["编码", "", "电话"]);
        let cells = vec![Ok("甲".to_owned()), Ok(String::new()), Ok("19900000001".to_owned())];
        assert_eq!(read.rows, [Row { number: 3, cells }]);
    }

    #[test]
    fn cells_are_bounded_and_no_formula_gets_in() {
        for (text, result) in [
            ("=HYPERLINK(1)", Err(CellRefusal::Formula)),
            ("@x", Err(CellRefusal::Formula)),
            ("-1+1", Err(CellRefusal::Formula)),
            ("+86 19900000001", Ok("+86 19900000001".to_owned())),
            ("a\u{7}b", Err(CellRefusal::Control)),
            ("  乙 ", Ok("乙".to_owned())),
        ] {
            assert_eq!(clean(text), result, "{text}");
        }
        assert_eq!(clean(&"长".repeat(501)), Err(CellRefusal::TooLong));
        assert_eq!(read(&[0xC4, 0xE3, 0xBA, 0xC3]).unwrap_err().code().code, "import_file_unreadable");
        let many = format!("a\n{}", "1\n".repeat(ROW_LIMIT + 1));
        assert_eq!(read(many.as_bytes()).unwrap_err().code().code, "import_file_too_large");
    }
}
