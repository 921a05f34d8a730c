//! What volunteering says to the rest of the house and asks of it: notices to people, names beside rows, households, and the points
//! event of approved hours. Each is one function here, so that nothing else knows how it is done.

use std::collections::{HashMap, HashSet};

use base::clock::SHANGHAI;
use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community;
use people::grid::{self, GridPath};
use people::identity::{self, Role};
use people::notify::{self, Notice, Template, templates};
use points::{Beneficiary, Event, EventId, EventKind, Evidence};
use uuid::Uuid;

use super::hours::{self, Hours};
use super::projects::{Organizer, Project};
use super::shifts::Shift;

/// For the organiser; all other texts stand with `notify`.
static SHIFT_CLOSED: Template = Template {
    kind: "shift_closed",
    title: ("班次已归档", "Shift closed"),
    body: (
        "「{title}」{time} 的班次已归档：{absent} 人未到，{never_out} 人未签退（按 0 小时待您核对）。",
        "The shift of {title}, {time}, is closed: {absent} absent, {never_out} never checked out (0 hours, for you to check).",
    ),
    link: Some("pages/service/shifts"),
    fields: &[],
};

/// Who is told what.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    person: PersonId,
    notice: Notice,
}

impl Told {
    fn of_shift(person: PersonId, template: &'static Template, shift: &Shift, project: &Project) -> Self {
        let notice = Notice::new(template).with("title", &project.title).with("time", span(shift.starts_at, shift.ends_at));
        Self { person, notice }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.notice = self.notice.with(name, value);
        self
    }

    /// The leader of a team took a seat for a member.
    pub(crate) fn signed_up(person: PersonId, shift: &Shift, project: &Project) -> Self {
        Self::of_shift(person, &templates::SHIFT_SIGNED_UP, shift, project)
    }

    /// A seat came free.
    pub(crate) fn promoted(person: PersonId, shift: &Shift, project: &Project) -> Self {
        Self::of_shift(person, &templates::SHIFT_PROMOTED, shift, project)
    }

    /// Another time or place.
    pub(crate) fn shift_changed(person: PersonId, shift: &Shift, project: &Project) -> Self {
        Self::of_shift(person, &templates::SHIFT_CHANGED, shift, project).with("place", &shift.place)
    }

    /// The shift doesn't take place.
    pub(crate) fn shift_cancelled(person: PersonId, shift: &Shift, project: &Project, reason: &str) -> Self {
        Self::of_shift(person, &templates::SHIFT_CANCELLED, shift, project).with("reason", reason)
    }

    /// For the organiser: a shift was put away.
    pub(crate) fn shift_closed(person: PersonId, shift: &Shift, project: &Project, absent: usize, never_out: usize) -> Self {
        let told = Self::of_shift(person, &SHIFT_CLOSED, shift, project);
        told.with("absent", absent.to_string()).with("never_out", never_out.to_string())
    }

    /// Somebody decided about a person's hours.
    pub(crate) fn hours_decided(hours: &Hours, project: &Project, refusal: Option<&str>) -> Self {
        let template = if refusal.is_some() { &templates::HOURS_REFUSED } else { &templates::HOURS_APPROVED };
        let notice = Notice::new(template).with("title", &project.title);
        let amount = format!("{} 小时", hours::shown(hours.half_hours));
        Self { person: hours.person_id, notice: notice.with("hours", amount).with("reason", refusal.unwrap_or_default()) }
    }
}

/// Tells a person, in the transaction of what they are told about.
pub(crate) fn tell(tx: &mut Tx<'_>, told: &Told) -> Result<(), ApiError> {
    notify::send(tx, told.person, &told.notice)
}

/// Tells several persons, in the order of their ids: each inbox is locked while it is written.
pub(crate) fn tell_all(tx: &mut Tx<'_>, mut all: Vec<Told>) -> Result<(), ApiError> {
    all.sort_by_key(|told| told.person);
    all.iter().try_for_each(|told| tell(tx, told))
}

/// Hands approved hours to points, in the transaction of the approval. Zero half hours earn nothing.
pub(crate) fn hours_approved(
    tx: &mut Tx<'_>,
    hours: &Hours,
    project: &Project,
    approver: PersonId,
    occurred_at: DateTime<Utc>,
) -> Result<(), ApiError> {
    if hours.half_hours == 0 {
        return Ok(());
    }
    let event = Event {
        id: EventId(hours.id.0),
        kind: EventKind::VolunteerHours,
        community: project.community_id,
        beneficiary: Beneficiary::Person(hours.person_id),
        occurred_at,
        quantity: hours.half_hours,
        evidence: Evidence { noun: "volunteer_hours".to_owned(), id: hours.id.0 },
        approvers: hours.proposed_by.into_iter().chain([approver]).collect(),
        project: Some(project.id.0),
        budget: None,
    };
    Ok(points::emit(tx, &event)?)
}

