//! The brief as a workbook. Names and numbers of rows are cells of type string that no spreadsheet takes for a formula; counts are numbers.

use base::error::ApiError;
use base::text::harmless;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::brief::Brief;
use super::report::KpiRow;

const HEAD: [&str; 11] = ["名称", "件数", "响应率", "按时", "计入", "解决率", "解决", "计入", "满意率", "满意", "计入"];

fn figures(sheet: &mut Worksheet, y: u32, row: &KpiRow) -> Result<(), XlsxError> {
    sheet.write_string(y, 0, harmless(&row.name))?;
    sheet.write_number(y, 1, row.total)?;
    for (x, figure) in (2_u16..).step_by(3).zip([&row.response, &row.resolution, &row.satisfaction]) {
        sheet.write_string(y, x, figure.shown())?;
        sheet.write_number(y, x + 1, figure.good)?;
        sheet.write_number(y, x + 2, figure.counted)?;
    }
    Ok(())
}

fn head(sheet: &mut Worksheet, titles: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (x, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, x, *title, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_column_width(0, 24)?;
    Ok(())
}

fn write(brief: &Brief) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for (table, name) in brief.tables.iter().zip(["社区", "责任单位", "事项类别"]) {
        let sheet = book.add_worksheet().set_name(name)?;
        head(sheet, &HEAD)?;
        for (y, row) in (1_u32..).zip(table.rows.iter().chain(std::iter::once(&brief.total))) {
            figures(sheet, y, row)?;
        }
    }
    let sheet = book.add_worksheet().set_name("不计入")?;
    head(sheet, &["编号", "指标", "原因"])?;
    for (y, one) in (1_u32..).zip(&brief.exclusions) {
        sheet.write_string(y, 0, harmless(&one.number))?;
        sheet.write_string(y, 1, one.measure.zh())?;
        sheet.write_string(y, 2, one.reason.zh())?;
    }
    let sheet = book.add_worksheet().set_name("计算方法")?;
    head(sheet, &["指标", "公式", "formula"])?;
    for (y, formula) in (1_u32..).zip(&brief.formulae) {
        for (x, text) in (0_u16..).zip([&formula.name, &formula.zh, &formula.en]) {
            sheet.write_string(y, x, harmless(text))?;
        }
    }
    book.save_to_buffer()
}

/// The file.
pub(super) fn xlsx(brief: &Brief) -> Result<Vec<u8>, ApiError> {
    write(brief).map_err(ApiError::internal)
}
