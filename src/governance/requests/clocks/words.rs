//! The closed lists of a clock.

base::words! {
    /// What a clock waits for.
    ClockKind {
        /// Somebody takes the request.
        Accept = "accept" "受理",
        /// Somebody talks to the reporter.
        Contact = "contact" "首次联系",
        /// The answer.
        Resolve = "resolve" "答复办结",
        /// The street decides who handles it.
        Arbitrate = "arbitrate" "街道裁定",
        /// Whoever is on call takes it.
        OnCall = "on_call" "值班响应",
    }
}

base::words! {
    /// Where a clock stands.
    ClockState {
        /// It runs.
        Running = "running" "计时中",
        /// It stands still, for a reason.
        Paused = "paused" "暂停计时",
        /// What it waited for came in time.
        Met = "met" "按时",
        /// What it waited for came late.
        Late = "late" "逾期完成",
        /// What it waited for isn't needed any more.
        Dropped = "dropped" "不再计时",
    }
}

base::words! {
    /// How a term is counted.
    TermKind {
        /// Hours, day and night.
        WallHours = "wall_hours" "小时",
        /// Hours in which the community is open.
        WorkingHours = "working_hours" "个工作小时",
        /// Working days.
        WorkingDays = "working_days" "个工作日",
    }
}

base::words! {
    /// Why a clock stands still.
    PauseReason {
        /// The reporter was asked something.
        WaitingForResident = "waiting_for_resident" "等待居民补充",
        /// Something has to be delivered first.
        WaitingForParts = "waiting_for_parts" "等待配件到货",
        /// It can't be done in this weather.
        Weather = "weather" "天气原因",
        /// Somebody who isn't bound by the deadline has to act first.
        ThirdParty = "third_party" "等待第三方",
        /// A procedure with its own term runs.
        LegalProcedure = "legal_procedure" "法定程序",
    }
}
