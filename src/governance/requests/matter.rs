//! Up and down between a community and its street: the community whistles (吹哨) and is answered; the street directs, and gets a receipt
//! and the result. Three working days by the community's calendar, unless the street names a day.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::text::Text;
use chrono::{DateTime, Utc};
use people::calendar::{self, Term};
use people::grid::{self, GridUnit, Scope, UnitKind};
use people::identity::{self, Role};
use people::notify::{self, Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::hats::{self, By};
use super::rows_matters::{self, Matter};
use super::{CaseId, EventKind, MatterId, NOT_YOUR_DESK, PLACE_OUTSIDE};

base::words! {
    /// Which way a matter goes.
    Direction {
        /// From the community to the street 吹哨.
        Up = "up" "吹哨",
        /// From the street to the community.
        Down = "down" "交办",
    }
}

base::words! {
    /// State of a matter.
    MatterState {
        /// Sent.
        Sent = "sent" "待签收",
        /// The other side has given its receipt.
        Received = "received" "已签收",
        /// The other side has answered, or said what came of it.
        Answered = "answered" "已回复",
    }
}

base::words! {
    /// What moves a matter on.
    MatterMove {
        /// A receipt.
        Receive = "receive" "签收",
        /// An answer or result.
        Answer = "answer" "回复",
    }
}

base::machine! {
    MatterState by MatterMove {
        => Sent "the community (up), the street (down)";
        Sent Receive Received "the street (up), the community (down)";
        Sent Answer Answered "the street (up), the community (down): receipt and answer in one";
        Received Answer Answered "the street (up), the community (down)";
    }
}

/// A matter to be sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMatter {
    /// The community.
    pub community: GridUnitId,
    /// The request it is about, if it is about one.
    pub request: Option<CaseId>,
    /// In a few words.
    pub title: Text<60>,
    /// What is asked.
    pub text: Text<2000>,
    /// Until when (street only); default three working days.
    pub due_at: Option<DateTime<Utc>>,
}

/// The answer or result.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterAnswer {
    /// The answer, or what came of it.
    pub text: Text<2000>,
}

/// Working days for an answer.
const ANSWER: Term = Term::WorkingDays(3);

/// Sends a matter up or down.
pub(super) fn send(
    mut tx: Tx<'_>,
    by: &By<'_>,
    direction: Direction,
    id: MatterId,
    new: &NewMatter,
) -> Result<Finished<()>, ApiError> {
    let (community, street) = ends(&mut tx, by.scope, new.community)?;
    let now = tx.now()?;
    if let Some(case) = new.request {
        let mut work = by.take(&mut tx, case)?;
        if work.case.community_id != community.id {
            return Err(ApiError::of(&PLACE_OUTSIDE).field("/request", "is of another community"));
        }
        let hat = match direction {
            Direction::Up => hats::community(tx.conn(), by.actor, &work.case)?,
            Direction::Down => hats::street(tx.conn(), by.actor, &work.case)?,
        };
        let said = if direction == Direction::Up { "已提请街道协调" } else { "街道已交办" };
        work.happened(by.as_handler(EventKind::Raised, &hat).saying(said).noting(Some(new.text.as_str().to_owned())));
        work.write(&mut tx, by.action)?;
    }
    let due_at = match new.due_at.filter(|_| direction == Direction::Down) {
        Some(due) if due <= now => return Err(ApiError::invalid("/due_at", "lies in the past")),
        Some(due) => due,
        None => calendar::of(tx.conn(), community.id)?.deadline(now, ANSWER).at,
    };
    let matter = Matter {
        id,
        direction,
        community_id: community.id,
        street_id: street.id,
        request_id: new.request,
        title: new.title.as_str().to_owned(),
        text: new.text.as_str().to_owned(),
        state: MatterState::Sent,
        raised_by: by.actor.person,
        received_by: None,
        answered_by: None,
        answer: None,
        due_at: Some(due_at),
        created_at: now,
        received_at: None,
        answered_at: None,
        overdue_step: 0,
    };
    rows_matters::insert(tx.conn(), &matter)?;
    let after = json!({"direction": direction, "state": matter.state, "request": new.request, "due_at": due_at});
    tx.audit(Audit::new(by.action, "request_matter", id.0).at(community.id).after(after))?;
    let to = match direction {
        Direction::Up => identity::people_over(tx.conn(), Role::StreetStaff, &street.path)?,
        Direction::Down => identity::people_over(tx.conn(), Role::CommunityStaff, &community.path)?,
    };
    tell(&mut tx, to, Some(by.actor.person), &matter, direction.zh())?;
    Ok(tx.done(())?)
}

