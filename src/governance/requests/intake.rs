//! The ways in for people: what each sends, and what is made of it.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use diesel::PgConnection;
use people::grid::{self, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CaseId, FileId, Filing, GivenPin, PLACE_OUTSIDE, Source, Verdict, file};

/// A request as a resident files it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// What the matter is.
    pub text: Text<2000>,
    /// Where: an entrance, block, estate or the community.
    pub unit: GridUnitId,
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
}

/// One answer to a question of the category.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenAnswer {
    /// Code of the question.
    pub code: Text<40>,
    /// The answer.
    pub value: Text<500>,
}

/// The community of a unit that the scope reaches; else 422 `place_outside`.
fn community(connection: &mut PgConnection, scope: &Scope, unit: GridUnitId) -> Result<GridUnitId, ApiError> {
    let place = grid::unit_find(connection, unit)?.ok_or_else(|| ApiError::of(&PLACE_OUTSIDE))?;
    scope.require_unit(&place.path).map_err(|_outside| ApiError::of(&PLACE_OUTSIDE))?;
    let community = grid::community_of(connection, unit)?;
    Ok(community.ok_or_else(|| ApiError::of(&PLACE_OUTSIDE))?.id)
}

/// A resident, courier or worker for their own matter.
pub(super) fn by_resident(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: CaseId,
    new: &NewRequest,
) -> Result<Finished<()>, ApiError> {
    let community = community(tx.conn(), scope, new.unit)?;
    let answers = new.answers.iter().flat_map(|answers| answers.items());
    let filing = Filing {
        id,
        community,
        unit: new.unit,
        source: Source::Resident,
        category: new.category.as_ref().map(|code| code.as_str().to_owned()),
        text: new.text.as_str().to_owned(),
        files: new.files.as_ref().map(|files| files.items().to_vec()).unwrap_or_default(),
        pin: new.pin.map(GivenPin::stored),
        place_text: new.place_text.as_ref().map(|text| text.as_str().to_owned()),
        public: new.public.unwrap_or(false),
        wants_contact: new.wants_contact.unwrap_or(false),
        reporter: Some(person),
        proxy: None,
        answers: answers.map(|answer| (answer.code.as_str().to_owned(), answer.value.as_str().to_owned())).collect(),
        external: None,
        about: None,
    };
    let verdict = Verdict::Queue("unchecked".to_owned());
    file(&mut tx, &filing, &verdict)?;
    Ok(tx.done(())?)
}
