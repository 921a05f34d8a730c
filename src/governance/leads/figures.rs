//! How often each source was right: verified ÷ decided.

use base::ids::GridUnitId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LeadSource, LeadState};

/// Leads of one source that were raised in a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SourceFigures {
    /// Source.
    pub source: LeadSource,
    /// One plain sentence.
    pub summary: String,
    /// Raised.
    pub raised: i64,
    /// Found true.
    pub verified: i64,
    /// Nothing was to be done.
    pub dismissed: i64,
    /// Not decided yet.
    pub open: i64,
    /// `verified ÷ (verified + dismissed)` in percent with one decimal; absent while none is decided.
    pub precision: Option<String>,
}

/// Precision per source.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// The unit that it is about; absent: all that the caller reaches.
    pub unit: Option<GridUnitId>,
    /// How precision is computed.
    pub formula: String,
    /// Every source, also those without leads.
    pub sources: Vec<SourceFigures>,
}

/// Every source's figures from counts by source and state.
pub(super) fn figures(counts: &[(LeadSource, LeadState, i64)]) -> Vec<SourceFigures> {
    LeadSource::ALL.iter().map(|source| of(*source, counts)).collect()
}

fn of(source: LeadSource, counts: &[(LeadSource, LeadState, i64)]) -> SourceFigures {
    let count = |state| counts.iter().filter(|(from, at, _)| (*from, *at) == (source, state)).map(|(.., n)| n).sum::<i64>();
    let (verified, dismissed, open) = (count(LeadState::Verified), count(LeadState::Dismissed), count(LeadState::Open));
    let precision = percent(verified, verified + dismissed);
    let shown = precision.as_deref().map_or_else(|| "尚无核实".to_owned(), |percent| format!("准确率 {percent}%"));
    SourceFigures {
        source,
        summary: format!("{}：{} 条，{shown}", source.zh(), verified + dismissed + open),
        raised: verified + dismissed + open,
        verified,
        dismissed,
        open,
        precision,
    }
}

/// A share in percent with one decimal, rounded half up.
fn percent(part: i64, whole: i64) -> Option<String> {
    (whole > 0).then(|| {
        let tenths = (part * 2_000 + whole) / (whole * 2);
        format!("{}.{}", tenths / 10, tenths % 10)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_what_was_right_of_what_was_decided() {
        let counts = [
            (LeadSource::Patrol, LeadState::Verified, 2),
            (LeadSource::Patrol, LeadState::Dismissed, 1),
            (LeadSource::Patrol, LeadState::Open, 5),
            (LeadSource::Season, LeadState::Open, 1),
        ];
        let all = figures(&counts);
        assert_eq!(all.len(), LeadSource::ALL.len());
        assert_eq!((all[0].raised, all[0].precision.as_deref()), (8, Some("66.7")));
        let season = all.iter().find(|one| one.source == LeadSource::Season).unwrap();
        assert_eq!((season.raised, season.precision.clone()), (1, None));
    }

    #[test]
    fn percents_are_rounded_half_up() {
        assert_eq!(percent(1, 1).unwrap(), "100.0");
        assert_eq!(percent(1, 2_000).unwrap(), "0.1");
        assert_eq!(percent(0, 7).unwrap(), "0.0");
        assert_eq!(percent(0, 0), None);
    }
}