/// The community, if it lies in the scope, and its street.
fn ends(tx: &mut Tx<'_>, scope: &Scope, community: GridUnitId) -> Result<(GridUnit, GridUnit), ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let community = grid::unit_find(tx.conn(), community)?.filter(|unit| unit.level() == UnitKind::Community);
    let community = community.ok_or_else(missing)?;
    scope.require_unit(&community.path)?;
    let street = grid::unit_by_code(tx.conn(), &community.path.street())?.ok_or_else(missing)?;
    Ok((community, street))
}

/// Tells several persons of a matter, once each, in the order of their ids.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    mut to: Vec<PersonId>,
    except: Option<PersonId>,
    matter: &Matter,
    what: &str,
) -> Result<(), ApiError> {
    to.retain(|person| Some(*person) != except);
    to.sort_unstable();
    to.dedup();
    let notice = Notice::new(&templates::REQUEST_MATTER).with("title", &matter.title).with("what", what);
    let notice = notice.link(format!("pages/staff/matter?id={}", matter.id));
    to.into_iter().try_for_each(|person| notify::send(tx, person, &notice))
}

/// Takes a matter that the right reaches, if it is the caller's side's to move.
fn take(tx: &mut Tx<'_>, by: &By<'_>, id: MatterId) -> Result<Matter, ApiError> {
    let matter = rows_matters::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let place = grid::unit_find(tx.conn(), matter.community_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    by.scope.require_unit(&place.path)?;
    let covers = |role: Role, up: fn(&grid::GridPath) -> grid::GridPath| {
        by.actor.holding(role).iter().any(|held| held.path.as_ref().is_some_and(|path| up(path).covers(&place.path)))
    };
    let mine = match matter.direction {
        Direction::Up => covers(Role::StreetStaff, grid::GridPath::street),
        Direction::Down => covers(Role::CommunityStaff, grid::GridPath::community),
    };
    if mine { Ok(matter) } else { Err(ApiError::of(&NOT_YOUR_DESK)) }
}

fn moved(state: MatterState, by: MatterMove) -> Result<MatterState, ApiError> {
    state.transition(by).ok_or_else(|| {
        let zh: Vec<&str> = state.allowed().map(MatterMove::zh).collect();
        let words: Vec<&str> = state.allowed().map(MatterMove::name).collect();
        ApiError::of(&super::MOVE_NOT_ALLOWED)
            .detail(
                format!("该事项现在是「{}」，可以：{}。", state.zh(), zh.join("、")),
                format!("The matter is {} now; allowed: {}.", state.name(), words.join(", ")),
            )
            .field("state", state.name())
            .field("allowed", &words.join(" "))
    })
}

/// Gives the receipt.
pub(super) fn receive(mut tx: Tx<'_>, by: &By<'_>, id: MatterId) -> Result<Finished<()>, ApiError> {
    let mut matter = take(&mut tx, by, id)?;
    let before = matter.state;
    matter.state = moved(before, MatterMove::Receive)?;
    receipt(&mut matter, by.actor.person, tx.now()?);
    written(&mut tx, by, &matter, before)?;
    tell(&mut tx, vec![matter.raised_by], Some(by.actor.person), &matter, matter.state.zh())?;
    Ok(tx.done(())?)
}

fn receipt(matter: &mut Matter, person: PersonId, now: DateTime<Utc>) {
    matter.received_by = Some(matter.received_by.unwrap_or(person));
    matter.received_at = Some(matter.received_at.unwrap_or(now));
}

/// Answers, or says what came of it.
pub(super) fn answer(mut tx: Tx<'_>, by: &By<'_>, id: MatterId, answer: &MatterAnswer) -> Result<Finished<()>, ApiError> {
    let mut matter = take(&mut tx, by, id)?;
    let before = matter.state;
    matter.state = moved(before, MatterMove::Answer)?;
    let now = tx.now()?;
    receipt(&mut matter, by.actor.person, now);
    matter.answered_by = Some(by.actor.person);
    matter.answered_at = Some(now);
    matter.answer = Some(answer.text.as_str().to_owned());
    written(&mut tx, by, &matter, before)?;
    tell(&mut tx, vec![matter.raised_by], Some(by.actor.person), &matter, matter.state.zh())?;
    Ok(tx.done(())?)
}

fn written(tx: &mut Tx<'_>, by: &By<'_>, matter: &Matter, before: MatterState) -> Result<(), ApiError> {
    rows_matters::save(tx.conn(), matter)?;
    let entry = Audit::new(by.action, "request_matter", matter.id.0).at(matter.community_id);
    tx.audit(entry.before(json!({"state": before})).after(json!({"state": matter.state})))?;
    Ok(())
}
