//! How one request counts in each figure. Pure; what is said here in words is what is computed.

use base::ids::{GridUnitId, OrganizationId};

use super::super::clocks::ClockState;
use super::super::{CaseId, Outcome, State};

base::words! {
    /// A figure.
    Measure {
        /// Was it taken in time?
        Response = "response" "响应率",
        /// Was it solved?
        Resolution = "resolution" "解决率",
        /// Was whoever rated it satisfied?
        Satisfaction = "satisfaction" "满意率",
    }
}

impl Measure {
    /// The formula in both languages.
    pub const fn formula(self) -> (&'static str, &'static str) {
        match self {
            Self::Response => (
                "响应率 = 按时受理 ÷（按时受理 + 逾期受理 + 逾期未受理）。未到受理时限的不计入。",
                "response = accepted in time / (accepted in time + accepted late + overdue and not accepted). What isn't due yet doesn't count.",
            ),
            Self::Resolution => (
                "解决率 = 已解决 ÷（已解决 + 部分解决 + 无法解决 + 居民认为未解决 + 逾期未答复）。未到办结时限的不计入；不属职责的剔除。",
                "resolution = solved / (solved + partly solved + can't be solved + not resolved as its reporter says + overdue and not answered). What isn't due yet doesn't count; what is nobody's duty here is left out.",
            ),
            Self::Satisfaction => (
                "满意率 = 四项评价（速度、效果、态度、反馈）平均不低于 4 分的 ÷ 已评价的。未评价的不计入；不属职责的剔除。",
                "satisfaction = rated 4 or better on the average of speed, effect, attitude and feedback / rated. What isn't rated doesn't count; what is nobody's duty here is left out.",
            ),
        }
    }
}

base::words! {
    /// Why a request is left out.
    Exclusion {
        /// Its reporter took it back.
        Withdrawn = "withdrawn" "居民撤回",
        /// It counts with the request that it was joined to.
        Merged = "merged" "并入其他诉求",
        /// Nobody here is bound to do it.
        NotADuty = "not_a_duty" "不属职责",
        /// The street granted an appeal.
        Appeal = "appeal" "申诉通过",
    }
}

/// Where a request falls in one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// It counts, and well.
    Good,
    /// It counts, and not well.
    Bad,
    /// It doesn't count yet.
    Pending,
    /// It is left out.
    Excluded(Exclusion),
}

/// What is known of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The request.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// Its community.
    pub community: GridUnitId,
    /// The unit that holds it; none: the community.
    pub organization: Option<OrganizationId>,
    /// Category of the duty list.
    pub category: Option<String>,
    /// State.
    pub state: State,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The last clock of acceptance: where it stands, and whether it is past its deadline.
    pub accept: Option<(ClockState, bool)>,
    /// The last clock of the answer.
    pub resolve: Option<(ClockState, bool)>,
    /// Does whoever rated it last say that it is resolved?
    pub resolved: Option<bool>,
    /// Sum of the four dimensions of that rating, 4 to 20.
    pub score: Option<i32>,
    /// Granted appeals: figure, and whether it is to be left out.
    pub appeals: Vec<(Measure, bool)>,
}

/// Sum of four dimensions from which a rating is a satisfied one.
const SATISFIED: i32 = 16;

fn by_clock(clock: Option<(ClockState, bool)>) -> Bucket {
    match clock {
        Some((ClockState::Met, _)) => Bucket::Good,
        Some((ClockState::Late, _)) => Bucket::Bad,
        Some((ClockState::Running | ClockState::Paused, true)) => Bucket::Bad,
        Some(_) | None => Bucket::Pending,
    }
}

impl Fact {
    /// What the rules alone leave out.
    fn excluded(&self, measure: Measure) -> Option<Exclusion> {
        match (self.state, self.outcome) {
            (State::Cancelled, _) | (_, Some(Outcome::Withdrawn)) => Some(Exclusion::Withdrawn),
            (_, Some(Outcome::Merged)) => Some(Exclusion::Merged),
            (_, Some(Outcome::NotADuty)) if measure != Measure::Response => Some(Exclusion::NotADuty),
            _ => None,
        }
    }

    fn counted(&self, measure: Measure) -> Bucket {
        match measure {
            Measure::Response => by_clock(self.accept),
            Measure::Resolution => match (self.state.is_open(), self.outcome, self.resolved) {
                // Whoever asked knows best; an open one has been opened again.
                (false, _, Some(false)) => Bucket::Bad,
                (false, Some(Outcome::Solved), _) => Bucket::Good,
                (false, Some(_), _) => Bucket::Bad,
                (..) => match by_clock(self.resolve) {
                    Bucket::Bad => Bucket::Bad,
                    _ => Bucket::Pending,
                },
            },
            Measure::Satisfaction => match self.score {
                Some(score) if score >= SATISFIED => Bucket::Good,
                Some(_) => Bucket::Bad,
                None => Bucket::Pending,
            },
        }
    }

