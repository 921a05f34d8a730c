//! What becomes of a request: a fixed mix, so that every state, outcome, return and delay stands in the demo's lists.

/// A step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Whoever has it takes it.
    Accept,
    /// News for the reporter.
    Progress,
    /// The reporter is asked.
    Ask,
    /// The reporter replies.
    Reply,
    /// Answered with this outcome.
    Answer(&'static str),
    /// Rated: the four marks, and resolved or not.
    Rate(i32, bool),
    /// Dissatisfied: once more.
    Redo,
    /// The unit gives it back.
    Return,
    /// The community gives it to the property company.
    Dispatch,
    /// The street decides.
    Arbitrate,
    /// The reporter takes it back.
    Withdraw,
    /// Opened again.
    Reopen,
    /// The clock stands still.
    Pause,
    /// And goes on.
    Resume,
    /// More time.
    Extend,
    /// A worker confirms the report.
    Confirm,
    /// Neighbours go along.
    Join,
}

/// Steps by the day after filing.
pub(super) type Fate = &'static [(i64, Act)];

const GOOD: Fate = &[(0, Act::Accept), (0, Act::Confirm), (1, Act::Answer("solved")), (2, Act::Rate(5, true))];
const JOINED: Fate = &[(0, Act::Accept), (1, Act::Join), (1, Act::Progress), (2, Act::Answer("solved")), (3, Act::Rate(4, true))];
const UNRATED: Fate = &[(0, Act::Accept), (1, Act::Progress), (3, Act::Answer("solved"))];
const ASKED: Fate =
    &[(0, Act::Accept), (1, Act::Ask), (3, Act::Reply), (4, Act::Answer("partly_solved")), (5, Act::Rate(3, true))];
const CANNOT: Fate = &[(1, Act::Accept), (3, Act::Answer("cannot_be_solved")), (4, Act::Rate(2, false))];
const NO_DUTY: Fate = &[(0, Act::Accept), (1, Act::Answer("not_a_duty"))];
const RETURNED: Fate =
    &[(0, Act::Return), (1, Act::Dispatch), (1, Act::Accept), (2, Act::Answer("solved")), (3, Act::Rate(4, true))];
const ARBITRATED: Fate = &[
    (0, Act::Return),
    (1, Act::Dispatch),
    (1, Act::Return),
    (3, Act::Arbitrate),
    (3, Act::Accept),
    (5, Act::Answer("solved")),
    (6, Act::Rate(3, true)),
];
const REDONE: Fate =
    &[(0, Act::Accept), (1, Act::Answer("solved")), (2, Act::Redo), (4, Act::Answer("solved")), (5, Act::Rate(4, true))];
const REOPENED: Fate = &[
    (0, Act::Accept),
    (1, Act::Answer("solved")),
    (2, Act::Rate(5, true)),
    (6, Act::Reopen),
    (8, Act::Answer("solved")),
    (9, Act::Rate(4, true)),
];
const WITHDRAWN: Fate = &[(1, Act::Withdraw)];
const PAUSED: Fate = &[(0, Act::Accept), (1, Act::Pause), (5, Act::Resume), (6, Act::Answer("solved")), (7, Act::Rate(4, true))];
const EXTENDED: Fate = &[(0, Act::Accept), (2, Act::Extend), (9, Act::Answer("partly_solved")), (10, Act::Rate(3, true))];
const LATE: Fate = &[(2, Act::Accept), (12, Act::Answer("solved")), (13, Act::Rate(2, true))];
const LEFT: Fate = &[(0, Act::Accept)];
const NOBODY: Fate = &[];
const GIVEN_BACK: Fate = &[(0, Act::Return)];

/// Dealt out in turn; most go well, as in life.
const MIX: [Fate; 26] = [
    GOOD, JOINED, GOOD, UNRATED, GOOD, ASKED, GOOD, JOINED, CANNOT, GOOD, UNRATED, RETURNED, GOOD, NO_DUTY, GOOD, REDONE, JOINED,
    LATE, GOOD, WITHDRAWN, PAUSED, GOOD, ARBITRATED, EXTENDED, GOOD, REOPENED,
];

/// The fate of the n-th request; one in thirty is forgotten, one in fifty never looked at, one given back and left so: those
/// escalate.
pub(super) fn fate(number: usize) -> Fate {
    match (number % 50, number % 30) {
        (49, _) => NOBODY,
        (44, _) => GIVEN_BACK,
        (_, 29) => LEFT,
        _ => MIX.get(number % MIX.len()).copied().unwrap_or(GOOD),
    }
}

/// Danger is taken at once.
pub(super) const DANGER: Fate = &[(0, Act::Accept), (0, Act::Answer("solved")), (1, Act::Rate(5, true))];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_happens_and_days_never_run_back() {
        let all: Vec<Fate> = (0..200).map(fate).collect();
        for act in [
            Act::Ask,
            Act::Reply,
            Act::Redo,
            Act::Return,
            Act::Dispatch,
            Act::Arbitrate,
            Act::Withdraw,
            Act::Reopen,
            Act::Pause,
            Act::Extend,
            Act::Confirm,
            Act::Join,
            Act::Answer("cannot_be_solved"),
            Act::Answer("not_a_duty"),
        ] {
            assert!(all.iter().any(|fate| fate.iter().any(|(_, step)| *step == act)), "{act:?}");
        }
        for fate in all {
            assert!(fate.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{fate:?}");
        }
    }
}
