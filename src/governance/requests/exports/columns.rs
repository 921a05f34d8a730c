//! What stands in a file of requests: one row a request, personal data masked. No cell is a formula to any spreadsheet.

use std::collections::HashMap;

use base::clock::SHANGHAI;
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::text::{harmless, mask_name};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::{community, grid, identity};

use super::super::public::masked;
use super::super::rows::{self, Case};
use super::super::rows_answers;
use super::super::rows_details;
use super::super::{CaseId, State};

/// Columns.
pub(super) const HEAD: [&str; 19] = [
    "编号",
    "提交时间",
    "社区",
    "地点",
    "来源",
    "事项类别",
    "标题",
    "内容",
    "上报人",
    "公开",
    "状态",
    "当前办理",
    "责任单位",
    "结果",
    "办结时限",
    "是否超期",
    "办结时间",
    "是否解决",
    "满意度",
];

/// One row of cells.
pub(super) type Row = [String; 19];

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

fn yes(value: bool) -> String {
    if value { "是" } else { "否" }.to_owned()
}

/// Rows of these requests in their order.
pub(super) fn rows(connection: &mut PgConnection, ids: &[CaseId], now: DateTime<Utc>) -> Result<Vec<Row>, ApiError> {
    let mut cases: HashMap<CaseId, Case> = rows::many(connection, ids)?.into_iter().map(|case| (case.id, case)).collect();
    let units: Vec<GridUnitId> = cases.values().flat_map(|case| [case.community_id, case.grid_unit_id]).collect();
    let units = grid::units_by_ids(connection, &units)?;
    let organizations: Vec<OrganizationId> = cases.values().filter_map(|case| case.organization_id).collect();
    let organizations = community::organization_names(connection, &organizations)?;
    let persons: Vec<PersonId> = cases.values().filter_map(|case| case.reporter_id).collect();
    let persons = identity::names_by_ids(connection, &persons)?;
    let mut details = rows_details::many(connection, ids)?;
    let mut answers = rows_answers::last_of(connection, ids)?;
    let place = |id: GridUnitId| units.get(&id).map(|unit| unit.name.clone()).unwrap_or_default();
    let row = |case: Case| -> Row {
        let rated = answers.remove(&case.id);
        let text = details.remove(&case.id).map(|details| masked(&details.text)).unwrap_or_default();
        let reporter = case.reporter_id.and_then(|id| persons.get(&id)).map(|name| mask_name(&name.nickname));
        let over = match case.state {
            State::Closed | State::Cancelled => case.closed_at.zip(case.resolve_by).is_some_and(|(at, by)| at > by),
            _ => case.due_at.is_some_and(|due| due < now),
        };
        let unit = case.organization_id.and_then(|id| organizations.get(&id).cloned());
        let marks = rated.as_ref().and_then(|rated| Some(rated.speed? + rated.effect? + rated.attitude? + rated.feedback?));
        [
            case.number,
            time(Some(case.created_at)),
            place(case.community_id),
            place(case.grid_unit_id),
            case.source.zh().to_owned(),
            case.category.unwrap_or_default(),
            masked(&case.title),
            text,
            reporter.unwrap_or_default(),
            yes(case.public),
            case.state.zh().to_owned(),
            case.desk.zh().to_owned(),
            unit.unwrap_or_default(),
            case.outcome.map(|outcome| outcome.zh().to_owned()).unwrap_or_default(),
            time(case.resolve_by),
            yes(over),
            time(case.closed_at),
            rated.and_then(|rated| rated.resolved).map(yes).unwrap_or_default(),
            marks.map(|sum| format!("{:.2}", f32::from(sum) / 4.0)).unwrap_or_default(),
        ]
        .map(|cell| harmless(&cell))
    };
    Ok(ids.iter().filter_map(|id| cases.remove(id)).map(row).collect())
}
