//! A request in hand: its row, locked or new, and the events that are about to be written. Whatever happens to a request goes through
//! here, so that states, timeline, audit, notices and the outbox can't part.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::{OrganizationId, PersonId};
use base::jobs::NewJob;
use serde_json::json;

use super::clocks::{self, Clocks};
use super::rows::{self, Case};
use super::rows_events::{self, EventRow};
use super::{CHAT_EVENT_JOB, Capacity, CaseId, EVENT_JOB, EventKind, MOVE_NOT_ALLOWED, Move, Source, State, told};
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

    /// `write` for what the clocks themselves do: they don't follow their own events.
    pub(super) fn write_clocked(self, tx: &mut Tx<'_>, action: &str, clocks: Clocks) -> Result<Case, ApiError> {
        self.finish(tx, action, Some(clocks))
    }

    fn finish(self, tx: &mut Tx<'_>, action: &str, clocks: Option<Clocks>) -> Result<Case, ApiError> {
        let Self { case, before, events, .. } = self;
        match before {
            Some(_) => rows::save(tx.conn(), &case)?,
            None => rows::insert(tx.conn(), &case)?,
        }
        rows_events::insert(tx.conn(), &events)?;
        clocks::write(tx, clocks)?;
        let mut audit = Audit::new(action, "request", case.id.0).at(case.grid_unit_id);
        if let Some(state) = before {
            audit = audit.before(json!({"state": state}));
        }
        tx.audit(audit.after(json!({
            "state": case.state, "desk": case.desk, "organization": case.organization_id, "outcome": case.outcome,
            "event": case.event_last,
        })))?;
        for event in events.iter().filter(|event| event.kind != EventKind::Note.name()) {
            let heard = json!({"case": case.id, "sequence": event.sequence});
            if case.source == Source::Chat {
                tx.enqueue(&NewJob::new(CHAT_EVENT_JOB, heard.clone()))?;
            }
            tx.enqueue(&NewJob::new(EVENT_JOB, heard))?;
        }
        told::of_events(tx, &case, &events)?;
        Ok(case)
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
