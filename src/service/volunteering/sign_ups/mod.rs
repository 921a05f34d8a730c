//! Sign-ups: one person's place on a shift, a seat or a number on the waiting list, and whether they came. While somebody waits
//! all seats are taken: a seat that comes free goes to the first who waits in the same transaction.

pub mod http;
mod join;
mod rows;
pub(super) mod withdraw;

pub use join::NewTeamSignUp;
pub(crate) use rows::{
    SignUp, all_of, anybody_came, cancel_all, check_in, check_out, hand_over, hold_persons, leave_all, mark_absent, never_out,
    next_of, of_person, placed, promote_first, waiting,
};

base::words! {
    /// State of a sign-up.
    SignUpState {
        /// Has a seat.
        SignedUp = "signed_up",
        /// On the waiting list.
        Waiting = "waiting",
        /// Came.
        CheckedIn = "checked_in",
        /// Came and left.
        CheckedOut = "checked_out",
        /// Gave the place back.
        Withdrawn = "withdrawn",
        /// The shift didn't take place, or no seat came free.
        Cancelled = "cancelled",
        /// Never came.
        Absent = "absent",
    }
}

base::words! {
    /// Moves of a sign-up.
    SignUpMove {
        /// A seat came free.
        Promote = "promote",
        /// Gives the place back.
        Withdraw = "withdraw",
        /// No seat any more.
        Cancel = "cancel",
        /// Comes.
        CheckIn = "check_in",
        /// Leaves.
        CheckOut = "check_out",
        /// The organiser says that they came.
        Tick = "tick",
        /// Never came.
        Miss = "miss",
    }
}

base::machine! {
    SignUpState by SignUpMove {
        => SignedUp "the person, while there are seats";
        => Waiting "the person, when the seats are taken";
        Waiting Promote SignedUp "the system, when a seat comes free";
        Waiting Withdraw Withdrawn "the person, before the start";
        SignedUp Withdraw Withdrawn "the person, before the start";
        Waiting Cancel Cancelled "the system: the shift is cancelled, or closes while they still wait";
        SignedUp Cancel Cancelled "the system: the shift is cancelled, or closes while they still wait";
        SignedUp CheckIn CheckedIn "the person, with the code";
        CheckedIn CheckOut CheckedOut "the person, with the code";
        SignedUp Tick CheckedOut "the organiser; a second person decides about the hours";
        CheckedIn Tick CheckedOut "the organiser; a second person decides about the hours";
        SignedUp Miss Absent "the clock, when the shift closes";
    }
}

impl SignUp {
    /// Its state.
    pub(crate) fn state(&self) -> SignUpState {
        SignUpState::parse(&self.state).unwrap_or(SignUpState::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leaves_who_never_came_and_nobody_comes_from_the_waiting_list() {
        assert_eq!(SignUpState::SignedUp.transition(SignUpMove::CheckOut), None);
        assert_eq!(SignUpState::Waiting.transition(SignUpMove::CheckIn), None);
        assert_eq!(SignUpState::CheckedIn.transition(SignUpMove::CheckIn), None);
        assert_eq!(SignUpState::CheckedIn.transition(SignUpMove::Withdraw), None);
        assert_eq!(SignUpState::CheckedIn.transition(SignUpMove::CheckOut), Some(SignUpState::CheckedOut));
    }
}
