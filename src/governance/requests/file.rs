//! Filing: the request, its first event, and the unit and deadline that the duty list gives at once; without an item it waits in the
//! community's own queue 兜底, so nothing is ever lost.

use base::clock::shanghai_date;
use base::db::Tx;
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId};
use diesel::PgConnection;
use people::grid::{self, GridUnit, UnitKind};
use serde_json::{Value, json};

use super::assign::{self, Units};
use super::duty;
use super::filing::FILES;
use super::rows::{self, Case};
use super::rows_details::{self, Details};
use super::work::{Happening, Work};
use super::{
    AssignmentReason, Capacity, CaseId, Desk, EventKind, Filing, PLACE_OUTSIDE, Publication, Source, State, TOO_MANY_FILES,
    Verdict, danger, suggest,
};
use duty_list::{DeadlineClass, DutyItem};

/// Files a request in the caller's transaction, which ends it with `tx.done`. `verdict` is the check of its text (see `screening`); it
/// only matters for public ones. Errors: 422 `place_outside`, `category_unknown`, `answer_wrong`, `too_many_files`; 409
/// `already_exists` for another system's id that is there.
pub fn file(tx: &mut Tx<'_>, filing: &Filing, verdict: &Verdict) -> Result<(), ApiError> {
    file_sealed(tx, filing, verdict, (None, None))
}

/// `file` to a unit that is known before: a register names it, so it leads whatever the duty list says; the list's deadline stands.
pub fn file_to(tx: &mut Tx<'_>, filing: &Filing, verdict: &Verdict, unit: OrganizationId) -> Result<(), ApiError> {
    file_sealed(tx, filing, verdict, (None, Some(unit)))
}

/// Notes for handlers that a request came without the category that its source names: it isn't in force at the place, or asks what
/// nobody could answer. So it waits in the community's queue and nothing is lost in silence.
pub fn note_category(tx: &mut Tx<'_>, id: CaseId, code: &str) -> Result<(), ApiError> {
    let mut work = Work::lock(tx, id)?;
    let note = format!("来源所填事项 {code} 在此处未生效或有必答问题，未采用，请核对后派单");
    work.happened(Happening::system(EventKind::Note).noting(Some(note)));
    work.write(tx, "request_category_left_out")?;
    Ok(())
}

