//! Texts of the frame: menu, sign-in, account, errors.

use super::said::texts;

texts! {
    PRACTICE "练习社区（演练）：这里的一切只供练习，不会影响任何居民。" "Practice community: nothing here touches anybody.";
    PRODUCT "掌上社区工作台" "Palm Community console";
    SKIP "跳到正文" "Skip to the content";
    MENU "菜单" "Menu";
    DEMO "演示系统：数据均为虚构，可以随意操作。" "Demonstration: all data is invented, try anything.";
    TODO "待办" "To do";
    REQUESTS "诉求" "Requests";
    CHAT "畅聊管理" "Grid chat";
    MODERATION "内容审核" "Moderation";
    ACCOUNT "我的账号" "My account";
    SIGN_IN "登录工作台" "Sign in to the console";
    SIGN_IN_HELP "请用小程序「掌上社区」扫描二维码，并在手机上确认登录。" "Scan the code with the mini program and confirm on the phone.";
    QR "登录二维码" "Sign-in code";
    QR_UNTIL "二维码两分钟内有效。" "The code works for two minutes.";
    QR_OVER "二维码已过期。" "The code has ended.";
    QR_AGAIN "重新获取二维码" "Show a new code";
    QR_CONFIRMED "已在手机上确认。" "Confirmed on the phone.";
    ENTER "进入工作台" "Enter";
    NOSCRIPT_WAIT "确认后本页每五秒自动刷新。" "After confirming, this page reloads every five seconds.";
    STAFF_ONLY "仅限网格员、社区工作者、责任单位、街道、监督委员会和管理员。" "For grid workers, community staff, unit handlers, the street, auditors and administrators.";
    DEMO_LIST "选择一个身份登录演示系统" "Choose whom to sign in as";
    SIGN_OUT "退出登录" "Sign out";
    SIGNED_OUT "已退出登录。" "Signed out.";
    ACCOUNT_HELP "查看在哪些设备上登录过，调整字号。" "See where you are signed in, choose the size of the type.";
    ROLES "我的身份" "My roles";
    SESSIONS "登录的设备" "Signed-in devices";
    DEVICE "设备" "Device";
    SINCE "登录时间" "Since";
    LAST_USED "最近使用" "Last used";
    THIS_ONE "本机" "This one";
    UNKNOWN_DEVICE "未知设备" "Unknown device";
    END_ALL "全部退出" "Sign out everywhere";
    END_ALL_SURE "将退出所有设备上的登录，包括手机。确定吗？" "This signs out every device, the phone too. Sure?";
    SESSION_RULE "工作台登录最长 12 小时，30 分钟不操作自动退出。" "A console session lasts 12 hours at most and ends after 30 minutes without use.";
    TYPE_SIZE "字号" "Size of the type";
    LARGE "大字" "Large";
    NORMAL "标准" "Normal";
    SAVED "已保存。" "Saved.";
    PROBLEM "没有办成" "That didn't work";
    PROBLEM_ID "需要帮助时请报此编号" "Tell this number when asking for help";
    BACK_HOME "回到待办" "Back to the to-do list";
}
