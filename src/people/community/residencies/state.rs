//! The states of a residency and who may move them on.

use serde::{Deserialize, Serialize};

/// A state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResidencyState {
    /// Waits for a worker.
    Claimed,
    /// Lives there.
    Confirmed,
    /// A worker said no, with a reason.
    Refused,
    /// Lives elsewhere now.
    MovedOut,
}

impl ResidencyState {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::MovedOut => "moved_out",
        }
    }

    /// From its stored form.
    pub fn parse(name: &str) -> Self {
        match name {
            "confirmed" => Self::Confirmed,
            "refused" => Self::Refused,
            "moved_out" => Self::MovedOut,
            _ => Self::Claimed,
        }
    }

    /// In words.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::Claimed => "待确认",
            Self::Confirmed => "已确认",
            Self::Refused => "未通过",
            Self::MovedOut => "已迁出",
        }
    }

    /// May it become that?
    pub(super) fn may_become(self, next: Self) -> bool {
        STATES.iter().any(|(from, to, _)| *from == self.name() && *to == next.name())
    }
}

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "confirmed", "the person, when the register of the entrance knows their phone; a worker, for a managed account"),
    ("", "claimed", "the person"),
    ("claimed", "confirmed", "a worker of the scope, never the person or their household; the register, once it knows the phone"),
    ("claimed", "refused", "a worker of the scope, never the person or their household"),
    ("claimed", "moved_out", "the person, or staff"),
    ("confirmed", "moved_out", "the person, or staff; the register, the day after the last day that it names"),
];

#[cfg(test)]
mod tests {
    use super::ResidencyState::{Claimed, Confirmed, MovedOut, Refused};
    use super::*;

    #[test]
    fn only_the_tables_moves_are_possible() {
        let all = [Claimed, Confirmed, Refused, MovedOut];
        let moves: Vec<(ResidencyState, ResidencyState)> = all
            .iter()
            .flat_map(|from| all.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(moves, [(Claimed, Confirmed), (Claimed, Refused), (Claimed, MovedOut), (Confirmed, MovedOut)]);
        for state in all {
            assert_eq!(ResidencyState::parse(state.name()), state);
        }
    }
}
