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
