//! Texts of moderation.

use super::said::texts;

texts! {
    TITLE "内容审核" "Moderation";
    HELP "机器拿不准的内容先不公开，由您决定；先来的在前。作者会收到结果，可以申诉。" "What the check is in doubt about stays hidden until you decide; the oldest first. Authors are told and may object.";
    QUEUE "待审核" "Waiting";
    APPEALS "申诉" "Objections";
    NONE "没有待审核的内容。新的内容会自动出现在这里。" "Nothing waits. What comes in appears here by itself.";
    BY "作者" "Author";
    NO_AUTHOR "未登录用户" "Not signed in";
    WHERE "地点" "Place";
    WHY "机器检查" "The check says";
    WORDS "命中词语" "Words found";
    SINCE "提交时间" "Since";
    PUBLISH "公开" "Publish";
    PUBLISHED "已公开，作者已收到通知。" "Published; the author has been told.";
    HIDE "不公开" "Hide";
    HIDDEN "未公开，作者已收到原因。" "Hidden; the author has been told why.";
    REASON "原因" "Reason";
    NOTE "说明（选“其他”时必填）" "Note (needed with “other”)";
    REFUSED_FOR "不公开的原因" "Hidden because";
    APPEAL_SAYS "作者申诉" "The author says";
    ALLOW "支持申诉，予以公开" "Publish after all";
    UPHOLD "维持原决定" "Keep it hidden";
    DECISION_NOTE "给作者的说明" "What the author is told";
    DECIDED "已处理申诉，作者已收到结果。" "Decided; the author has been told.";
    MORE "下一页" "Next page";
    KEYS_HELP "快捷键：A 公开第一条，H 选择不公开的原因。" "Keys: A publishes the first one, H goes to the reason for hiding it.";
}
