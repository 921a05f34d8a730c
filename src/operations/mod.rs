//! What the operator and the security auditor look at: dead letters with rerun, WeChat's breakers, the audit trail. Nothing of people's
//! data: ids, states and figures. Owns no table.

pub(crate) mod http;

pub use http::{audit_trail_list, dead_job_list, dead_job_rerun, failed_push_list, wechat_status_find};

people::permissions! {
    /// Look at jobs that failed for good.
    DeadJobList "dead_job_list" [Admin Anyone];
    /// Give a failed job its tries back.
    DeadJobRerun "dead_job_rerun" [Admin Anyone];
    /// See whether WeChat's interfaces answer.
    WechatStatusFind "wechat_status_find" [Admin Anyone];
    /// See which kinds of WeChat messages did not get through.
    FailedPushList "failed_push_list" [Admin Anyone];
    /// Read the access and change audit.
    AuditTrailList "audit_trail_list" [SecurityAuditor Anyone];
}
