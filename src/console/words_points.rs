//! Texts of budgets, rules and awards.

use points::awards::AwardState;
use points::budgets::{BudgetState, ChangeKind, ChangeState, Source};
use points::rules::RuleState;

use super::said::{Said, texts};

texts! {
    TITLE "积分" "Points";
    HELP "预算和规则须由另一名工作人员审批，申请人不能审批自己的申请。" "Another person has to approve budgets and rules; nobody approves their own.";
    BUDGETS "预算" "Budgets";
    RULES "规则" "Rules";
    AWARDS "等待中的奖励" "Awards waiting";
    PARTS "积分工作" "Work on points";
    STATE "状态" "State";
    ANY_STATE "全部" "All";
    FILTER "筛选" "Filter";
    NO_BUDGETS "没有预算。请先申请一笔预算，由另一名工作人员审批后即可发放积分。" "No budgets. Ask for one; once another person approves it, points can be given.";
    NAME "名称" "Name";
    PERIOD "使用期限" "Period";
    ASKED_FOR "申请" "Asked";
    APPROVED_SUM "已批" "Approved";
    LEFT "剩余" "Left";
    ASKED_BY "申请人" "Asked by";
    DECIDED_BY "审批人" "Decided by";
    DECISIONS "审批记录" "Decisions";
    WAITS_OTHER "等待另一名工作人员审批" "Another person has to decide";
    APPROVE "批准" "Approve";
    APPROVE_SURE "批准后立即生效，不能撤回。确定吗？" "It takes effect at once. Sure?";
    REFUSE "不批准" "Refuse";
    CLOSE "关闭" "Close";
    CLOSE_SURE "关闭后不能再发放积分。确定吗？" "No more points from it. Sure?";
    ASK "申请预算" "Ask for a budget";
    COMMUNITY "社区" "Community";
    PAYER "出资方" "Who pays";
    FROM "开始日期" "From";
    UNTIL "结束日期" "Until";
    AMOUNT "积分数" "Points";
    ASK_BUTTON "提交申请" "Ask";
    TOP_UP "追加积分" "More points";
    UNFUND "核减积分（未发放的部分）" "Take unused points out";
    UNFUND_BUTTON "提交核减申请" "Ask for it";
    ASKED "已提交，等待另一名工作人员审批。" "Asked; another person has to approve.";
    DECIDED "已办理。" "Done.";
    MORE "下一页" "Next page";
    NO_RULES "没有规则。请起草一条，由另一名工作人员审批后生效。" "No rules. Write one; another person puts it in force.";
    RULES_HELP "规则说明什么行为得多少积分；起草人不能批准自己的规则。" "What earns how many points. Nobody approves their own rule.";
    KIND "行为" "What";
    SAYS "内容" "It says";
    WRITTEN_BY "起草人" "Written by";
    SINCE "有效期" "Valid";
    OPEN_END "长期" "open";
    DRAFT_RULE "起草规则" "Write a rule";
    BUDGET "预算" "Budget";
    PER_UNIT "每单位积分" "Points a unit";
    DAY_CAP "每人每天最多（可不填）" "Most a person and day (optional)";
    MONTH_CAP "每人每月最多（可不填）" "Most a person and month (optional)";
    TOTAL_CAP "总共最多（可不填）" "Most in all (optional)";
    MONTHS "积分有效月数（默认 36）" "Months that points live (36)";
    UNTIL_OPTIONAL "结束日期（可不填）" "Until (optional)";
    DRAFT_BUTTON "保存草稿" "Save the draft";
    DRAFTED "草稿已保存，等待另一名工作人员审批。" "Saved; another person has to approve.";
    IN_FORCE_NOW "规则已生效。" "The rule is in force.";
    END "停用" "End";
    END_SURE "停用后新的行为不再得分。确定吗？" "New events earn nothing. Sure?";
    ENDED_NOW "规则已停用。" "The rule has ended.";
    AWARDS_HELP "预算到位后自动入账，无需操作。" "They post by themselves once their budget has points.";
    NO_AWARDS "没有等待中的奖励。" "No awards wait.";
    WHEN "发生时间" "When";
    WHY_WAITS "等待原因" "Why it waits";
}

/// In words.
pub(crate) const fn state(state: &BudgetState) -> Said {
    match state {
        BudgetState::Requested => Said { zh: "待审批", en: "asked" },
        BudgetState::Approved => Said { zh: "使用中", en: "in use" },
        BudgetState::Refused => Said { zh: "未通过", en: "refused" },
        BudgetState::Closed => Said { zh: "已关闭", en: "closed" },
    }
}

/// In words.
pub(crate) const fn decision(state: &ChangeState) -> Said {
    match state {
        ChangeState::Requested => Said { zh: "待审批", en: "asked" },
        ChangeState::Approved => Said { zh: "已批准", en: "approved" },
        ChangeState::Refused => Said { zh: "未通过", en: "refused" },
    }
}

/// In words.
pub(crate) const fn change(kind: &ChangeKind, source: &Source) -> Said {
    match (kind, source) {
        (ChangeKind::Fund, _) => Said { zh: "首次拨付", en: "first funding" },
        (ChangeKind::TopUp, Source::Issuance) => Said { zh: "追加", en: "top-up" },
        (ChangeKind::TopUp, Source::Breakage) => Said { zh: "追加（过期积分再用）", en: "top-up from expired points" },
        (ChangeKind::Unfund, _) => Said { zh: "核减", en: "unfunding" },
    }
}

/// In words.
pub(crate) const fn rule_state(state: &RuleState) -> Said {
    match state {
        RuleState::Draft => Said { zh: "草稿", en: "draft" },
        RuleState::InForce => Said { zh: "生效中", en: "in force" },
        RuleState::Ended => Said { zh: "已停用", en: "ended" },
    }
}

/// Why an award waits, when it says nothing more.
pub(crate) fn why(state: &AwardState, reason: &Option<String>) -> String {
    match reason {
        Some(reason) => format!("{}：{reason}", state.zh()),
        None => state.zh().to_owned(),
    }
}
