//! A statement as CSV for spreadsheet programs: UTF-8 with byte order mark, no cell that a spreadsheet would run as a formula.

use base::clock::SHANGHAI;
use ledger::reads::StatementLine;

use super::view::words;

/// A cell: quoted where needed, and with a leading apostrophe where a spreadsheet would see a formula. Plain numbers stay numbers.
fn cell(text: &str) -> String {
    let number = text.strip_prefix('-').unwrap_or(text);
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Lines, newest first, with their heading.
pub(super) fn write(lines: &[StatementLine]) -> String {
    let mut text = String::from("\u{FEFF}序号,时间,事项,积分,到期日,规则,交易编号\r\n");
    for line in lines {
        let row = [
            line.sequence.to_string(),
            line.posted_at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M:%S").to_string(),
            words(line.kind.name(), &line.reason_code),
            line.amount.to_string(),
            line.expires_on.date().map(|day| day.to_string()).unwrap_or_default(),
            line.rule_version.clone().unwrap_or_default(),
            line.id.to_string(),
        ];
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_runs_as_a_formula_and_numbers_stay_numbers() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+86", "'+86"),
            ("-2+3", "'-2+3"),
            ("-12.5", "-12.5"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("平常", "平常"),
        ] {
            assert_eq!(cell(text), shown);
        }
    }
}
