//! Plans of recurring tasks: a simple rule (every so many days, weeks or months from a first day) makes one task an occurrence, for
//! whoever works the unit then. After a standstill only the latest occurrence is made: nobody gets a heap of tasks for days gone by.

pub mod http;
mod make;
mod recur;
mod rows;
mod write;

pub(super) use make::make_due;
pub use write::NewPlan;

base::words! {
    /// State of a plan.
    PlanState {
        /// Makes tasks.
        Active = "active" "进行中",
        /// Makes none any more.
        Ended = "ended" "已结束",
    }
}

base::words! {
    /// Moves of a plan.
    PlanMove {
        /// The end.
        End = "end",
    }
}

base::machine! {
    PlanState by PlanMove {
        => Active "grid worker or staff of the place";
        Active End Ended "grid worker or staff of the place";
    }
}

base::words! {
    /// Unit of a rule.
    Recurrence {
        /// Days.
        Daily = "daily" "天",
        /// Weeks: always on the first day's weekday.
        Weekly = "weekly" "周",
        /// Months: always on the first day's day, or the last of a shorter month.
        Monthly = "monthly" "个月",
    }
}
