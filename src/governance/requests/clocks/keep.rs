//! Clocks follow the timeline: whatever is written to a request passes through here once, before its row is saved, so that states,
//! deadlines and `due_at` can't part.

use std::sync::Arc;

use base::db::{DbResult, Tx};
use chrono::{DateTime, Utc};
use people::calendar::{self, Calendar};
use people::grid;

use super::super::rows::Case;
use super::super::rows_events::EventRow;
use super::super::{Capacity, Desk, EventKind, State};
use super::clock::{RESIDENT_DAYS, Start};
use super::rows::{self, ClockRow};
use super::words::{ClockKind, PauseReason};
use duty_list::DeadlineClass;

/// The clocks of a request in hand.
#[derive(Debug)]
pub(crate) struct Clocks {
    pub(super) calendar: Arc<Calendar>,
    /// As stored, or as they are going to be.
    pub(super) rows: Vec<ClockRow>,
    /// How many of them the database has.
    stored: Vec<ClockRow>,
}

/// How soon a request must be solved, by the duty list of its place.
fn class_of(tx: &mut Tx<'_>, case: &Case) -> DbResult<DeadlineClass> {
    let (Some(code), Some(place)) = (&case.category, grid::unit_find(tx.conn(), case.grid_unit_id)?) else {
        return Ok(DeadlineClass::General7d);
    };
    let item = duty_list::in_force_at(tx.conn(), case.community_id, code, &place.path)?;
    Ok(item.map_or(DeadlineClass::General7d, |item| item.deadline_class))
}

/// Who of those may have spoken to the reporter.
fn is_handler(capacity: Capacity) -> bool {
    matches!(capacity, Capacity::Worker | Capacity::Staff | Capacity::Unit | Capacity::Street | Capacity::Outside)
}

impl Clocks {
    /// Those of a request that is locked.
    pub(super) fn load(tx: &mut Tx<'_>, case: &Case) -> DbResult<Self> {
        let rows = rows::of_case(tx.conn(), case.id)?;
        Ok(Self::stored(Arc::new(calendar::of(tx.conn(), case.community_id)?), rows))
    }

    /// As they are stored.
    pub(super) fn stored(calendar: Arc<Calendar>, rows: Vec<ClockRow>) -> Self {
        Self { calendar, stored: rows.clone(), rows }
    }

    /// The running or paused clock of a kind.
    pub(super) fn open(&mut self, kind: ClockKind) -> Option<&mut ClockRow> {
        self.rows.iter_mut().find(|row| row.kind == kind && row.is_open())
    }

    fn start(&mut self, case: &Case, kind: ClockKind, class: DeadlineClass, now: DateTime<Utc>) {
        // A clock of this very moment has waited for nobody: the new one takes its place.
        let fresh = |row: &ClockRow| row.kind == kind && row.is_open() && row.started_at == now;
        if !self.stored.iter().any(fresh) {
            self.rows.retain(|row| !fresh(row));
        }
        if let Some(before) = self.open(kind) {
            before.meet(now);
        }
        let round = self.rows.iter().filter(|row| row.kind == kind).map(|row| row.round).max().unwrap_or(0) + 1;
        let start = Start { case: case.id, kind, round, organization: case.organization_id, class };
        self.rows.push(ClockRow::start(&self.calendar, &start, now));
    }

    fn meet(&mut self, kind: ClockKind, now: DateTime<Utc>) {
        if let Some(row) = self.open(kind) {
            row.meet(now);
        }
    }

    fn follow(&mut self, case: &Case, event: &EventRow, class: DeadlineClass) {
        let (now, Some(kind)) = (event.at, EventKind::parse(&event.kind)) else { return };
        let spoken = matches!(kind, EventKind::Asked | EventKind::Progress | EventKind::Answered | EventKind::ExternalUpdate);
        if spoken && is_handler(event.role) && event.public_text.is_some() {
            self.meet(ClockKind::Contact, now);
        }
        self.follow_desk(case, event.state, kind, class, now);
        match kind {
            EventKind::Filed => {
                self.start(case, ClockKind::Resolve, class, now);
                if case.reporter_id.is_some() || case.proxy_id.is_some() {
                    self.start(case, ClockKind::Contact, class, now);
                }
            }
            EventKind::Redo | EventKind::Reopened => self.start(case, ClockKind::Resolve, class, now),
            // The deadline is what it was: a merge that is taken back gives no time.
            EventKind::Unmerged => {
                let answer = self.rows.iter_mut().filter(|row| row.kind == ClockKind::Resolve).max_by_key(|row| row.round);
                if let Some(row) = answer {
                    row.take_up(now);
                }
            }
            EventKind::Answered => self.meet(ClockKind::Resolve, now),
            EventKind::Dispatched | EventKind::Arbitrated => {
                let unit = case.organization_id;
                let Self { calendar, rows, .. } = self;
                if let Some(row) = rows.iter_mut().find(|row| row.kind == ClockKind::Resolve && row.is_open()) {
                    row.organization_id = unit;
                    if row.class != Some(class) && row.extra == 0 {
                        row.reclass(calendar, class);
                    }
                }
            }
            _ => {}
        }
        self.follow_waiting(event.state, kind, now);
        if matches!(event.state, State::Closed | State::Cancelled) {
            self.rows.iter_mut().filter(|row| row.is_open()).for_each(|row| row.drop_it(now));
        }
    }

