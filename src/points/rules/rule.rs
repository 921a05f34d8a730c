//! What a rule says.

use base::money::Points;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

base::words! {
    /// Kind of event that may earn points. Never sharing or inviting.
    EventKind {
        /// 志愿服务时长: counted in half hours.
        VolunteerHours = "volunteer_hours" "志愿服务",
        /// 参加活动
        Activity = "activity" "参加活动",
        /// 有效诉求或隐患
        ConfirmedRequest = "confirmed_request" "有效诉求",
        /// 参与处置
        ResolutionWork = "resolution_work" "参与处置",
        /// 商户贡献
        MerchantContribution = "merchant_contribution" "商户贡献",
        /// 新就业群体上报
        CourierReport = "courier_report" "随手上报",
        /// 党员岗位
        PartyPost = "party_post" "党员岗位",
        /// 培训
        Training = "training" "参加培训",
        /// 共享资源
        ResourceShared = "resource_shared" "共享资源",
        /// 需求满足
        NeedFulfilled = "need_fulfilled" "满足需求",
        /// 项目节点
        ProjectMilestone = "project_milestone" "项目节点",
        /// 议题总结: a summary of a chat topic that a worker closed it with
        ChatSummary = "chat_summary" "议题总结",
    }
}

impl EventKind {
    /// What one unit of it is.
    pub const fn unit_zh(self) -> &'static str {
        match self {
            Self::VolunteerHours | Self::PartyPost => "半小时",
            _ => "次",
        }
    }
}

base::words! {
    /// State of a rule.
    RuleState {
        /// Written, not approved.
        Draft = "draft",
        /// Decides events.
        InForce = "in_force",
        /// Decides events that happened before its end only.
        Ended = "ended",
    }
}

/// Most points a rule gives; `None` is no limit. Days and months are Asia/Shanghai's, by the time of the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Per beneficiary and day.
    pub person_day: Option<Points>,
    /// Per household and day.
    pub household_day: Option<Points>,
    /// Per beneficiary and month.
    pub person_month: Option<Points>,
    /// In all.
    pub total: Option<Points>,
}

/// Conditions as stored. Unknown fields are ignored: an older program must read what a newer one wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// Fewer units earn nothing.
    pub min_quantity: Option<i32>,
    /// More units are not counted.
    pub max_quantity: Option<i32>,
    /// Only events of these projects; empty is any.
    pub projects: Vec<Uuid>,
    /// Only events with evidence of these nouns; empty is any.
    pub evidence: Vec<String>,
}

/// What `evaluate` needs of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Points of one unit.
    pub amount_per_unit: Points,
    /// Limits.
    pub caps: Caps,
    /// Conditions.
    pub conditions: Conditions,
    /// First day of events.
    pub valid_from: NaiveDate,
    /// Last day of events.
    pub valid_until: Option<NaiveDate>,
}