/// Those of the persons who live in one household with `one`, who does so with themselves.
pub(crate) fn household_mates(connection: &mut PgConnection, one: PersonId, persons: &[PersonId]) -> DbResult<HashSet<PersonId>> {
    let pairs: Vec<(PersonId, PersonId)> = persons.iter().map(|other| (one, *other)).collect();
    Ok(community::residencies::same_households(connection, &pairs)?.into_iter().map(|(_, other)| other).collect())
}

/// May this organizer run projects of the community? An organization that is at work in it (or in its street), or a person of it.
pub(crate) fn may_organize(connection: &mut PgConnection, organizer: Organizer, community: &GridPath) -> Result<bool, ApiError> {
    let organization = match organizer {
        Organizer::Person(person) => return Ok(belongs(connection, person, community)?),
        Organizer::Organization(organization) => community::organization_find(connection, organization)?,
    };
    let Some(organization) = organization.filter(|organization| organization.state == "active") else { return Ok(false) };
    let place = grid::unit_find(connection, organization.grid_unit_id)?.map(|unit| unit.path);
    Ok(place.is_some_and(|place| community.covers(&place) || place.covers(community)))
}

/// Names of organizers, as shown beside their projects.
pub(crate) fn organizer_names(connection: &mut PgConnection, organizers: &[Organizer]) -> DbResult<HashMap<Uuid, String>> {
    let (mut persons, mut organizations) = (Vec::new(), Vec::new());
    for organizer in organizers {
        match organizer {
            Organizer::Person(person) => persons.push(*person),
            Organizer::Organization(organization) => organizations.push(*organization),
        }
    }
    let named = nicknames(connection, &persons)?.into_iter().map(|(person, name)| (person.0, name));
    let entered = community::organization_names(connection, &organizations)?.into_iter();
    Ok(named.chain(entered.map(|(organization, name)| (organization.0, name))).collect())
}

/// Does a person live, work or serve in the community (or in the whole street)?
pub(crate) fn belongs(connection: &mut PgConnection, person: PersonId, community: &GridPath) -> DbResult<bool> {
    let places = identity::places_of(connection, person)?;
    Ok(places.iter().any(|place| community.covers(place) || place.covers(community)))
}

/// Nicknames by person.
pub(crate) fn nicknames(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashMap<PersonId, String>> {
    let names = identity::names_by_ids(connection, persons)?;
    Ok(names.into_iter().map(|(person, name)| (person, name.nickname)).collect())
}

/// What a certificate calls its owner: the real name where it is known, else the nickname; and the short number. For its owner only.
pub(crate) fn name_of(
    connection: &mut PgConnection,
    ring: &KeyRing,
    person: PersonId,
) -> Result<Option<(String, String)>, ApiError> {
    let Some(name) = identity::names_by_ids(connection, &[person])?.remove(&person) else { return Ok(None) };
    let real = identity::own_name(connection, ring, person)?;
    Ok(Some((real.unwrap_or(name.nickname), name.short_number)))
}

/// Who runs a project: the person, or the organization's contacts, or else the staff of its place.
pub(crate) fn organizers(connection: &mut PgConnection, project: &Project) -> Result<Vec<PersonId>, ApiError> {
    let named: Vec<PersonId> = match (project.organizer_person_id, project.organizer_organization_id) {
        (Some(person), _) => vec![person],
        (None, Some(organization)) => identity::people_of_organization(connection, Role::OrganizationContact, organization)?,
        (None, None) => Vec::new(),
    };
    if !named.is_empty() {
        return Ok(named);
    }
    let place = project.place(connection)?;
    Ok(identity::people_over(connection, Role::CommunityStaff, &place)?)
}

/// A span of time as people say it: `11月24日 09:00–11:00`.
pub(crate) fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let (from, to) = (from.with_timezone(&SHANGHAI), to.with_timezone(&SHANGHAI));
    if from.date_naive() == to.date_naive() {
        return format!("{}–{}", from.format("%-m月%-d日 %H:%M"), to.format("%H:%M"));
    }
    format!("{}–{}", from.format("%-m月%-d日 %H:%M"), to.format("%-m月%-d日 %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_local_time() {
        let from: DateTime<Utc> = "2026-11-24T01:00:00Z".parse().unwrap();
        let to: DateTime<Utc> = "2026-11-24T03:30:00Z".parse().unwrap();
        assert_eq!(span(from, to), "11月24日 09:00–11:30");
        assert_eq!(span(from, to + chrono::Duration::hours(13)), "11月24日 09:00–11月25日 00:30");
    }
}
