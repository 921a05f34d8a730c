//! What people do to the clock of an answer: stop it for a reason, let it go on, extend it once.

use base::db::{Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::{Text, Whole};
use chrono::Duration;
use people::grid::Scope;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::work::{Happening, Work};
use super::super::{Capacity, CaseId, Desk, EventKind, NOT_YOUR_DESK, reach};
use super::clock::PAUSE_DAYS;
use super::keep::Clocks;
use super::rows::ClockRow;
use super::view::shanghai;
use super::words::{ClockKind, ClockState, PauseReason};
use super::{CLOCK_EXTENDED, CLOCK_NOT_PAUSED, CLOCK_NOT_RUNNING, CLOCK_OVERDUE, CLOCK_ROUND_THE_CLOCK};
use duty_list::DeadlineClass;

/// Why the clock stands still.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseForm {
    /// The reason; the reporter sees it. `waiting_for_resident` comes by asking the reporter.
    pub reason: PauseReason,
    /// More about it, for the reporter.
    pub text: Text<300>,
    /// After these days it goes on by itself, at most 30.
    pub days: Whole<1, 30>,
}

/// More time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionForm {
    /// Working days, or hours where the term is counted in hours; at most the term itself.
    pub by: Whole<1, 30>,
    /// Why; the reporter is told.
    pub reason: Text<300>,
}

/// A request in hand with its clocks, and as what the caller acts.
struct InHand {
    work: Work,
    clocks: Clocks,
    capacity: Capacity,
}

impl InHand {
    /// 404 out of reach, 403 `not_your_desk` for a unit that helps only, 409 when no clock of an answer is open.
    fn take(tx: &mut Tx<'_>, scope: &Scope, id: CaseId) -> Result<Self, ApiError> {
        let work = Work::lock(tx, id)?;
        if !reach::handles(tx.conn(), scope, &work.case)? {
            return Err(ApiError::of(&error::NOT_FOUND));
        }
        let leads = work.case.organization_id.is_some_and(|unit| scope.organizations.contains(&unit));
        if scope.units.is_empty() && !leads {
            return Err(ApiError::of(&NOT_YOUR_DESK));
        }
        let clocks = Clocks::load(tx, &work.case)?;
        let capacity = match work.case.desk {
            _ if leads => Capacity::Unit,
            Desk::Street => Capacity::Street,
            Desk::Unit | Desk::Community => Capacity::Staff,
        };
        Ok(Self { work, clocks, capacity })
    }

    fn clock(&mut self) -> Result<&mut ClockRow, ApiError> {
        self.clocks.open(ClockKind::Resolve).ok_or_else(|| ApiError::of(&CLOCK_NOT_RUNNING))
    }

    /// The clock of the answer if it runs and isn't over.
    fn running(&mut self) -> Result<&mut ClockRow, ApiError> {
        let now = self.work.now();
        let clock = self.clock()?;
        if clock.state != ClockState::Running {
            return Err(ApiError::of(&CLOCK_NOT_RUNNING));
        }
        if clock.is_overdue(now) { Err(ApiError::of(&CLOCK_OVERDUE)) } else { Ok(clock) }
    }

    fn write(
        mut self,
        mut tx: Tx<'_>,
        action: &str,
        person: PersonId,
        kind: EventKind,
        text: String,
    ) -> Result<Finished<()>, ApiError> {
        let unit = self.work.case.organization_id;
        self.work.happened(Happening::by(kind, self.capacity, person).of(unit).saying(text));
        self.clocks.publish(&mut self.work.case);
        self.work.write_clocked(&mut tx, action, self.clocks)?;
        Ok(tx.done(())?)
    }
}

/// Stops the clock of an answer.
pub(crate) fn pause(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: CaseId,
    form: &PauseForm,
) -> Result<Finished<()>, ApiError> {
    let mut hand = InHand::take(&mut tx, scope, id)?;
    if form.reason == PauseReason::WaitingForResident {
        return Err(ApiError::invalid("/reason", "ask the reporter instead"));
    }
    let (now, calendar) = (hand.work.now(), hand.clocks.calendar.clone());
    let clock = hand.running()?;
    if clock.class.is_some_and(DeadlineClass::on_call) {
        return Err(ApiError::of(&CLOCK_ROUND_THE_CLOCK));
    }
    let until = now + Duration::days(i64::from(form.days.get()).min(PAUSE_DAYS));
    clock.pause(&calendar, form.reason, until, now);
    let text = format!("暂停计时（{}）：{}；最迟 {} 恢复", form.reason.zh(), form.text, shanghai(until));
    hand.write(tx, "request_pause", person, EventKind::Paused, text)
}

/// Lets the clock of an answer go on.
pub(crate) fn resume(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: CaseId) -> Result<Finished<()>, ApiError> {
    let mut hand = InHand::take(&mut tx, scope, id)?;
    let (now, calendar) = (hand.work.now(), hand.clocks.calendar.clone());
    let clock = hand.clock()?;
    if clock.pause_reason.is_none_or(|reason| reason == PauseReason::WaitingForResident) {
        return Err(ApiError::of(&CLOCK_NOT_PAUSED));
    }
    clock.go_on(&calendar, now);
    let text = format!("恢复计时，办结时限 {}", shanghai(clock.due_at));
    hand.write(tx, "request_resume", person, EventKind::Paused, text)
}

/// Extends the deadline of an answer, once a round and before it is over.
pub(crate) fn extend(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: CaseId,
    form: &ExtensionForm,
) -> Result<Finished<()>, ApiError> {
    let mut hand = InHand::take(&mut tx, scope, id)?;
    let calendar = hand.clocks.calendar.clone();
    let clock = hand.running()?;
    if clock.class == Some(DeadlineClass::Danger2h) {
        return Err(ApiError::of(&CLOCK_ROUND_THE_CLOCK));
    }
    if clock.extra > 0 {
        return Err(ApiError::of(&CLOCK_EXTENDED));
    }
    let by = form.by.get();
    if by > clock.amount {
        return Err(ApiError::invalid("/by", &format!("at most {}, as long as the term itself", clock.amount)));
    }
    clock.extend(&calendar, by);
    let text = format!("延期 {by} {}至 {}：{}", clock.term.zh(), shanghai(clock.due_at), form.reason);
    hand.work.case.extended = true;
    hand.write(tx, "request_extend", person, EventKind::Extended, text)
}
