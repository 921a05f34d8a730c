//! The states of a request and the moves between them: one table, from which the code, `api-docs/states.md` and the refusal of an
//! illegal move all come.

base::words! {
    /// State of a request.
    State {
        /// Filed; nobody has taken it yet.
        Submitted = "submitted" "已提交",
        /// The community has taken it.
        Accepted = "accepted" "已受理",
        /// A unit has to take it.
        Dispatched = "dispatched" "已派单",
        /// Somebody is at work.
        InProgress = "in_progress" "办理中",
        /// Answered; the rating is awaited.
        Answered = "answered" "已答复",
        /// Rated, or the time for it is over.
        Closed = "closed" "已办结",
        /// A unit gave it back.
        Returned = "returned" "已退回",
        /// The reporter was asked something; the clock stands still.
        WaitingForResident = "waiting_for_resident" "待居民补充",
        /// The reporter withdrew it.
        Cancelled = "cancelled" "已撤回",
    }
}

base::words! {
    /// What can be done with a request.
    Move {
        /// Take it: the first to do so leads.
        Accept = "accept" "受理",
        /// Give it to a unit.
        Dispatch = "dispatch" "派单",
        /// Give it back.
        Return = "return" "退回",
        /// Ask the reporter.
        Ask = "ask" "询问居民",
        /// The reporter's answer.
        Reply = "reply" "补充回复",
        /// Answer it with an outcome.
        Answer = "answer" "答复",
        /// Close it: rated, or nobody rated in time.
        Close = "close" "评价办结",
        /// Do it again after a bad rating.
        Redo = "redo" "不满意重办",
        /// Open it once more.
        Reopen = "reopen" "重新打开",
        /// Join it to another request.
        Merge = "merge" "合并",
        /// Take a merge back.
        Unmerge = "unmerge" "撤销合并",
        /// The reporter takes it back.
        Withdraw = "withdraw" "撤回",
    }
}

base::machine! {
    State by Move {
        => Submitted "resident, courier, worker, proxy, another system";
        Submitted Dispatch Dispatched "the duty list at once, or the community";
        Submitted Accept Accepted "the community: the first to accept leads";
        Submitted Merge Closed "the community";
        Submitted Withdraw Cancelled "the reporter";
        Accepted Dispatch Dispatched "the community";
        Accepted Ask WaitingForResident "the community";
        Accepted Answer Answered "the community";
        Accepted Merge Closed "the community";
        Accepted Withdraw Cancelled "the reporter";
        Dispatched Accept InProgress "one of its units: the first to accept leads";
        Dispatched Return Returned "the unit that leads, naming another unit or a reason";
        Dispatched Merge Closed "the community";
        Dispatched Withdraw Cancelled "the reporter";
        InProgress Return Returned "the unit that leads, naming another unit or a reason";
        InProgress Ask WaitingForResident "whoever leads";
        InProgress Answer Answered "whoever leads";
        InProgress Merge Closed "the community";
        InProgress Withdraw Cancelled "the reporter";
        WaitingForResident Reply InProgress "the reporter";
        WaitingForResident Answer Answered "whoever leads, where no reply comes";
        WaitingForResident Merge Closed "the community";
        WaitingForResident Withdraw Cancelled "the reporter";
        Returned Dispatch Dispatched "the named unit at once, the community, or the street by arbitration";
        Returned Accept Accepted "the community, or the street's arbitration says so";
        Returned Merge Closed "the community";
        Returned Withdraw Cancelled "the reporter";
        Answered Close Closed "the reporter by rating, or the clock after seven days";
        Answered Redo InProgress "the reporter, dissatisfied, once";
        Closed Unmerge Accepted "the community, within seven days of a merge";
        Closed Reopen InProgress "the reporter with a reason, within 30 days, once";
    }
}

impl State {
    /// Does somebody still have to do something before the answer?
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Answered | Self::Closed | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_takes_a_move_once_and_every_state_is_reached() {
        for (index, (from, by, _)) in State::MOVES.iter().enumerate() {
            assert!(!State::MOVES[..index].iter().any(|(other, again, _)| (other, again) == (from, by)), "{from:?} {by:?} twice");
        }
        for state in State::ALL.iter().filter(|state| **state != State::Submitted) {
            assert!(State::MOVES.iter().any(|(_, _, to)| to == state), "{state:?} is never reached");
        }
        assert_eq!(State::Cancelled.allowed().count(), 0);
    }
}
