#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/requests/suggestions`: asked by POST, since a text has no place in an address that servers log. Writes nothing.

use actix_web::post;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Valid};
use base::ids::GridUnitId;
use base::text::Text;
use people::grid::{self, Scope};
use people::identity::Can;
use points::place;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::near::{self, Near, Nearby};
use super::{Suggestion, suggest};
use crate::{GivenPin, RequestSuggest};

/// What somebody is about to file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionQuery {
    /// In which community.
    community: GridUnitId,
    /// What the matter is.
    text: Text<2000>,
    /// Where: a unit of the community.
    #[serde(default)]
    unit: Option<GridUnitId>,
    /// Where on the map.
    #[serde(default)]
    pin: Option<GivenPin>,
    /// The category, where one is chosen already.
    #[serde(default)]
    category: Option<Text<6>>,
}

/// What it may be, and what stands open near by.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionsView {
    /// Up to five categories, the likeliest first; none is applied by itself.
    suggestions: Vec<Suggestion>,
    /// Up to five open public requests near by that say the same.
    similar: Vec<Near>,
}

/// Which category a text may belong to and why, and which open requests near by say the same.
#[utoipa::path(tag = "governance", request_body = SuggestionQuery, responses((status = 200, body = SuggestionsView, description = "suggestions; nothing is written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/suggestions")]
pub async fn request_suggest(
    _can: Can<RequestSuggest>,
    body: Valid<SuggestionQuery>,
    db: Data<Db>,
) -> Result<Json<SuggestionsView>, ApiError> {
    let view = db
        .read(move |connection| {
            let home = place::require_community(connection, &Scope::everything(), body.community)?;
            let inside = |unit: &grid::GridUnit| home.path.covers(&unit.path);
            if let Some(unit) = body.unit
                && !grid::unit_find(connection, unit)?.is_some_and(|unit| inside(&unit))
            {
                return Err(ApiError::invalid("/unit", "is no part of the community"));
            }
            let wanted = Nearby {
                community: body.community,
                unit: body.unit,
                pin: body.pin.map(GivenPin::stored),
                category: body.category.as_deref(),
                text: &body.text,
                public_only: true,
            };
            let suggestions = suggest(connection, body.community, &body.text)?;
            Ok(SuggestionsView { suggestions, similar: near::near(connection, &wanted)? })
        })
        .await?;
    Ok(Json(view))
}
