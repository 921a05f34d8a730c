//! The closed lists of a request besides its state.

base::words! {
    /// How a request came in.
    Source {
        /// A resident.
        Resident = "resident" "居民上报",
        /// A courier, driver or other person who works here.
        Courier = "courier" "随手上报",
        /// A worker for somebody who came by.
        WorkerWalkIn = "worker_walk_in" "来访代录",
        /// A worker for a caller.
        WorkerPhone = "worker_phone" "来电代录",
        /// A worker, from the residents' WeChat group.
        WechatGroup = "wechat_group" "微信群转入",
        /// A relative or worker for an elder.
        Proxy = "proxy" "代为上报",
        /// The QR code of a facility.
        Facility = "facility" "设施扫码",
        /// Another system by Open311.
        Open311 = "open311" "外部系统",
        /// A message of the grid chat.
        Chat = "chat" "居民畅聊",
        /// A lead that was found to be true.
        Lead = "lead" "未诉先办",
        /// A file of many.
        BulkImport = "bulk_import" "批量导入",
    }
}

base::words! {
    /// What came of a request, honestly.
    Outcome {
        /// Done.
        Solved = "solved" "已解决",
        /// Done in part.
        PartlySolved = "partly_solved" "部分解决",
        /// Can't be done, with reason and legal basis.
        CannotBeSolved = "cannot_be_solved" "无法解决",
        /// Not a duty of ours, with where to go instead.
        NotADuty = "not_a_duty" "不属职责",
        /// Joined to another request.
        Merged = "merged" "已合并",
        /// Taken back by the reporter.
        Withdrawn = "withdrawn" "已撤回",
    }
}

impl Outcome {
    /// May whoever answers say so? The others come about by their own moves.
    pub const fn is_answer(self) -> bool {
        !matches!(self, Self::Merged | Self::Withdrawn)
    }
}

base::words! {
    /// Who has to move.
    Desk {
        /// The community's own queue 兜底.
        Community = "community" "社区",
        /// A responsible unit.
        Unit = "unit" "责任单位",
        /// The street, arbitrating.
        Street = "street" "街道",
    }
}

base::words! {
    /// May neighbours read it?
    Publication {
        /// The reporter wants it private.
        Private = "private" "不公开",
        /// Its text is being checked.
        Pending = "pending" "审核中",
        /// Neighbours may read it.
        Published = "published" "已公开",
        /// The check refused its text; it is handled all the same.
        Refused = "refused" "未通过公开审核",
    }
}

base::words! {
    /// As what somebody acted.
    Capacity {
        /// Whose matter it is.
        Reporter = "reporter" "居民",
        /// Who acts for the reporter.
        Proxy = "proxy" "代办人",
        /// A grid worker.
        Worker = "worker" "网格员",
        /// Committee staff.
        Staff = "staff" "社区",
        /// A responsible unit.
        Unit = "unit" "责任单位",
        /// The street.
        Street = "street" "街道",
        /// The duty list or a clock.
        System = "system" "系统",
        /// Another system.
        Outside = "outside" "外部系统",
    }
}

base::words! {
    /// Why a unit gives a request back.
    ReturnReason {
        /// The place isn't its.
        NotOurArea = "not_our_area" "不在管辖范围",
        /// The matter isn't its.
        NotOurDuty = "not_our_duty" "不属本单位职责",
        /// Another unit is named.
        OtherUnit = "other_unit" "应由其他单位办理",
        /// Nobody could find the place or the matter.
        NeedsMore = "needs_more" "信息不足",
    }
}

base::words! {
    /// Why a unit has a request.
    AssignmentReason {
        /// The item of the duty list in force.
        DutyList = "duty_list",
        /// Another unit named it.
        NamedByUnit = "named_by_unit",
        /// The community gave it.
        Community = "community",
        /// The street decided.
        Arbitration = "arbitration",
        /// It helped, accepted first, and leads.
        FirstToAccept = "first_to_accept",
    }
}

base::words! {
    /// What happened to a request.
    EventKind {
        /// It was filed.
        Filed = "filed" "提交诉求",
        /// Somebody took it.
        Accepted = "accepted" "受理",
        /// A unit got it.
        Dispatched = "dispatched" "派单",
        /// A unit gave it back.
        Returned = "returned" "退回",
        /// The street decided who handles it.
        Arbitrated = "arbitrated" "街道裁定",
        /// The reporter was asked.
        Asked = "asked" "询问",
        /// The reporter replied.
        Replied = "replied" "补充",
        /// News on the way.
        Progress = "progress" "办理进展",
        /// A note among handlers.
        Note = "note" "内部备注",
        /// It was answered.
        Answered = "answered" "答复",
        /// It was rated.
        Rated = "rated" "评价",
        /// It is done again.
        Redo = "redo" "不满意重办",
        /// It was opened again.
        Reopened = "reopened" "重新打开",
        /// The reporter took it back.
        Withdrawn = "withdrawn" "撤回",
        /// The clock closed it.
        Closed = "closed" "办结",
        /// It was joined to another one.
        Merged = "merged" "合并",
        /// The merge was a mistake.
        Unmerged = "unmerged" "撤销合并",
        /// Staff found the report to be true.
        Confirmed = "confirmed" "核实",
        /// Its deadline moved.
        Extended = "extended" "延期",
        /// A clock stands still, or goes on.
        Paused = "paused" "暂停计时",
        /// Overdue: a reminder 催办.
        Reminded = "reminded" "催办",
        /// Overdue: supervision 督办.
        Supervised = "supervised" "督办",
        /// Overdue: escalation.
        Escalated = "escalated" "升级",
        /// The on-call roster was called.
        OnCall = "on_call" "值班响应",
        /// Another system said something.
        ExternalUpdate = "external_update" "外部反馈",
        /// Somebody has the same trouble.
        Joined = "joined" "我也遇到",
        /// The community whistled for the street, or the street answered.
        Raised = "raised" "吹哨",
        /// The check of its public text has ended.
        Published = "published" "公开审核",
    }
}
