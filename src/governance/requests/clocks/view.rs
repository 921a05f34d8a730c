//! How clocks are shown beside a request.

use std::collections::HashMap;

use base::clock::SHANGHAI;
use base::db::{self, DbResult};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::CaseId;
use super::rows::{self, ClockRow};
use super::words::{ClockKind, ClockState, PauseReason, TermKind};
use duty_list::DeadlineClass;

/// A clock of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockView {
    /// What it waits for.
    pub kind: ClockKind,
    /// 1, then one more each time it starts anew.
    pub round: i16,
    /// One line to read out.
    pub summary: String,
    /// Where it stands.
    pub state: ClockState,
    /// Class of the duty list, for the answer.
    pub class: Option<DeadlineClass>,
    /// How the term is counted.
    pub term: TermKind,
    /// The term in hours or days.
    pub amount: i32,
    /// Hours or days added by an extension.
    pub extra: i32,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// The deadline; while it stands still, the one before the pause.
    pub due_at: DateTime<Utc>,
    /// The deadline touches a year whose holidays aren't published: it may still move.
    pub provisional: bool,
    /// Has the deadline passed?
    pub overdue: bool,
    /// 0: nothing yet; 1 reminded, 2 supervised, 3 escalated (on call: person, deputy, street).
    pub step: i16,
    /// Why it stands still.
    pub pause_reason: Option<PauseReason>,
    /// When it goes on by itself at the latest.
    pub resumes_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A moment as people say it: `12月3日 17:30`.
pub(super) fn shanghai(at: DateTime<Utc>) -> String {
    at.with_timezone(&SHANGHAI).format("%-m月%-d日 %H:%M").to_string()
}

fn summary(clock: &ClockRow, overdue: bool) -> String {
    let what = clock.kind.zh();
    let until = shanghai(clock.due_at);
    let maybe = if clock.provisional { "（暂定）" } else { "" };
    match (clock.state, clock.pause_reason, clock.kind) {
        (ClockState::Running, _, ClockKind::OnCall) => format!("{what}：等待接单"),
        (ClockState::Running, ..) if overdue => format!("{what}：应于 {until} 前完成，已逾期"),
        (ClockState::Running, ..) => format!("{what}：{until} 前{maybe}"),
        (ClockState::Paused, reason, _) => format!("{what}：{}（{}）", clock.state.zh(), reason.map_or("", PauseReason::zh)),
        (state, ..) => format!("{what}：{}", state.zh()),
    }
}

impl ClockView {
    fn new(clock: ClockRow, now: DateTime<Utc>) -> Self {
        let overdue = clock.kind != ClockKind::OnCall && clock.is_overdue(now);
        Self {
            summary: summary(&clock, overdue),
            kind: clock.kind,
            round: clock.round,
            state: clock.state,
            class: clock.class,
            term: clock.term,
            amount: clock.amount,
            extra: clock.extra,
            started_at: clock.started_at,
            due_at: clock.due_at,
            provisional: clock.provisional,
            overdue,
            step: clock.step,
            pause_reason: clock.pause_reason,
            resumes_at: clock.pause_reason.and(clock.next_at),
            ended_at: clock.ended_at,
        }
    }
}

/// The clocks of requests, in the order in which they started.
pub fn views(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<HashMap<CaseId, Vec<ClockView>>> {
    let now = db::now(connection)?;
    let mut found: HashMap<CaseId, Vec<ClockView>> = HashMap::new();
    for clock in rows::of_cases(connection, cases)? {
        found.entry(clock.request_id).or_default().push(ClockView::new(clock, now));
    }
    Ok(found)
}
