//! The burden meter: how many asks reached a grid worker. An ask is a message after which somebody has to do something. A worker sees
//! their own figure; staff see sums and spread, never a person, and nothing where fewer than three workers would show through.

use std::collections::BTreeMap;

use base::clock::shanghai_midnight;
use base::error::ApiError;
use base::ids::PersonId;
use chrono::{Duration, NaiveDate};
use diesel::PgConnection;
use people::grid::{self, Scope, UnitKind};
use people::identity::{self, Role};
use people::notify;
use serde::Serialize;
use utoipa::ToSchema;

use super::KPI_PERIOD;

/// Kinds of messages after which somebody has to do something.
const ASKS: &[&str] = &[
    "request_waits",
    "request_on_call",
    "request_reminded",
    "request_supervised",
    "approval_needed",
    "task_assigned",
    "chat_proposed",
    "chat_mentioned",
    "chat_unanswered",
    "chat_mute_proposed",
    "chat_appealed",
];
/// Fewer workers than this are not shown.
const FEWEST: usize = 3;

/// Asks of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskCount {
    /// Kind of the message.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// One's own burden.
#[derive(Debug, Serialize, ToSchema)]
pub struct BurdenOfOne {
    /// From this date on.
    pub from: NaiveDate,
    /// Until this date, included.
    pub to: NaiveDate,
    /// Asks.
    pub asks: i64,
    /// By kind.
    pub kinds: Vec<AskCount>,
    /// One line to read out.
    pub summary: String,
}

/// The burden of the workers of a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct BurdenOfAll {
    /// From this date on.
    pub from: NaiveDate,
    /// Until this date, included.
    pub to: NaiveDate,
    /// Grid workers in reach.
    pub workers: usize,
    /// Asks together; none where too few workers would show through.
    pub asks: Option<i64>,
    /// The middle worker's.
    pub median: Option<i64>,
    /// The most that one got.
    pub most: Option<i64>,
    /// By kind.
    pub kinds: Vec<AskCount>,
    /// One line to read out.
    pub summary: String,
}

fn counts(
    connection: &mut PgConnection,
    persons: &[PersonId],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<(PersonId, String, i64)>, ApiError> {
    if !(0..=366).contains(&(to - from).num_days()) {
        return Err(ApiError::of(&KPI_PERIOD));
    }
    let span = (shanghai_midnight(from), shanghai_midnight(to + Duration::days(1)));
    Ok(notify::count_by_kind(connection, persons, ASKS, span)?)
}

fn kinds(counts: &[(PersonId, String, i64)]) -> Vec<AskCount> {
    let mut by_kind: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, kind, count) in counts {
        *by_kind.entry(kind).or_default() += count;
    }
    by_kind.into_iter().map(|(kind, count)| AskCount { kind: kind.to_owned(), count }).collect()
}

/// One worker's own.
pub(super) fn of_one(
    connection: &mut PgConnection,
    person: PersonId,
    period: (NaiveDate, NaiveDate),
) -> Result<BurdenOfOne, ApiError> {
    let counts = counts(connection, &[person], period)?;
    let asks = counts.iter().map(|(.., count)| count).sum();
    let summary = format!("{} 至 {} 收到 {asks} 项任务提醒", period.0, period.1);
    Ok(BurdenOfOne { from: period.0, to: period.1, asks, kinds: kinds(&counts), summary })
}

/// Everybody's in reach.
pub(super) fn of_all(
    connection: &mut PgConnection,
    scope: &Scope,
    period: (NaiveDate, NaiveDate),
) -> Result<BurdenOfAll, ApiError> {
    let mut workers = Vec::new();
    for block in grid::units_below(connection, scope, Some(UnitKind::Block), None, 10_000)? {
        workers.extend(identity::people_with_role(connection, Role::GridWorker, block.id)?);
    }
    workers.sort_unstable();
    workers.dedup();
    let counts = counts(connection, &workers, period)?;
    let mut each: BTreeMap<PersonId, i64> = workers.iter().map(|worker| (*worker, 0)).collect();
    for (person, _, count) in &counts {
        *each.entry(*person).or_default() += count;
    }
    let mut sorted: Vec<i64> = each.into_values().collect();
    sorted.sort_unstable();
    let shown = sorted.len() >= FEWEST;
    let asks: i64 = sorted.iter().sum();
    let summary = match shown {
        true => format!("{} 名网格员共收到 {asks} 项任务提醒", sorted.len()),
        false => format!("网格员不足 {FEWEST} 人，不显示合计"),
    };
    Ok(BurdenOfAll {
        from: period.0,
        to: period.1,
        workers: sorted.len(),
        asks: shown.then_some(asks),
        median: sorted.get(sorted.len() / 2).copied().filter(|_| shown),
        most: sorted.last().copied().filter(|_| shown),
        kinds: if shown { kinds(&counts) } else { Vec::new() },
        summary,
    })
}
