//! A request in hand: its row, locked or new, and the events that are about to be written. Whatever happens to a request goes through
//! here, so that states, timeline, audit, notices and the outbox can't part.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::{OrganizationId, PersonId};
use serde_json::json;

use super::clocks::{self, Clocks};
use super::rows::{self, Case};
use super::rows_events::{self, EventRow};
use super::{Capacity, CaseId, EventKind, MOVE_NOT_ALLOWED, Move, State, told};
use duty_list::DeadlineClass;

/// What happened, as it is going to stand in the timeline.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    kind: EventKind,
    capacity: Capacity,
    person: Option<PersonId>,
    organization: Option<OrganizationId>,
    public: Option<String>,
    note: Option<String>,
    external: Option<(String, String)>,
}

impl Happening {
    /// By a person in some capacity.
    pub(crate) const fn by(kind: EventKind, capacity: Capacity, person: PersonId) -> Self {
        Self { kind, capacity, person: Some(person), organization: None, public: None, note: None, external: None }
    }

    /// By the duty list or a clock.
    pub(crate) const fn system(kind: EventKind) -> Self {
        Self { kind, capacity: Capacity::System, person: None, organization: None, public: None, note: None, external: None }
    }

    /// By another system, under its id.
    pub(crate) fn outside(kind: EventKind, by: &str, id: &str) -> Self {
        let external = Some((by.to_owned(), id.to_owned()));
        Self { capacity: Capacity::Outside, external, ..Self::system(kind) }
    }

    /// For, or to, this unit.
    pub(crate) fn of(mut self, organization: Option<OrganizationId>) -> Self {
        self.organization = organization;
        self
    }

    /// What the reporter reads.
    pub(crate) fn saying(mut self, text: impl Into<String>) -> Self {
        self.public = Some(text.into());
        self
    }

    /// What only handlers read.
    pub(crate) fn noting(mut self, text: Option<String>) -> Self {
        self.note = text;
        self
    }
}

/// The request in hand.
pub(crate) struct Work {
    pub(crate) case: Case,
    before: Option<State>,
    events: Vec<EventRow>,
    now: chrono::DateTime<chrono::Utc>,
    /// How soon it must be solved, where the caller knows; else the clocks ask the duty list.
    pub(super) class: Option<DeadlineClass>,
}

impl Work {
    /// Takes a request that is there: locked until the transaction ends; 404 when it isn't there.
    pub(crate) fn lock(tx: &mut Tx<'_>, id: CaseId) -> Result<Self, ApiError> {
        let case = rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let now = tx.now()?;
        Ok(Self { before: Some(case.state), case, events: Vec::new(), now, class: None })
    }

    /// Takes those that are there and that nobody else has in hand, locked until the transaction ends.
    pub(super) fn lock_free(tx: &mut Tx<'_>, ids: &[CaseId]) -> Result<Vec<Self>, ApiError> {
        let cases = rows::lock_free(tx.conn(), ids)?;
        let now = tx.now()?;
        let work = |case: Case| Self { before: Some(case.state), case, events: Vec::new(), now, class: None };
        Ok(cases.into_iter().map(work).collect())
    }

    /// Takes one that is about to be filed.
    pub(super) fn fresh(tx: &mut Tx<'_>, case: Case) -> Result<Self, ApiError> {
        let now = tx.now()?;
        Ok(Self { case, before: None, events: Vec::new(), now, class: None })
    }

