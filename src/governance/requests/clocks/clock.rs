//! A clock as a value: it starts, stands still, goes on, is extended and ends; and when the sweep looks at it next. Pure.

use base::ids::OrganizationId;
use chrono::{DateTime, Duration, Utc};
use people::calendar::{Calendar, Deadline, Left, Term};

use super::super::CaseId;
use super::rows::ClockRow;
use super::words::{ClockKind, ClockState, PauseReason, TermKind};
use duty_list::DeadlineClass;

/// Between the calls of the on-call roster: person, deputy, street.
pub(super) const ON_CALL_GAP: Duration = Duration::minutes(15);
/// A clock doesn't stand still for ever: after these days it goes on by itself.
pub(super) const PAUSE_DAYS: i64 = 30;
/// As long a clock waits for the reporter.
pub(super) const RESIDENT_DAYS: i64 = 7;
/// The last step: escalated, or the street was called.
pub(super) const LAST_STEP: i16 = 3;

/// What starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) case: CaseId,
    pub(super) kind: ClockKind,
    pub(super) round: i16,
    pub(super) organization: Option<OrganizationId>,
    /// Of the request: it decides the answer's term.
    pub(super) class: DeadlineClass,
}

fn term_for(start: &Start) -> Term {
    match start.kind {
        ClockKind::Accept => Term::WorkingHours(2),
        ClockKind::Contact => Term::WallHours(24),
        ClockKind::Arbitrate => Term::WorkingDays(1),
        ClockKind::Resolve => start.class.term(),
        ClockKind::OnCall => Term::WallHours(0),
    }
}

fn stored(term: Term) -> (TermKind, i32) {
    let (kind, amount) = match term {
        Term::WallHours(amount) => (TermKind::WallHours, amount),
        Term::WorkingHours(amount) => (TermKind::WorkingHours, amount),
        Term::WorkingDays(amount) => (TermKind::WorkingDays, amount),
    };
    (kind, i32::try_from(amount).unwrap_or(i32::MAX))
}

impl ClockRow {
    /// A clock that starts now.
    pub(super) fn start(calendar: &Calendar, start: &Start, now: DateTime<Utc>) -> Self {
        let term = term_for(start);
        // Danger and outages are accepted by the wall clock too: the night counts.
        let term = match (start.kind, start.class.on_call()) {
            (ClockKind::Accept, true) => Term::WallHours(2),
            _ => term,
        };
        let (kind, amount) = stored(term);
        let due = calendar.deadline(now, term);
        Self {
            request_id: start.case,
            kind: start.kind,
            round: start.round,
            organization_id: start.organization,
            class: (start.kind == ClockKind::Resolve).then_some(start.class),
            term: kind,
            amount,
            extra: 0,
            started_at: now,
            due_at: due.at,
            provisional: due.provisional,
            state: ClockState::Running,
            pause_reason: None,
            paused_at: None,
            left_units: None,
            ended_at: None,
            step: 0,
            told_step: 0,
            next_at: Some(due.at),
        }
    }

    /// The term it was given, without extensions.
    pub(super) fn term(&self) -> Term {
        let amount = u32::try_from(self.amount).unwrap_or(0);
        match self.term {
            TermKind::WallHours => Term::WallHours(amount),
            TermKind::WorkingHours => Term::WorkingHours(amount),
            TermKind::WorkingDays => Term::WorkingDays(amount),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Has the deadline passed, or had it when the clock ended or was paused?
    pub(super) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            ClockState::Running => now > self.due_at,
            ClockState::Paused => self.paused_at.is_some_and(|at| at > self.due_at),
            ClockState::Late => true,
            ClockState::Met | ClockState::Dropped => false,
        }
    }

    /// What it waited for has come.
    pub(super) fn meet(&mut self, now: DateTime<Utc>) {
        let late = self.kind != ClockKind::OnCall && self.is_overdue(now);
        self.end(if late { ClockState::Late } else { ClockState::Met }, now);
    }

    /// What it waited for isn't needed any more.
    pub(super) fn drop_it(&mut self, now: DateTime<Utc>) {
        self.end(ClockState::Dropped, now);
    }