    /// Who has to take the request, and until when.
    fn follow_desk(&mut self, case: &Case, state: State, kind: EventKind, class: DeadlineClass, now: DateTime<Utc>) {
        let at_street = state == State::Returned && case.desk == Desk::Street;
        let untaken = matches!(state, State::Submitted | State::Dispatched) || (state == State::Returned && !at_street);
        let moved = matches!(kind, EventKind::Filed | EventKind::Dispatched | EventKind::Returned | EventKind::Arbitrated);
        if untaken && moved {
            self.start(case, ClockKind::Accept, class, now);
            if class.on_call() {
                self.start(case, ClockKind::OnCall, class, now);
            }
        }
        if !untaken {
            self.meet(ClockKind::Accept, now);
            self.meet(ClockKind::OnCall, now);
        }
        if at_street && moved {
            self.start(case, ClockKind::Arbitrate, class, now);
        }
        if !at_street {
            self.meet(ClockKind::Arbitrate, now);
        }
    }

    /// While the reporter is asked, the answer's clock stands still; a week at most.
    fn follow_waiting(&mut self, state: State, kind: EventKind, now: DateTime<Utc>) {
        let Self { calendar, rows, .. } = self;
        let Some(row) = rows.iter_mut().find(|row| row.kind == ClockKind::Resolve && row.is_open()) else { return };
        // Danger waits for nobody.
        let pauses = kind == EventKind::Asked && row.class != Some(DeadlineClass::Danger2h);
        match (state == State::WaitingForResident, row.pause_reason) {
            (true, None) if pauses => {
                row.pause(calendar, PauseReason::WaitingForResident, now + chrono::Duration::days(RESIDENT_DAYS), now);
            }
            (false, Some(PauseReason::WaitingForResident)) => row.go_on(calendar, now),
            _ => {}
        }
    }

    /// What the request's own row says of its deadlines.
    pub(super) fn publish(&self, case: &mut Case) {
        let running = self.rows.iter().filter(|row| row.is_open() && row.paused_at.is_none());
        let waits = running.filter(|row| matches!(row.kind, ClockKind::Accept | ClockKind::Arbitrate | ClockKind::Resolve));
        case.due_at = waits.map(|row| row.due_at).min().filter(|_| case.state.is_open());
        let answer = self.rows.iter().filter(|row| row.kind == ClockKind::Resolve).max_by_key(|row| row.round);
        case.resolve_by = answer.map(|row| row.due_at);
    }

    /// What is new, and what has changed since it was stored.
    fn parted(self) -> (Vec<ClockRow>, Vec<ClockRow>) {
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for row in self.rows {
            match self.stored.iter().find(|old| (old.kind, old.round) == (row.kind, row.round)) {
                Some(old) if *old == row => {}
                Some(_) => changed.push(row),
                None => fresh.push(row),
            }
        }
        (fresh, changed)
    }
}

/// Whether an event moves any clock.
fn moves(event: &EventRow) -> bool {
    !matches!(
        EventKind::parse(&event.kind),
        None | Some(
            EventKind::Note
                | EventKind::Joined
                | EventKind::Confirmed
                | EventKind::Published
                | EventKind::Raised
                | EventKind::Rated
        )
    )
}

/// Lets the clocks follow the events of one transaction; sets the request's deadlines. What is returned is written after the request.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    case: &mut Case,
    fresh: bool,
    class: Option<DeadlineClass>,
    events: &[EventRow],
) -> DbResult<Option<Clocks>> {
    if !events.iter().any(moves) {
        // A rating closes: nothing runs by then, but a state without clocks must not keep a deadline.
        if !case.state.is_open() {
            case.due_at = None;
        }
        return Ok(None);
    }
    let mut clocks = if fresh {
        Clocks::stored(Arc::new(calendar::of(tx.conn(), case.community_id)?), Vec::new())
    } else {
        Clocks::load(tx, case)?
    };
    // Only another unit or category can bring another class.
    let given = events.iter().any(|event| event.kind == EventKind::Dispatched.name());
    let last = clocks.rows.iter().filter(|row| row.kind == ClockKind::Resolve).max_by_key(|row| row.round);
    let class = match (class, last.and_then(|row| row.class)) {
        (Some(known), _) => known,
        (None, Some(known)) if !given || case.category.is_none() => known,
        (None, _) => class_of(tx, case)?,
    };
    for event in events.iter().filter(|event| moves(event)) {
        clocks.follow(case, event, class);
    }
    clocks.publish(case);
    Ok(Some(clocks))
}

/// Writes what changed of clocks, after the rows of their requests are there.
pub(crate) fn write(tx: &mut Tx<'_>, all: Vec<Clocks>) -> DbResult<()> {
    let (mut fresh, mut changed) = (Vec::new(), Vec::new());
    for (new, old) in all.into_iter().map(Clocks::parted) {
        fresh.extend(new);
        changed.extend(old);
    }
    // What ends goes first: of each kind one may be open.
    let (ended, open): (Vec<ClockRow>, Vec<ClockRow>) = changed.into_iter().partition(|row| row.ended_at.is_some());
    rows::update(tx.conn(), &ended)?;
    rows::update(tx.conn(), &open)?;
    if fresh.is_empty() { Ok(()) } else { rows::insert(tx.conn(), &fresh) }
}