    /// Where it falls.
    pub fn bucket(&self, measure: Measure) -> Bucket {
        let appeal = self.appeals.iter().find(|(of, _)| *of == measure).map(|(_, out)| *out);
        match (appeal, self.excluded(measure)) {
            (Some(true), _) => Bucket::Excluded(Exclusion::Appeal),
            (None, Some(why)) => Bucket::Excluded(why),
            (Some(false) | None, _) => self.counted(measure),
        }
    }
}

/// Requests by bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) good: u32,
    pub(super) bad: u32,
    pub(super) pending: u32,
    pub(super) excluded: u32,
}

impl Tally {
    pub(super) fn add(&mut self, bucket: Bucket) {
        match bucket {
            Bucket::Good => self.good += 1,
            Bucket::Bad => self.bad += 1,
            Bucket::Pending => self.pending += 1,
            Bucket::Excluded(_) => self.excluded += 1,
        }
    }

    /// What the rate is taken of.
    pub(super) const fn counted(&self) -> u32 {
        self.good + self.bad
    }

    /// Hundredths of a percent, half up; nothing of nothing.
    pub(super) fn basis_points(&self) -> Option<u32> {
        let counted = u64::from(self.counted());
        (counted > 0).then(|| u32::try_from((u64::from(self.good) * 20_000 + counted) / (2 * counted)).unwrap_or(10_000))
    }

    /// The rate as people read it: `93.33%`.
    pub(super) fn rate(&self) -> Option<String> {
        self.basis_points().map(|points| format!("{}.{:02}%", points / 100, points % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact() -> Fact {
        Fact {
            id: CaseId::new(),
            number: "SQ-1124-0001".to_owned(),
            community: GridUnitId::new(),
            organization: None,
            category: None,
            state: State::InProgress,
            outcome: None,
            accept: Some((ClockState::Met, false)),
            resolve: Some((ClockState::Running, false)),
            resolved: None,
            score: None,
            appeals: Vec::new(),
        }
    }

    #[test]
    fn every_request_falls_into_one_bucket_of_each_figure() {
        let all = |fact: &Fact| Measure::ALL.iter().map(|measure| fact.bucket(*measure)).collect::<Vec<_>>();
        use Bucket::{Bad, Excluded, Good, Pending};
        assert_eq!(all(&fact()), [Good, Pending, Pending]);
        let overdue = Fact { accept: Some((ClockState::Running, true)), resolve: Some((ClockState::Paused, true)), ..fact() };
        assert_eq!(all(&overdue), [Bad, Bad, Pending]);
        let solved = Fact { state: State::Closed, outcome: Some(Outcome::Solved), ..fact() };
        assert_eq!(all(&solved), [Good, Good, Pending]);
        let rated = Fact { resolved: Some(true), score: Some(16), ..solved.clone() };
        assert_eq!(all(&rated), [Good, Good, Good]);
        let doubted = Fact { resolved: Some(false), score: Some(15), ..solved };
        assert_eq!(all(&doubted), [Good, Bad, Bad]);
        let elsewhere = Fact { state: State::Answered, outcome: Some(Outcome::NotADuty), ..fact() };
        assert_eq!(all(&elsewhere), [Good, Excluded(Exclusion::NotADuty), Excluded(Exclusion::NotADuty)]);
        let withdrawn = Fact { state: State::Cancelled, outcome: Some(Outcome::Withdrawn), ..fact() };
        assert_eq!(all(&withdrawn), [Excluded(Exclusion::Withdrawn); 3]);
    }

    #[test]
    fn a_granted_appeal_leaves_out_or_brings_back_in_its_own_figure_only() {
        let late = Fact { accept: Some((ClockState::Late, true)), appeals: vec![(Measure::Response, true)], ..fact() };
        assert_eq!(late.bucket(Measure::Response), Bucket::Excluded(Exclusion::Appeal));
        assert_eq!(late.bucket(Measure::Resolution), Bucket::Pending);
        let back = Fact {
            state: State::Closed,
            outcome: Some(Outcome::NotADuty),
            appeals: vec![(Measure::Resolution, false)],
            ..fact()
        };
        assert_eq!(back.bucket(Measure::Resolution), Bucket::Bad);
        assert_eq!(back.bucket(Measure::Satisfaction), Bucket::Excluded(Exclusion::NotADuty));
    }

    #[test]
    fn a_rate_is_rounded_half_up_and_absent_where_nothing_counts() {
        let rate = |good, bad| Tally { good, bad, pending: 7, excluded: 7 }.rate();
        assert_eq!(rate(0, 0), None);
        assert_eq!(rate(14, 1).as_deref(), Some("93.33%"));
        assert_eq!(rate(2, 1).as_deref(), Some("66.67%"));
        assert_eq!(rate(3, 0).as_deref(), Some("100.00%"));
        assert_eq!(rate(0, 3).as_deref(), Some("0.00%"));
    }
}
