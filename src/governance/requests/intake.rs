//! The ways in for people: what each sends, and what is made of it.

use base::db::{Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::text::{Few, Text};
use diesel::PgConnection;
use people::grid::{self, GridUnit, Scope};
use people::identity::{self, Acting, Actor, PHONE_REQUIRED, Phone, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use super::file::{file, file_sealed};
use super::{CaseId, FileId, Filing, GivenPin, PLACE_OUTSIDE, SAYS_NOTHING, Source, Verdict};

/// A request as a resident files it, for oneself or as a family proxy.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// What the matter is.
    pub text: Text<2000>,
    /// Where: an entrance, block, estate or the community.
    pub unit: Option<GridUnitId>,
    /// Or the scanned poster of an entrance.
    pub ticket: Option<Text<200>>,
    /// Category of the duty list, if the reporter knows it.
    pub category: Option<Text<40>>,
    /// Answers to the category's questions.
    #[schema(value_type = Option<Vec<GivenAnswer>>, max_items = 20)]
    pub answers: Option<Few<GivenAnswer, 20>>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// The place on a map.
    pub pin: Option<GivenPin>,
    /// The place in words.
    pub place_text: Option<Text<200>>,
    /// May neighbours read it? (default: no)
    pub public: Option<bool>,
    /// Wishes to be called? (default: no)
    pub wants_contact: Option<bool>,
    /// For this person, whose confirmed family proxy the caller is.
    pub on_behalf_of: Option<PersonId>,
}

/// One answer to a question of the category.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenAnswer {
    /// Key of the question.
    pub key: Text<40>,
    /// The answer.
    pub value: Text<500>,
}

/// A report in passing: a picture, a place, one tap.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickReport {
    /// Pictures; at least one, or a text.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// Where: an entrance, block, estate or the community.
    pub unit: Option<GridUnitId>,
    /// Or the scanned poster of an entrance.
    pub ticket: Option<Text<200>>,
    /// The place on a map.
    pub pin: Option<GivenPin>,
    /// Category of the duty list.
    pub category: Option<Text<40>>,
    /// In a few words.
    pub text: Option<Text<500>>,
    /// May neighbours read it once its text is checked? (default: no)
    pub public: Option<bool>,
}

/// How somebody reached a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Came by.
    WalkIn,
    /// Called.
    Phone,
    /// Wrote in the residents' WeChat group.
    WechatGroup,
}

/// A request that a worker writes down for somebody else: three fields are enough.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerIntake {
    /// What the matter is.
    pub text: Text<2000>,
    /// Where.
    pub unit: GridUnitId,
    /// How it came.
    pub channel: Channel,
    /// Phone of whoever asked; finds their account, else it is kept for calling back.
    pub phone: Option<Text<20>>,
    /// Or the person, such as an elder with a managed account, of the worker's scope.
    pub reporter: Option<PersonId>,
    /// Category of the duty list.
    pub category: Option<Text<40>>,
    /// Answers to the category's questions.
    #[schema(value_type = Option<Vec<GivenAnswer>>, max_items = 20)]
    pub answers: Option<Few<GivenAnswer, 20>>,
    /// Pictures, such as of the chat.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// The place in words.
    pub place_text: Option<Text<200>>,
    /// May neighbours read it once its text is checked, as whoever asked wishes? (default: no)
    pub public: Option<bool>,
}

/// The unit that was named or whose poster was scanned, and its community; else 422 `place_outside`.
fn place(
    connection: &mut PgConnection,
    unit: Option<GridUnitId>,
    ticket: Option<&str>,
) -> Result<(GridUnit, GridUnitId), ApiError> {
    let unit = match (unit, ticket) {
        (Some(unit), _) => grid::unit_find(connection, unit)?,
        (None, Some(ticket)) => grid::place_from_ticket(connection, ticket)?,
        (None, None) => None,
    };
    let unit = unit.ok_or_else(|| ApiError::of(&PLACE_OUTSIDE).field("/unit", "name a place, or scan a poster"))?;
    let community = grid::community_above(connection, &unit)?.ok_or_else(|| ApiError::of(&PLACE_OUTSIDE))?;
    Ok((unit, community.id))
}

/// Like `place`, and it must lie in the scope.
fn place_within(
    connection: &mut PgConnection,
    scope: &Scope,
    unit: Option<GridUnitId>,
    ticket: Option<&str>,
) -> Result<(GridUnit, GridUnitId), ApiError> {
    let (unit, community) = place(connection, unit, ticket)?;
    scope.require_unit(&unit.path).map_err(|_outside| ApiError::of(&PLACE_OUTSIDE))?;
    Ok((unit, community))
}

fn answers(given: Option<&Few<GivenAnswer, 20>>) -> Vec<(String, String)> {
    let all = given.into_iter().flat_map(Few::items);
    all.map(|answer| (answer.key.as_str().to_owned(), answer.value.as_str().to_owned())).collect()
}

