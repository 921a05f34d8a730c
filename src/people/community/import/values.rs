//! Reading typed values out of cells.

use chrono::NaiveDate;

use super::columns::{Cells, Refused};
use super::report::{ImportReport, Wrong};
use crate::grid::GridPath;
use crate::identity::Phone;

/// A text of at most `max` characters.
pub(super) fn short<'a>(cells: &'a Cells<'_>, name: &str, max: usize, report: &mut ImportReport) -> Result<&'a str, Refused> {
    let text = cells.needed(name, report)?;
    if text.chars().nth(max).is_some() {
        return Err(cells.refuse(name, Wrong::TooLong, report));
    }
    Ok(text)
}

/// `short`, where the cell may be empty.
pub(super) fn short_or_none<'a>(
    cells: &'a Cells<'_>,
    name: &str,
    max: usize,
    report: &mut ImportReport,
) -> Result<Option<&'a str>, Refused> {
    match cells.text(name, report)? {
        Some(text) if text.chars().nth(max).is_some() => Err(cells.refuse(name, Wrong::TooLong, report)),
        other => Ok(other),
    }
}

/// A phone, where the cell may be empty.
pub(super) fn phone(cells: &Cells<'_>, name: &str, report: &mut ImportReport) -> Result<Option<Phone>, Refused> {
    let Some(text) = cells.text(name, report)? else { return Ok(None) };
    Phone::parse(text).map(Some).ok_or_else(|| cells.refuse(name, Wrong::Phone, report))
}

/// A date, where the cell may be empty: `2026-03-01`, `2026/3/1` or `20260301`.
pub(super) fn date(cells: &Cells<'_>, name: &str, report: &mut ImportReport) -> Result<Option<NaiveDate>, Refused> {
    let Some(text) = cells.text(name, report)? else { return Ok(None) };
    parse_date(text).map(Some).ok_or_else(|| cells.refuse(name, Wrong::Date, report))
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let date =
        ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
    let year = chrono::Datelike::year(&date);
    (1900..=2200).contains(&year).then_some(date)
}

/// Two dates in order.
pub(super) fn period(cells: &Cells<'_>, report: &mut ImportReport) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Refused> {
    let from = date(cells, "from", report)?;
    let until = date(cells, "until", report)?;
    match (from, until) {
        (Some(from), Some(until)) if until < from => Err(cells.refuse("until", Wrong::Order, report)),
        both => Ok(both),
    }
}

/// A year of birth, where the cell may be empty.
pub(super) fn birth_year(cells: &Cells<'_>, report: &mut ImportReport) -> Result<Option<i32>, Refused> {
    let Some(text) = cells.text("birth_year", report)? else { return Ok(None) };
    let year = text.parse().ok().filter(|year| (1900..=2100).contains(year));
    year.map(Some).ok_or_else(|| cells.refuse("birth_year", Wrong::Year, report))
}

/// Letters, digits and hyphens.
pub(super) fn is_code(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// A whole code of the grid: one to five codes joined by `/`.
pub(super) fn path(cells: &Cells<'_>, name: &str, report: &mut ImportReport) -> Result<GridPath, Refused> {
    let text = cells.needed(name, report)?;
    let codes: Vec<&str> = text.split('/').collect();
    if codes.len() > 5 || !codes.iter().all(|code| is_code(code, 20)) {
        return Err(cells.refuse(name, Wrong::Form, report));
    }
    Ok(GridPath::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1);
        for text in ["2026-03-01", "2026/3/1", "2026.03.01", "20260301"] {
            assert_eq!(parse_date(text), day, "{text}");
        }
        for text in ["2026-02-30", "0026-03-01", "3/1/2026", "46082", "明天"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn codes_hold_nothing_that_could_break_a_path() {
        assert!(is_code("B05-2", 20));
        for text in ["", "a/b", "a b", "楼", "a_b", "a%", &"a".repeat(21)] {
            assert!(!is_code(text, 20), "{text}");
        }
    }
}
