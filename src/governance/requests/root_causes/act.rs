//! Opening a root-cause case, what belongs to it, its plan and its end.

use base::clock::shanghai_date;
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::text::{Few, Text};
use chrono::{Duration, NaiveDate};
use people::grid::{self, Scope, Target, UnitKind};
use people::notify::{self, Notice, templates};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::super::{CaseId, dispatch, rows as cases};
use super::rows::{self, Cause};
use super::{CAUSE_DUE, CAUSE_OWNER, CAUSE_REQUESTS, CauseMove, CauseState, RootCauseId};

/// Requests of one case at most.
const MOST: i64 = 200;

/// A root-cause case to be opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRootCause {
    /// Its community.
    pub community: GridUnitId,
    /// Title.
    pub title: Text<60>,
    /// What is thought to be the cause.
    pub cause: Text<2000>,
    /// Requests that come from it.
    #[schema(value_type = Vec<CaseId>, max_items = 100)]
    pub requests: Few<CaseId, 100>,
}

/// Requests to be put in or taken out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CauseRequests {
    /// Which.
    #[schema(value_type = Vec<CaseId>, max_items = 100)]
    pub requests: Few<CaseId, 100>,
}

/// Who removes the cause, how and until when.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CausePlan {
    /// The unit that owns it.
    pub owner: OrganizationId,
    /// What is done.
    pub measure: Text<2000>,
    /// Until when.
    pub due_on: NaiveDate,
}

/// What came of it, or why it is dropped.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CauseEnding {
    /// In words; who reported one of the requests reads it.
    pub note: Text<1000>,
}

/// The row if the scope reaches it by place or as its owner; else 404.
pub(super) fn within(connection: &mut diesel::PgConnection, scope: &Scope, row: Option<Cause>) -> Result<Cause, ApiError> {
    let row = row.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let place = grid::unit_find(connection, row.community_id)?.map(|unit| unit.path);
    scope.require(&Target { unit: place.as_ref(), organization: row.owner_id, ..Target::default() })?;
    Ok(row)
}

fn held(tx: &mut Tx<'_>, scope: &Scope, id: RootCauseId) -> Result<Cause, ApiError> {
    let row = rows::lock(tx.conn(), id)?;
    within(tx.conn(), scope, row)
}

/// Puts requests of the community in; 422 for any other, and for one that belongs to another open case.
fn put(tx: &mut Tx<'_>, cause: &Cause, by: PersonId, ids: &[CaseId]) -> Result<(), ApiError> {
    let wrong = |id: &CaseId| ApiError::of(&CAUSE_REQUESTS).field("/requests", &format!("{id} can't belong to this case"));
    let found = cases::many(tx.conn(), ids)?;
    let now = tx.now()?;
    for id in ids {
        let here = found.iter().any(|case| case.id == *id && case.community_id == cause.community_id);
        if !here || !rows::add(tx.conn(), cause.id, *id, by, now)? {
            return Err(wrong(id));
        }
    }
    if rows::count(tx.conn(), cause.id)? > MOST { Err(ApiError::of(&CAUSE_REQUESTS)) } else { Ok(()) }
}

pub(super) fn open(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: RootCauseId,
    new: &NewRootCause,
) -> Result<Finished<()>, ApiError> {
    let unit = grid::unit_find(tx.conn(), new.community)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    if unit.level() != UnitKind::Community {
        return Err(ApiError::invalid("/community", "must be a community"));
    }
    let cause = Cause {
        id,
        community_id: unit.id,
        title: new.title.to_string(),
        cause: new.cause.to_string(),
        owner_id: None,
        measure: None,
        due_on: None,
        state: CauseState::Open,
        result: None,
        opened_by: author,
        created_at: tx.now()?,
        planned_at: None,
        ended_at: None,
    };
    rows::insert(tx.conn(), &cause)?;
    put(&mut tx, &cause, author, new.requests.items())?;
    let after = json!({"state": cause.state, "requests": new.requests.items()});
    tx.audit(Audit::new("root_cause_create", "root_cause", id.0).at(unit.id).after(after))?;
    Ok(tx.done(())?)
}

/// Only a case that isn't over takes requests and gives them back.
fn under_way(cause: &Cause) -> Result<(), ApiError> {
    let goes_on = matches!(cause.state, CauseState::Open | CauseState::Planned);
    if goes_on { Ok(()) } else { Err(ApiError::of(&error::STATE_CONFLICT)) }
}