    /// The time of this transaction.
    pub(crate) const fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.now
    }

    /// Sequence of the last event.
    pub(crate) const fn sequence(&self) -> i32 {
        self.case.event_last
    }

    /// Makes a move; 409 `move_not_allowed` says what is allowed now.
    pub(crate) fn go(&mut self, by: Move) -> Result<(), ApiError> {
        match self.case.state.transition(by) {
            Some(next) => {
                self.case.state = next;
                Ok(())
            }
            None => Err(refusal(self.case.state, by)),
        }
    }

    /// Adds an event in the present state.
    pub(crate) fn happened(&mut self, what: Happening) {
        self.case.event_last += 1;
        let (external_by, external_id) = what.external.unzip();
        self.events.push(EventRow {
            request_id: self.case.id,
            sequence: self.case.event_last,
            kind: what.kind.name().to_owned(),
            state: self.case.state,
            role: what.capacity,
            person_id: what.person,
            organization_id: what.organization,
            public_text: what.public,
            internal_note: what.note,
            external_by,
            external_id,
            at: self.now,
        });
    }

    /// Writes row, events and audit, tells whom it concerns, and puts the events into the outbox. `action` is the permission's name or
    /// the job's.
    pub(crate) fn write(mut self, tx: &mut Tx<'_>, action: &str) -> Result<Case, ApiError> {
        let clocks = clocks::follow(tx, &mut self.case, self.before.is_none(), self.class, &self.events)?;
        self.finish(tx, action, clocks)
    }

    /// `write` for what people do to the clocks: they don't follow their own events.
    pub(super) fn write_clocked(self, tx: &mut Tx<'_>, action: &str, clocks: Clocks) -> Result<Case, ApiError> {
        self.finish(tx, action, Some(clocks))
    }

    /// What the sweep did to many requests, all locked: their next deadlines, events and clocks, each in one statement.
    pub(super) fn write_swept(tx: &mut Tx<'_>, action: &str, all: Vec<(Self, Clocks)>) -> Result<(), ApiError> {
        let (works, clocks): (Vec<Self>, Vec<Clocks>) = all.into_iter().unzip();
        rows::advance(tx.conn(), &works.iter().map(|work| &work.case).collect::<Vec<_>>())?;
        Self::follow(tx, action, &works, clocks)
    }

    fn finish(self, tx: &mut Tx<'_>, action: &str, clocks: Option<Clocks>) -> Result<Case, ApiError> {
        match self.before {
            Some(_) => rows::save(tx.conn(), &self.case)?,
            None => rows::insert(tx.conn(), &self.case)?,
        }
        Self::follow(tx, action, std::slice::from_ref(&self), clocks.into_iter().collect())?;
        Ok(self.case)
    }

    /// What goes with requests whose rows are written: timeline, clocks, audit, outbox, notices.
    fn follow(tx: &mut Tx<'_>, action: &str, works: &[Self], clocks: Vec<Clocks>) -> Result<(), ApiError> {
        let events: Vec<&EventRow> = works.iter().flat_map(|work| &work.events).collect();
        rows_events::insert(tx.conn(), &events)?;
        clocks::write(tx, clocks)?;
        tx.audit_all(works.iter().map(|work| work.audit(action)).collect())?;
        let told: Vec<_> = works.iter().map(|work| (&work.case, work.events.as_slice())).collect();
        told::of_events(tx, &told)
    }

    fn audit<'a>(&self, action: &'a str) -> Audit<'a> {
        let case = &self.case;
        let mut audit = Audit::new(action, "request", case.id.0).at(case.grid_unit_id);
        if let Some(state) = self.before {
            audit = audit.before(json!({"state": state}));
        }
        audit.after(json!({
            "state": case.state, "desk": case.desk, "organization": case.organization_id, "outcome": case.outcome,
            "event": case.event_last,
        }))
    }
}

/// The refusal of a move, naming what is allowed now.
pub(super) fn refusal(state: State, by: Move) -> ApiError {
    let allowed: Vec<Move> = state.allowed().collect();
    let zh: Vec<&str> = allowed.iter().map(|one| one.zh()).collect();
    let words: Vec<&str> = allowed.iter().map(|one| one.name()).collect();
    let (zh, en) = match allowed.is_empty() {
        true => ("没有可进行的操作".to_owned(), "nothing is allowed any more".to_owned()),
        false => (format!("现在可以：{}", zh.join("、")), format!("allowed now: {}", words.join(", "))),
    };
    ApiError::of(&MOVE_NOT_ALLOWED)
        .detail(
            format!("诉求现在是「{}」，不能{}；{zh}。", state.zh(), by.zh()),
            format!("The request is {} now and can't take {}; {en}.", state.name(), by.name()),
        )
        .field("state", state.name())
        .field("allowed", &words.join(" "))
}
