//! Texts of the to-do list.

use super::said::texts;

texts! {
    TITLE "待办" "To do";
    HELP "各项工作按期限排在一起：逾期的在最前面，处理完的自动消失。" "Everything that waits, by deadline: what is late comes first, what is done goes away.";
    WHOSE "范围" "Whose";
    ALL "本单位全部" "All of my office";
    MINE "只看我的" "Mine only";
    KIND "类别" "Kind";
    ANY_KIND "全部类别" "All kinds";
    UNIT "网格" "Unit";
    ANY_UNIT "我负责的全部" "All that I am responsible for";
    FILTER "筛选" "Filter";
    COUNTS "各类数量" "Counts by kind";
    LIST "待办清单" "List";
    WHAT "事项" "What";
    ABOUT "情况" "About";
    LEFT "期限" "Deadline";
    PICK "选择" "Pick";
    PICKED_ACCEPT "受理所选诉求" "Accept the picked requests";
    PICKED_SURE "将受理所选的全部诉求，并通知居民。确定吗？" "All picked requests are accepted and the residents told. Sure?";
    NONE_PICKED "请先勾选要受理的诉求。" "Tick the requests first.";
    MORE "显示更多" "Show more";
    IN_APP "请在小程序中办理" "In the mini program";
    OWNER "办理人" "Who";
    OWN "本人" "me";
    OFFICE "本办公室同事均可" "anybody of the office";
}
