//! What a handler narrows the list of requests to: once as the query of a list, once as a body that is kept.

use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::text::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{CaseId, Desk, Outcome, Source, State};
use super::SEARCH_SAYS_NOTHING;
use super::rows::Wanted;

/// What is wanted; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RequestFilters {
    /// In this state.
    pub state: Option<State>,
    /// Still needing somebody (not answered, closed, cancelled).
    pub open: Option<bool>,
    /// At this desk.
    pub desk: Option<Desk>,
    /// Of this category.
    pub category: Option<Text<40>>,
    /// That came in this way.
    pub source: Option<Source>,
    /// At this place or below.
    pub unit: Option<GridUnitId>,
    /// That this unit leads.
    pub organization: Option<OrganizationId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Whose deadline has passed.
    pub overdue: Option<bool>,
    /// Whose text speaks of danger.
    pub danger: Option<bool>,
    /// That the caller leads or wrote down.
    pub mine: Option<bool>,
    /// Whose text holds all of this, or with this number.
    pub text: Option<Text<100>>,
    /// Filed on this day or later, Asia/Shanghai.
    pub filed_from: Option<NaiveDate>,
    /// Filed on this day or earlier, Asia/Shanghai.
    pub filed_to: Option<NaiveDate>,
}

/// Which requests.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// Only in this state.
    pub state: Option<State>,
    /// Only those that still need somebody (not answered, closed, cancelled).
    pub open: Option<bool>,
    /// Only at this desk.
    pub desk: Option<Desk>,
    /// Only of this category.
    #[param(value_type = Option<String>, max_length = 40)]
    pub category: Option<Text<40>>,
    /// Only that came in this way.
    pub source: Option<Source>,
    /// Only at this place or below.
    pub unit: Option<GridUnitId>,
    /// Only that this unit leads.
    pub organization: Option<OrganizationId>,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those whose deadline has passed.
    pub overdue: Option<bool>,
    /// Only those whose text speaks of danger.
    pub danger: Option<bool>,
    /// Only those that the caller leads or wrote down.
    pub mine: Option<bool>,
    /// Only those whose text holds all of this, or with this number.
    #[param(value_type = Option<String>, max_length = 100)]
    pub text: Option<Text<100>>,
    /// Only filed on this day or later, Asia/Shanghai.
    pub filed_from: Option<NaiveDate>,
    /// Only filed on this day or earlier, Asia/Shanghai.
    pub filed_to: Option<NaiveDate>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

impl RequestQuery {
    /// Without the page.
    pub(crate) fn filters(&self) -> RequestFilters {
        RequestFilters {
            state: self.state,
            open: self.open,
            desk: self.desk,
            category: self.category.clone(),
            source: self.source,
            unit: self.unit,
            organization: self.organization,
            outcome: self.outcome,
            overdue: self.overdue,
            danger: self.danger,
            mine: self.mine,
            text: self.text.clone(),
            filed_from: self.filed_from,
            filed_to: self.filed_to,
        }
    }
}

impl RequestFilters {
    /// 422 for a text without letter or digit, and for days in the wrong order.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        if self.text.as_ref().is_some_and(|text| base::search::query_all(text).is_none()) {
            return Err(ApiError::of(&SEARCH_SAYS_NOTHING).field("/text", "holds no letter and no digit"));
        }
        if self.filed_from.zip(self.filed_to).is_some_and(|(from, to)| from > to) {
            return Err(ApiError::invalid("/filed_to", "lies before filed_from"));
        }
        Ok(())
    }

    /// For a caller, after a request of the page before.
    pub(crate) fn wanted(&self, caller: Option<PersonId>, after: Option<CaseId>, limit: i64) -> Wanted {
        let text = self.text.as_ref().map(|text| text.as_str());
        let number = text.and_then(number);
        Wanted {
            state: self.state,
            open: self.open,
            desk: self.desk,
            category: self.category.as_ref().map(|code| code.as_str().to_owned()),
            source: self.source,
            unit: self.unit,
            organization: self.organization,
            outcome: self.outcome,
            overdue: self.overdue.unwrap_or(false),
            danger: self.danger,
            mine: caller.filter(|_| self.mine.unwrap_or(false)),
            words: text.filter(|_| number.is_none()).and_then(base::search::query_all),
            number,
            filed_from: self.filed_from,
            filed_to: self.filed_to,
            after,
            limit,
        }
    }

    /// As kept: what this version doesn't know is left out, so that an older one reads what a newer one wrote.
    pub(crate) fn kept(value: &serde_json::Value) -> Self {
        let known = serde_json::to_value(Self::default()).unwrap_or_default();
        let mut value = value.clone();
        if let (Some(map), Some(known)) = (value.as_object_mut(), known.as_object()) {
            map.retain(|key, _| known.contains_key(key));
        }
        serde_json::from_value(value).unwrap_or_default()
    }
}

/// The number that is meant, as it is stored: `sq-1124-0031`.
fn number(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let (day, rest) = upper.strip_prefix("SQ-")?.split_once('-')?;
    let digits = |part: &str| part.chars().all(|one| one.is_ascii_digit());
    (day.len() == 4 && rest.len() >= 4 && digits(day) && digits(rest)).then_some(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_as_such_and_anything_else_by_its_words() {
        assert_eq!(number("sq-1124-0031").as_deref(), Some("SQ-1124-0031"));
        assert_eq!(number("SQ-1124"), None);
        assert_eq!(number("路灯"), None);
        let filters = RequestFilters { text: Text::new("路灯坏了").ok(), ..RequestFilters::default() };
        let wanted = filters.wanted(None, None, 20);
        assert_eq!((wanted.words.as_deref(), wanted.number), (Some("'坏了' & '灯坏' & '路灯'"), None));
    }

    #[test]
    fn what_is_kept_outlives_a_filter_that_this_version_does_not_know() {
        let kept = RequestFilters::kept(&serde_json::json!({"open": true, "later": 1}));
        assert_eq!(kept, RequestFilters { open: Some(true), ..RequestFilters::default() });
    }

    #[test]
    fn a_search_says_something_and_days_stand_in_order() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        assert!(RequestFilters { text: Text::new("！？").ok(), ..RequestFilters::default() }.check().is_err());
        assert!(RequestFilters { filed_from: day(2), filed_to: day(1), ..RequestFilters::default() }.check().is_err());
        assert!(RequestFilters { filed_from: day(1), filed_to: day(1), ..RequestFilters::default() }.check().is_ok());
    }
}