fn owned<const MAX: usize>(text: Option<&Text<MAX>>) -> Option<String> {
    text.map(|text| text.as_str().to_owned())
}

/// A filing with nothing but its place and source.
fn blank(id: CaseId, unit: GridUnitId, community: GridUnitId, source: Source, text: String) -> Filing {
    Filing {
        id,
        community,
        unit,
        source,
        category: None,
        text,
        files: Vec::new(),
        pin: None,
        place_text: None,
        public: false,
        wants_contact: false,
        reporter: None,
        proxy: None,
        answers: Vec::new(),
        external: None,
        about: None,
    }
}

/// For one's own matter, or as a family proxy.
pub(super) fn by_resident(
    mut tx: Tx<'_>,
    acting: &Acting,
    id: CaseId,
    new: &NewRequest,
    verdict: &Verdict,
) -> Result<Finished<()>, ApiError> {
    let (unit, community) = place_within(tx.conn(), &acting.scope, new.unit, new.ticket.as_deref())?;
    let source = if acting.proxy.is_some() { Source::Proxy } else { Source::Resident };
    let filing = Filing {
        category: owned(new.category.as_ref()),
        files: new.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default(),
        pin: new.pin.map(GivenPin::stored),
        place_text: owned(new.place_text.as_ref()),
        public: new.public.unwrap_or(false),
        wants_contact: new.wants_contact.unwrap_or(false),
        reporter: Some(acting.person),
        proxy: acting.proxy,
        answers: answers(new.answers.as_ref()),
        ..blank(id, unit.id, community, source, new.text.as_str().to_owned())
    };
    file(&mut tx, &filing, verdict)?;
    Ok(tx.done(())?)
}

/// In passing, right after a phone was bound.
pub(super) fn quick(
    mut tx: Tx<'_>,
    actor: &Actor,
    id: CaseId,
    new: &QuickReport,
    verdict: &Verdict,
) -> Result<Finished<()>, ApiError> {
    if !actor.phone_bound {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    let files = new.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default();
    if files.is_empty() && new.text.is_none() {
        return Err(ApiError::of(&SAYS_NOTHING).field("/files", "send a picture or a text"));
    }
    let (unit, community) = place(tx.conn(), new.unit, new.ticket.as_deref())?;
    let text = owned(new.text.as_ref()).unwrap_or_else(|| "随手拍：见照片".to_owned());
    let lives_here = actor.holding(Role::Resident).iter().any(|held| held.community == Some(community));
    let filing = Filing {
        category: owned(new.category.as_ref()),
        files,
        pin: new.pin.map(GivenPin::stored),
        public: new.public.unwrap_or(false),
        reporter: Some(actor.person),
        ..blank(id, unit.id, community, if lives_here { Source::Resident } else { Source::Courier }, text)
    };
    file(&mut tx, &filing, verdict)?;
    Ok(tx.done(())?)
}

/// A worker for a walk-in, a caller, or from the WeChat group.
pub(super) fn by_worker(
    mut tx: Tx<'_>,
    (ring, scope): (&KeyRing, &Scope),
    id: CaseId,
    new: &WorkerIntake,
    verdict: &Verdict,
) -> Result<Finished<()>, ApiError> {
    let (unit, community) = place_within(tx.conn(), scope, Some(new.unit), None)?;
    let source = match new.channel {
        Channel::WalkIn => Source::WorkerWalkIn,
        Channel::Phone => Source::WorkerPhone,
        Channel::WechatGroup => Source::WechatGroup,
    };
    let mut reporter = match new.reporter {
        Some(person) => Some(of_scope(tx.conn(), scope, person)?),
        None => None,
    };
    let mut sealed = None;
    if let Some(phone) = new.phone.as_ref().filter(|_| reporter.is_none()) {
        let phone = Phone::parse(phone).ok_or_else(|| ApiError::invalid("/phone", "isn't a mainland mobile number"))?;
        reporter = identity::person_by_phone(tx.conn(), ring, &phone)?;
        if reporter.is_none() {
            sealed = Some(ring.seal(&format!("request_details|contact|{id}"), phone.as_str()).map_err(ApiError::internal)?);
        }
    }
    let filing = Filing {
        category: owned(new.category.as_ref()),
        files: new.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default(),
        place_text: owned(new.place_text.as_ref()),
        public: new.public.unwrap_or(false),
        wants_contact: new.phone.is_some(),
        reporter,
        answers: answers(new.answers.as_ref()),
        ..blank(id, unit.id, community, source, new.text.as_str().to_owned())
    };
    file_sealed(&mut tx, &filing, verdict, (sealed, None))?;
    Ok(tx.done(())?)
}

/// Somebody of the worker's scope; else 404.
fn of_scope(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> Result<PersonId, ApiError> {
    let places = identity::places_of(connection, person)?;
    let near = places.iter().any(|place| scope.units.iter().any(|unit| unit.covers(place)));
    if near { Ok(person) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}