/// `file` with the sealed phone of a caller who has no account, or to a unit that is known before.
pub(super) fn file_sealed(
    tx: &mut Tx<'_>,
    filing: &Filing,
    verdict: &Verdict,
    (contact_sealed, unit): (Option<Vec<u8>>, Option<OrganizationId>),
) -> Result<(), ApiError> {
    let place = place(tx.conn(), filing.community, filing.unit)?;
    if filing.files.len() > FILES {
        return Err(ApiError::of(&TOO_MANY_FILES));
    }
    if let Some((client, id)) = &filing.external
        && rows_details::by_external(tx.conn(), client, id)?.is_some()
    {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    let duty = match &filing.category {
        Some(code) => Some(duty::item(tx.conn(), filing.community, code, &place.path)?),
        None => None,
    };
    duty::check(duty.as_ref(), &filing.answers)?;
    let case = fresh(tx, filing, verdict, duty.as_ref())?;
    let mut work = Work::fresh(tx, case)?;
    work.class = Some(soon(filing, duty.as_ref()));
    work.happened(first(tx, filing));
    let listed = duty.as_ref().and_then(|duty| Units::of_duty(duty, AssignmentReason::DutyList));
    let units = unit.map(|unit| Units::alone(unit, AssignmentReason::Community)).or(listed);
    let given = match &units {
        Some(units) => Some(assign::plan(tx, &mut work, units, Happening::system(EventKind::Dispatched))?),
        None => None,
    };
    let case = work.write(tx, "request_file")?;
    let details = details(filing, duty.as_ref(), contact_sealed);
    rows_details::insert(tx.conn(), &details)?;
    let given = given.unwrap_or_default();
    if !given.is_empty() {
        rows_details::assign(tx.conn(), &given)?;
    }
    suggest::index(tx, &details, case.community_id, &given.iter().map(|row| row.organization_id).collect::<Vec<_>>())?;
    super::outward::attach(tx, &case, super::outward::PICTURES, &filing.files)?;
    super::screened::submit(tx, &case, verdict, &filing.text)
}

/// The unit, if it lies in the community and is in use; else 422 `place_outside`.
pub(super) fn place(connection: &mut PgConnection, community: GridUnitId, unit: GridUnitId) -> Result<GridUnit, ApiError> {
    let mut units = grid::units_by_ids(connection, &[community, unit])?;
    let lower = units.get(&unit).cloned();
    let (Some(community), Some(lower)) = (units.remove(&community), lower) else { return Err(ApiError::of(&PLACE_OUTSIDE)) };
    let inside = community.level() == UnitKind::Community && community.path.covers(&lower.path) && lower.active;
    if inside { Ok(lower) } else { Err(ApiError::of(&PLACE_OUTSIDE)) }
}

/// The row of a request that nobody has taken.
fn fresh(tx: &mut Tx<'_>, filing: &Filing, verdict: &Verdict, duty: Option<&DutyItem>) -> Result<Case, ApiError> {
    let now = tx.now()?;
    let filed_on = shanghai_date(now);
    let number = rows::next_number(tx.conn(), filed_on)?;
    let publication = match (filing.public, verdict) {
        (false, _) => Publication::Private,
        (true, Verdict::Publish) => Publication::Published,
        (true, Verdict::Queue(_)) => Publication::Pending,
        (true, Verdict::Refuse(_)) => Publication::Refused,
    };
    let writer = tx.context().principal.person();
    Ok(Case {
        id: filing.id,
        number: format!("SQ-{}-{number:04}", filed_on.format("%m%d")),
        filed_on,
        community_id: filing.community,
        grid_unit_id: filing.unit,
        source: filing.source,
        category: filing.category.clone(),
        title: duty.map_or_else(|| title_of(&filing.text), |duty| duty.title.chars().take(60).collect()),
        lat: filing.pin.map(|pin| pin.lat),
        lon: filing.pin.map(|pin| pin.lon),
        public: filing.public,
        publication,
        reporter_id: filing.reporter,
        proxy_id: filing.proxy,
        entered_by: writer.filter(|writer| filing.reporter != Some(*writer) && filing.proxy != Some(*writer)),
        state: State::Submitted,
        desk: Desk::Community,
        organization_id: None,
        lead_id: None,
        outcome: None,
        returns: 0,
        redone: false,
        reopened: false,
        extended: false,
        merged_into: None,
        event_last: 0,
        due_at: None,
        resolve_by: None,
        created_at: now,
        closed_at: None,
    })
}

/// The beginning of a text, on one line.
fn title_of(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = flat.chars().take(24).collect();
    match flat.chars().nth(24) {
        Some(_) => format!("{title}…"),
        None if title.is_empty() => "（无文字）".to_owned(),
        None => title,
    }
}

/// The first event.
fn first(tx: &Tx<'_>, filing: &Filing) -> Happening {
    let what = match (tx.context().principal.person(), &filing.external) {
        (Some(person), _) => {
            let capacity = match filing.source {
                _ if filing.reporter == Some(person) => Capacity::Reporter,
                _ if filing.proxy == Some(person) => Capacity::Proxy,
                Source::Resident | Source::Courier | Source::Facility => Capacity::Reporter,
                _ => Capacity::Worker,
            };
            Happening::by(EventKind::Filed, capacity, person)
        }
        (None, Some((client, id))) => Happening::outside(EventKind::Filed, client, id),
        (None, None) => Happening::system(EventKind::Filed),
    };
    what.saying(filing.source.zh())
}

/// How soon it must be solved: as the duty list says; without an item, danger in the text counts as danger.
fn soon(filing: &Filing, duty: Option<&DutyItem>) -> DeadlineClass {
    let without = || match danger::emergencies(&filing.text).is_empty() {
        true => DeadlineClass::General7d,
        false => DeadlineClass::Danger2h,
    };
    duty.map_or_else(without, |duty| duty.deadline_class)
}

fn details(filing: &Filing, duty: Option<&DutyItem>, contact_sealed: Option<Vec<u8>>) -> Details {
    let danger: Vec<String> = danger::emergencies(&filing.text).into_iter().map(|found| found.kind).collect();
    let (external_client, external_id) = filing.external.clone().unzip();
    let (about_noun, about_id) = filing.about.clone().unzip();
    let answers = filing.answers.iter().map(|(code, value)| json!({"key": code, "value": value}));
    Details {
        request_id: filing.id,
        duty_item_id: duty.map(|duty| duty.id),
        text: filing.text.clone(),
        place_text: filing.place_text.clone(),
        answers: Value::Array(answers.collect()),
        wants_contact: filing.wants_contact,
        contact_sealed,
        danger: (!danger.is_empty()).then(|| danger.join(",")),
        external_client,
        external_id,
        about_noun,
        about_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_beginning_of_the_text_on_one_line() {
        assert_eq!(title_of("路灯\n不亮"), "路灯 不亮");
        assert_eq!(title_of(&"长".repeat(30)).chars().count(), 25);
    }
}
