//! What requests ask of the duty list: the item in force of a category at a place, and whether its questions are answered.

use base::error::ApiError;
use base::ids::GridUnitId;
use diesel::PgConnection;
use people::grid::GridPath;

use super::{ANSWER_WRONG, CATEGORY_UNKNOWN};
use duty_list::DutyItem;

/// The item in force of a category at a place; else 422 `category_unknown`.
pub(super) fn item(
    connection: &mut PgConnection,
    community: GridUnitId,
    code: &str,
    place: &GridPath,
) -> Result<DutyItem, ApiError> {
    let found = duty_list::in_force_at(connection, community, code, place)?;
    found.ok_or_else(|| ApiError::of(&CATEGORY_UNKNOWN).field("/category", "isn't in force here"))
}

/// 422 `answer_wrong` naming the first question that isn't answered, or not as it asks. Without a category nothing is asked.
pub(super) fn check(item: Option<&DutyItem>, answers: &[(String, String)]) -> Result<(), ApiError> {
    let questions = item.map(|item| item.questions.as_slice()).unwrap_or_default();
    duty_list::check_answers(questions, answers)
        .map_err(|(key, wrong)| ApiError::of(&ANSWER_WRONG).field(&format!("/answers/{key}"), wrong.message()))
}

/// The categories in force in a community: code, and its three levels in words.
pub(super) fn offered(connection: &mut PgConnection, community: GridUnitId) -> Result<Vec<(String, String)>, ApiError> {
    let items = duty_list::all_in_force(connection, community)?;
    let mut named: Vec<(String, String)> =
        items.into_iter().map(|item| (item.code.clone(), item.category().join(" › "))).collect();
    named.sort();
    named.dedup_by(|one, other| one.0 == other.0);
    Ok(named)
}
