//! The duty list as a workbook, in the columns of its import: what is exported can be edited and imported again.

use std::collections::HashMap;

use base::db::DbResult;
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use base::text::harmless;
use diesel::PgConnection;
use people::community::organizations;
use people::grid;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::import::COLUMNS;
use super::item::{DutyItem, Question, QuestionKind};
use super::lookup;

/// A question as a line: `key*|kind|text|choice/choice`; `*` marks one that must be answered.
pub(super) fn question_line(question: &Question) -> String {
    let mark = if question.required { "*" } else { "" };
    let mut line = format!("{}{mark}|{}|{}", question.key, question.kind.name(), question.text);
    if question.kind == QuestionKind::Choice {
        line.push('|');
        line.push_str(&question.choices.join("/"));
    }
    line
}

/// Questions as `question_line` writes them, separated by `；`; none: one can't be read.
pub fn read_questions(cell: &str) -> Option<Vec<Question>> {
    let read = |line: &str| {
        let mut parts = line.split('|').map(str::trim);
        let (key, kind, text) = (parts.next()?, parts.next()?, parts.next()?);
        let choices: Vec<String> =
            parts.next().map(|list| list.split('/').map(|choice| choice.trim().to_owned()).collect()).unwrap_or_default();
        let (bare, required) = key.strip_suffix('*').map_or((key, false), |bare| (bare, true));
        let kind = QuestionKind::parse(kind).or_else(|| QuestionKind::ALL.iter().copied().find(|known| known.zh() == kind))?;
        let sound = parts.next().is_none() && !text.is_empty() && text.chars().count() <= 80 && bare.len() <= 20;
        sound.then(|| Question { key: bare.to_owned(), text: text.to_owned(), kind, required, choices })
    };
    cell.split(['；', '\n']).map(str::trim).filter(|line| !line.is_empty()).map(read).collect()
}

fn row(item: &DutyItem, places: &HashMap<GridUnitId, String>, codes: &HashMap<OrganizationId, String>) -> [String; 12] {
    let place = |id: GridUnitId| places.get(&id).cloned().unwrap_or_default();
    let code = |id: &OrganizationId| codes.get(id).cloned().unwrap_or_default();
    let part = if item.jurisdiction == item.community { String::new() } else { place(item.jurisdiction) };
    [
        item.code.clone(),
        item.major.clone(),
        item.middle.clone(),
        item.title.clone(),
        part,
        item.lead.as_ref().map(code).unwrap_or_default(),
        item.lead_hint.clone().unwrap_or_default(),
        item.co_units.iter().map(code).collect::<Vec<String>>().join("；"),
        item.deadline_class.zh().to_owned(),
        item.legal_basis.clone().unwrap_or_default(),
        item.questions.iter().map(question_line).collect::<Vec<String>>().join("；"),
        item.synonyms.join("；"),
    ]
}

fn table(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<[String; 12]>> {
    let items = lookup::all_in_force(connection, community)?;
    let mut units: Vec<GridUnitId> = items.iter().map(|item| item.jurisdiction).collect();
    units.push(community);
    let places =
        grid::units_by_ids(connection, &units)?.into_iter().map(|(id, unit)| (id, unit.path.as_str().to_owned())).collect();
    let named: Vec<OrganizationId> =
        items.iter().flat_map(|item| item.lead.into_iter().chain(item.co_units.iter().copied())).collect();
    let codes = organizations::organizations_by_ids(connection, &named)?.into_iter().map(|(id, row)| (id, row.code)).collect();
    Ok(items.iter().map(|item| row(item, &places, &codes)).collect())
}

/// What is in force in a community as XLSX; every cell is text, and none can be a formula.
pub(super) fn export(connection: &mut PgConnection, community: GridUnitId) -> Result<Vec<u8>, ApiError> {
    points::place::require_community(connection, &grid::Scope::everything(), community)?;
    let table = table(connection, community)?;
    let write = || -> Result<Vec<u8>, XlsxError> {
        let (bold, text) = (Format::new().set_bold().set_num_format("@"), Format::new().set_num_format("@"));
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("主体责任清单")?;
        for (x, cell) in (0_u16..).zip(COLUMNS.map(|column| column.zh)) {
            sheet.write_string_with_format(0, x, cell, &bold)?;
        }
        for (y, row) in (1_u32..).zip(&table) {
            for (x, cell) in (0_u16..).zip(row) {
                sheet.write_string_with_format(y, x, harmless(cell), &text)?;
            }
        }
        book.save_to_buffer()
    };
    write().map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_as_they_are_written() {
        let cell = "where*|choice|哪里？|楼内/楼外；count|number|几个？";
        let read = read_questions(cell).unwrap();
        assert_eq!(read.iter().map(question_line).collect::<Vec<String>>().join("；"), cell);
        assert_eq!(
            read_questions("n|数字|几层？").map(|read| read.iter().map(|one| one.kind).collect::<Vec<_>>()),
            Some(vec![QuestionKind::Number])
        );
        assert_eq!(read_questions(""), Some(Vec::new()));
        for odd in ["where", "a|colour|？", "a|text|", "a|choice|？|一/二|三"] {
            assert_eq!(read_questions(odd), None, "{odd}");
        }
    }
}
