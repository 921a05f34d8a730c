//! Texts of the operations.

use super::said::{Said, texts};

texts! {
    PRACTICE "练习社区" "Practice community";
    PRACTICE_HELP "供员工练习：重建后旧的练习社区停用，新的带有各种角色的人员和待办诉求；其他社区不受影响。" "For training. Made new, the one before is put away; other communities aren't touched.";
    PRACTICE_RESET "重建练习社区" "Make it new";
    PRACTICE_SURE "旧的练习社区将停用，其人员的练习角色随之结束。确定吗？" "The one before is put away with its roles. Sure?";
    PRACTICE_DONE "练习社区已重建。" "It stands anew.";
    TITLE "运行" "Operations";
    HELP "系统运行情况，不含任何居民信息。" "How the installation does; nothing of people.";
    JOBS "后台任务" "Background jobs";
    WAITING "等待或进行中" "Waiting or running";
    DEAD "已停止" "Stopped";
    NO_DEAD "没有停止的任务。" "No job has stopped.";
    KIND "类别" "Kind";
    TRIES "次数" "Tries";
    WHY "最后一次的原因" "Why the last try failed";
    ENDED "停止时间" "Stopped";
    RERUN "重新运行" "Run again";
    RERUN_DONE "任务将重新运行。" "The job will run again.";
    MORE "下一页" "Next page";
    PUSHES "未送达的微信消息（近 30 天）" "WeChat messages that did not get through (30 days)";
    NO_PUSHES "没有未送达的消息。" "All got through.";
    COUNT "条数" "Count";
    RESULT "结果" "Result";
    LAST "最近一次" "Last";
    WECHAT "微信接口" "WeChat";
    INTERFACE "接口" "Interface";
    STATE "状态" "State";
    NOT_USED "本进程启动以来尚未调用。" "None called since this process started.";
    CONNECTORS "对接系统" "Webhooks";
    NO_CONNECTORS "没有对接系统。" "No systems.";
    NAME "名称" "Name";
    UNSENT "待发送" "Waiting";
    LOST "未送达" "Given up";
    FAILING_SINCE "开始失败" "Failing since";
    VERSIONS "版本" "Versions";
    PROGRAM "程序" "Program";
    DATABASE "数据库结构" "Database schema";
}

/// What became of a message.
pub(crate) fn push(state: &str) -> Said {
    if state == "refused" {
        Said { zh: "被微信拒绝", en: "refused by WeChat" }
    } else {
        Said { zh: "不确定是否送达", en: "may have arrived" }
    }
}

/// A breaker.
pub(crate) fn breaker(state: &str) -> Said {
    match state {
        "closed" => Said { zh: "正常", en: "in use" },
        "open" => Said { zh: "暂停（多次失败）", en: "resting after failures" },
        _ => Said { zh: "正在试探", en: "trying" },
    }
}