pub(super) fn add(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: RootCauseId,
    form: &CauseRequests,
) -> Result<Finished<()>, ApiError> {
    let cause = held(&mut tx, scope, id)?;
    under_way(&cause)?;
    put(&mut tx, &cause, author, form.requests.items())?;
    let after = json!({"requests": form.requests.items()});
    tx.audit(Audit::new("root_cause_request_add", "root_cause", id.0).at(cause.community_id).after(after))?;
    Ok(tx.done(())?)
}

pub(super) fn remove(mut tx: Tx<'_>, scope: &Scope, id: RootCauseId, form: &CauseRequests) -> Result<Finished<()>, ApiError> {
    let cause = held(&mut tx, scope, id)?;
    under_way(&cause)?;
    for request in form.requests.items() {
        if !rows::remove(tx.conn(), id, *request)? {
            return Err(ApiError::of(&CAUSE_REQUESTS).field("/requests", &format!("{request} isn't in this case")));
        }
    }
    let before = json!({"requests": form.requests.items()});
    tx.audit(Audit::new("root_cause_request_remove", "root_cause", id.0).at(cause.community_id).before(before))?;
    Ok(tx.done(())?)
}

fn go(cause: &mut Cause, by: CauseMove) -> Result<CauseState, ApiError> {
    let before = cause.state;
    cause.state = before.transition(by).ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    Ok(before)
}

fn save(tx: &mut Tx<'_>, cause: &Cause, action: &str, before: CauseState) -> Result<(), ApiError> {
    rows::save(tx.conn(), cause)?;
    let audit = Audit::new(action, "root_cause", cause.id.0).at(cause.community_id).before(json!({"state": before}));
    tx.audit(audit.after(json!({"state": cause.state, "owner": cause.owner_id, "due_on": cause.due_on})))?;
    Ok(())
}

pub(super) fn plan(mut tx: Tx<'_>, scope: &Scope, id: RootCauseId, form: &CausePlan) -> Result<Finished<()>, ApiError> {
    let mut cause = held(&mut tx, scope, id)?;
    dispatch::at_work(tx.conn(), cause.community_id, form.owner)
        .map_err(|_unknown| ApiError::of(&CAUSE_OWNER).field("/owner", "isn't at work here"))?;
    let now = tx.now()?;
    let today = shanghai_date(now);
    if form.due_on <= today || form.due_on > today + Duration::days(3 * 365) {
        return Err(ApiError::of(&CAUSE_DUE).field("/due_on", "lies within three years after today"));
    }
    let before = go(&mut cause, CauseMove::Plan)?;
    cause.owner_id = Some(form.owner);
    cause.measure = Some(form.measure.to_string());
    cause.due_on = Some(form.due_on);
    cause.planned_at = Some(now);
    save(&mut tx, &cause, "root_cause_plan", before)?;
    tell(&mut tx, &cause, &format!("已制定整改措施，{} 前完成", form.due_on.format("%-m月%-d日")))?;
    Ok(tx.done(())?)
}

/// Ends a case: the measure is done, or there was no common cause.
pub(super) fn end(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: RootCauseId,
    by: CauseMove,
    form: &CauseEnding,
) -> Result<Finished<()>, ApiError> {
    let mut cause = held(&mut tx, scope, id)?;
    let before = go(&mut cause, by)?;
    cause.result = Some(form.note.to_string());
    cause.ended_at = Some(tx.now()?);
    let action = if by == CauseMove::Close { "root_cause_close" } else { "root_cause_drop" };
    save(&mut tx, &cause, action, before)?;
    rows::release(tx.conn(), id)?;
    if by == CauseMove::Close {
        tell(&mut tx, &cause, &format!("已整改：{}", form.note))?;
    }
    Ok(tx.done(())?)
}

/// Tells whoever reported one of the requests, once each, in the order of their ids: each inbox is locked while it is written.
fn tell(tx: &mut Tx<'_>, cause: &Cause, what: &str) -> Result<(), ApiError> {
    let ids = rows::requests(tx.conn(), cause.id, None, MOST)?;
    let cases = cases::many(tx.conn(), &ids)?;
    let mut told: Vec<(PersonId, String, CaseId)> = Vec::new();
    for case in &cases {
        for person in case.reporter_id.into_iter().chain(case.proxy_id) {
            told.push((person, case.number.clone(), case.id));
        }
    }
    told.sort_unstable();
    told.dedup_by_key(|(person, ..)| *person);
    for (person, number, case) in told {
        let notice = Notice::new(&templates::ROOT_CAUSE_NEWS).with("number", number).with("title", &cause.title);
        let page = format!("pages/governance/request?id={case}");
        notify::send(tx, person, &notice.with("what", what).link(page))?;
    }
    Ok(())
}