    /// It was dropped by mistake and runs on, as if nothing had been.
    pub(super) fn take_up(&mut self, now: DateTime<Utc>) {
        if self.state == ClockState::Dropped {
            self.state = ClockState::Running;
            self.ended_at = None;
            self.next_at = (self.step < LAST_STEP).then(|| self.due_at.max(now));
        }
    }

    fn end(&mut self, state: ClockState, now: DateTime<Utc>) {
        self.state = state;
        self.ended_at = Some(now);
        self.next_at = None;
        (self.pause_reason, self.paused_at, self.left_units) = (None, None, None);
    }

    /// It stands still until `until` at the latest.
    pub(super) fn pause(&mut self, calendar: &Calendar, reason: PauseReason, until: DateTime<Utc>, now: DateTime<Utc>) {
        let units = match calendar.left(now, self.due_at, self.term()) {
            Left::Wall(units) | Left::Working(units) | Left::Days(units) => units,
        };
        self.state = ClockState::Paused;
        self.pause_reason = Some(reason);
        self.paused_at = Some(now);
        self.left_units = Some(units);
        self.next_at = Some(until);
    }

    /// It goes on. A deadline that had passed before the pause stays passed.
    pub(super) fn go_on(&mut self, calendar: &Calendar, now: DateTime<Utc>) {
        let (Some(paused_at), Some(units)) = (self.paused_at, self.left_units) else { return };
        let left = match self.term {
            TermKind::WallHours => Left::Wall(units),
            TermKind::WorkingHours => Left::Working(units),
            TermKind::WorkingDays => Left::Days(units),
        };
        if paused_at < self.due_at {
            self.set_due(calendar.resume(now, left));
        }
        self.state = ClockState::Running;
        (self.pause_reason, self.paused_at, self.left_units) = (None, None, None);
        self.next_at = (self.step < LAST_STEP).then(|| self.due_at.max(now));
    }

    /// More time: `extra` hours or days of its own kind after the deadline.
    pub(super) fn extend(&mut self, calendar: &Calendar, extra: i32) {
        let extra_units = i64::from(extra);
        let left = match self.term {
            TermKind::WallHours => Left::Wall(extra_units * 3600),
            TermKind::WorkingHours => Left::Working(extra_units * 3600),
            TermKind::WorkingDays => Left::Days(extra_units),
        };
        let due = calendar.resume(self.due_at, left);
        self.extra += extra;
        self.provisional |= due.provisional;
        self.due_at = due.at;
        self.next_at = Some(due.at);
    }

    /// Another class became known: the whole term is counted anew from the start.
    pub(super) fn reclass(&mut self, calendar: &Calendar, class: DeadlineClass) {
        let (kind, amount) = stored(class.term());
        (self.class, self.term, self.amount) = (Some(class), kind, amount);
        self.set_due(calendar.deadline(self.started_at, class.term()));
        if self.state == ClockState::Running {
            self.next_at = Some(self.due_at);
        }
    }

    fn set_due(&mut self, due: Deadline) {
        self.due_at = due.at;
        self.provisional = due.provisional;
    }

    /// The sweep has found it due: one step further, and when to look again.
    pub(super) fn step_on(&mut self, calendar: &Calendar, now: DateTime<Utc>) {
        self.step += 1;
        let gap = match (self.kind, self.term(), self.class) {
            (ClockKind::OnCall, ..) => Left::Wall(ON_CALL_GAP.num_seconds()),
            (_, Term::WallHours(0..=2), _) => Left::Wall(30 * 60),
            (_, Term::WallHours(_), _) => Left::Wall(2 * 3600),
            (_, Term::WorkingHours(_), _) => Left::Working(2 * 3600),
            (_, Term::WorkingDays(_), Some(DeadlineClass::Complex15d)) => Left::Days(2),
            (_, Term::WorkingDays(_), _) => Left::Days(1),
        };
        self.next_at = (self.step < LAST_STEP).then(|| calendar.resume(now, gap).at);
    }
}
