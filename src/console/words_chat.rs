//! Texts of the chat's moderation.

use super::said::texts;

texts! {
    TITLE "畅聊管理" "Grid chat";
    HELP "居民举报的、机器拿不准的消息排在这里，先来的在前。作者会收到原因，可以申诉一次。" "Messages that were reported or that the check is in doubt about, the oldest first. Authors are told why and may object once.";
    QUEUE "待处理" "Waiting";
    IN_FORCE "生效中的处理" "In force";
    PROPOSED "待第二人同意" "Proposed";
    APPEALS "申诉" "Objections";
    NONE "没有待处理的消息。居民举报后会自动出现在这里。" "Nothing waits. Reports appear here by themselves.";
    NO_MEASURES "没有这类处理。" "None of these.";
    TOPIC "话题" "Topic";
    BY "作者" "Author";
    REPORTS "举报" "Reports";
    HELD "机器检查拿不准，请到内容审核处理。" "The check held it back: decide in Moderation.";
    DISMISS "保留，不处理" "Leave it";
    DISMISSED "已保留该消息。" "Left as it is.";
    HIDE "隐藏" "Hide";
    HIDDEN "已隐藏，作者已收到原因。" "Hidden; the author has been told why.";
    RESTORE "恢复显示" "Show again";
    RESTORED "已恢复显示，作者已收到通知。" "Shown again; the author has been told.";
    MUTE "禁言作者" "Mute the author";
    MUTED "已禁言；超过七天的等待第二人同意。" "Muted; over seven days it waits for a second person.";
    DAYS "天数（超过 7 天须第二人同意）" "Days (over 7 takes a second person)";
    REASON "原因" "Reason";
    NOTE "给作者的说明（选“其他”时必填）" "What the author is told (needed with “other”)";
    APPEAL_SAYS "作者申诉" "The author says";
    GRANT "支持申诉，解除处理" "Lift it";
    UPHOLD "维持处理" "Keep it";
    DECISION_NOTE "给作者的说明" "What the author is told";
    DECIDED "已处理申诉，作者已收到结果。" "Decided; the author has been told.";
    APPROVE "同意" "Approve";
    APPROVED "已同意，禁言生效。" "Approved; it is in force.";
    REFUSE "不同意" "Refuse";
    REFUSED "已拒绝该禁言。" "Refused.";
    LIFT "提前解除" "Lift early";
    LIFTED "已解除。" "Lifted.";
    MORE "下一页" "Next page";
    KEYS_HELP "快捷键：A 保留第一条，H 选择隐藏原因，M 禁言。" "Keys: A leaves the first one, H goes to the reason for hiding, M mutes.";
}
