//! A statement as a file: CSV for every spreadsheet (UTF-8 with its mark) and XLSX. Every cell is text, and none can be a formula.
//! A CSV is read and sent page by page, however long it is; an XLSX is made in memory, so a long one is refused.

use base::clock::SHANGHAI;
use base::error::ApiError;
use base::text::harmless;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid::Scope;
use rust_xlsxwriter::{Workbook, XlsxError};
use uuid::Uuid;

use super::rows;
use super::view::{self, SettlementLineView, SettlementView};
use super::{STATEMENT_TOO_LONG, SettlementId};

/// Lines of a CSV that are read at once.
const PAGE: i64 = 5_000;
/// Longest XLSX, in lines.
const XLSX_LINES: i64 = 100_000;

const HEAD: [&str; 7] = ["订单号", "核销时间", "兑换品", "数量", "积分", "每积分（元）", "金额（元）"];

type Cells = [String; 7];

fn line(row: &SettlementLineView) -> Cells {
    let at = row.captured_at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M:%S").to_string();
    let (points, rate, yuan) = (row.points.to_string(), row.rate.to_string(), row.yuan.to_string());
    [row.order.to_string(), at, row.title.clone(), row.quantity.to_string(), points, rate, yuan]
}

fn total(statement: &SettlementView) -> Cells {
    let (points, yuan) = (statement.points.to_string(), statement.yuan.to_string());
    let empty = String::new;
    ["合计".to_owned(), empty(), statement.merchant_name.clone(), empty(), points, empty(), yuan]
}

fn csv(rows: &[Cells]) -> Result<Vec<u8>, ApiError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(ApiError::internal)?;
    }
    writer.into_inner().map_err(|broken| ApiError::internal(broken.into_error()))
}

/// How far a CSV has been read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Nothing yet.
    Start(SettlementId),
    /// Up to this capture.
    After(SettlementId, Option<(DateTime<Utc>, Uuid)>),
    /// All of it.
    End,
}

/// The next piece of a CSV and where the one after it begins; `None`: that was all.
pub(super) fn next(connection: &mut PgConnection, place: Place) -> Result<Option<(Vec<u8>, Place)>, ApiError> {
    match place {
        Place::Start(id) => {
            let mut bytes = "\u{FEFF}".as_bytes().to_vec();
            bytes.extend(csv(&[HEAD.map(str::to_owned)])?);
            Ok(Some((bytes, Place::After(id, None))))
        }
        Place::After(id, after) => {
            let rows = rows::lines(connection, id, after, PAGE)?;
            let mut cells: Vec<Cells> = view::lines(connection, &rows)?.iter().map(line).collect();
            let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
            let Some(last) = rows.last().filter(|_last| full) else {
                cells.push(total(&view::settlement(connection, &Scope::everything(), id)?));
                return Ok(Some((csv(&cells)?, Place::End)));
            };
            Ok(Some((csv(&cells)?, Place::After(id, Some((last.captured_at, last.capture_id))))))
        }
        Place::End => Ok(None),
    }
}

/// As XLSX, in scope; every cell is of type string. Refused where it would be too long for the memory of a small machine.
pub(super) fn xlsx(connection: &mut PgConnection, scope: &Scope, id: SettlementId) -> Result<Vec<u8>, ApiError> {
    let statement = view::settlement(connection, scope, id)?;
    let rows = rows::lines(connection, id, None, XLSX_LINES + 1)?;
    if i64::try_from(rows.len()).is_ok_and(|count| count > XLSX_LINES) {
        return Err(ApiError::of(&STATEMENT_TOO_LONG));
    }
    let mut table = vec![HEAD.map(str::to_owned)];
    table.extend(view::lines(connection, &rows)?.iter().map(line));
    table.push(total(&statement));
    sheet(&table).map_err(ApiError::internal)
}

fn sheet(table: &[Cells]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("结算单")?;
    for (y, row) in (0_u32..).zip(table) {
        for (x, cell) in (0_u16..).zip(row) {
            sheet.write_string(y, x, cell)?;
        }
    }
    book.save_to_buffer()
}
