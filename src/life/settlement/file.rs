//! A statement as a file: CSV for every spreadsheet (UTF-8 with its mark) and XLSX. Every cell is text, and none can be a formula.

use base::clock::SHANGHAI;
use base::error::ApiError;
use diesel::PgConnection;
use people::grid::Scope;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::SettlementId;
use super::rows;
use super::view::{self, SettlementLineView, SettlementView};

/// Longest statement in one file.
const MAX_LINES: i64 = 100_000;

const HEAD: [&str; 7] = ["订单号", "核销时间", "兑换品", "数量", "积分", "每积分（元）", "金额（元）"];

/// A statement with all its lines.
pub(super) struct Sheet {
    statement: SettlementView,
    lines: Vec<SettlementLineView>,
}

/// Reads it, in scope.
pub(super) fn read(connection: &mut PgConnection, scope: &Scope, id: SettlementId) -> Result<Sheet, ApiError> {
    let statement = view::settlement(connection, scope, id)?;
    let rows = rows::lines(connection, id, None, MAX_LINES)?;
    Ok(Sheet { statement, lines: view::lines(connection, &rows)? })
}

impl Sheet {
    fn table(&self) -> Vec<[String; 7]> {
        let line = |row: &SettlementLineView| {
            let at = row.captured_at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M:%S").to_string();
            let (points, rate, yuan) = (row.points.to_string(), row.rate.to_string(), row.yuan.to_string());
            [row.order.to_string(), at, row.title.clone(), row.quantity.to_string(), points, rate, yuan]
        };
        let (points, yuan) = (self.statement.points.to_string(), self.statement.yuan.to_string());
        let empty = String::new;
        let total = ["合计".to_owned(), empty(), self.statement.merchant_name.clone(), empty(), points, empty(), yuan];
        let head = HEAD.map(str::to_owned);
        std::iter::once(head).chain(self.lines.iter().map(line)).chain(std::iter::once(total)).collect()
    }

    /// As CSV.
    pub(super) fn csv(&self) -> Result<Vec<u8>, ApiError> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{FEFF}".as_bytes().to_vec());
        for row in self.table() {
            writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(ApiError::internal)?;
        }
        writer.into_inner().map_err(|broken| ApiError::internal(broken.into_error()))
    }

    /// As XLSX; every cell is of type string.
    pub(super) fn xlsx(&self) -> Result<Vec<u8>, ApiError> {
        let write = || -> Result<Vec<u8>, XlsxError> {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet().set_name("结算单")?;
            for (y, row) in (0_u32..).zip(self.table()) {
                for (x, cell) in (0_u16..).zip(&row) {
                    sheet.write_string(y, x, cell)?;
                }
            }
            book.save_to_buffer()
        };
        write().map_err(ApiError::internal)
    }
}

/// A cell that no spreadsheet takes for a formula: a leading sign gets an apostrophe, NUL goes.
fn harmless(cell: &str) -> String {
    let cell = cell.replace('\0', "");
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\0=1"] {
            assert!(harmless(evil).starts_with('\''), "{evil:?}");
        }
        assert_eq!(harmless("鸡蛋=30枚"), "鸡蛋=30枚");
        assert_eq!(harmless("a\0b"), "ab");
    }
}
