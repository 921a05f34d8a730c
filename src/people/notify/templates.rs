//! What people are told, as data: one line a kind. `{name}` stands for a parameter of the notice. A WeChat message has the fields
//! of its template there (`thing` takes 20 characters); without any it stays in the inbox.

use super::send::Template;

macro_rules! templates {
    ($($name:ident $kind:literal $title_zh:literal $body_zh:literal $title_en:literal $body_en:literal $link:expr, [$($field:literal = $value:literal),*];)*) => {
        $(
            #[doc = $body_en]
            pub static $name: Template = Template {
                kind: $kind,
                title: ($title_zh, $title_en),
                body: ($body_zh, $body_en),
                link: $link,
                fields: &[$(($field, $value)),*],
            };
        )*
        /// Every kind.
        pub static ALL: &[&Template] = &[$(&$name),*];
    };
}

templates! {
    RESIDENCY_CONFIRMED "residency_confirmed" "住址已确认" "您在「{place}」的住址已确认。" "Residence confirmed" "Your residence at {place} is confirmed." Some("pages/me/residencies"), ["thing1" = "{place}", "phrase2" = "已确认"];
    RESIDENCY_REFUSED "residency_refused" "住址未通过" "您在「{place}」的住址未通过：{reason}" "Residence not confirmed" "Your residence at {place} was not confirmed: {reason}" Some("pages/me/residencies"), ["thing1" = "{place}", "phrase2" = "未通过", "thing3" = "{reason}"];
    REGISTRATION_CONFIRMED "registration_confirmed" "登记已确认" "您的新就业群体登记已确认。" "Registration confirmed" "Your registration is confirmed." Some("pages/me/index"), ["phrase2" = "已确认"];
    ACCOUNTS_MERGED "accounts_merged" "账号已合并" "您的两个账号已由社区核实并合并，积分与记录并入本账号。如有疑问请联系社区。" "Accounts merged" "Two accounts of yours were merged into this one; points and records come along. Ask the community if you have questions." Some("pages/me/index"), [];
    PROXY_ASKED "proxy_asked" "亲情代理申请" "「{name}」（{relation}）申请做您的亲情代理，请确认或拒绝。" "Somebody asks to act for you" "{name} asks to act for you as your relative; confirm or refuse." Some("pages/me/proxies"), ["thing1" = "{name}", "phrase2" = "待确认"];
    PROXY_DECIDED "proxy_decided" "亲情代理申请结果" "您的亲情代理申请{zh}。" "Your request to act for a relative" "Your request to act for a relative was {en}." Some("pages/me/proxies"), ["phrase2" = "{zh}"];
    PROXY_ENDED "proxy_ended" "亲情代理已结束" "您与「{name}」的亲情代理已结束。" "Family proxy ended" "The family proxy between you and {name} has ended." Some("pages/me/proxies"), ["thing1" = "{name}", "phrase2" = "已结束"];
    PROXY_ACTED "proxy_acted" "亲情代理代您办理" "亲情代理「{name}」代您办理：{zh}" "Your family proxy acted for you" "Your family proxy {name} did for you: {en}" Some("pages/me/proxies"), ["thing1" = "{name}", "thing2" = "{zh}"];
    ROLE_GRANTED "role_granted" "新的角色" "您已成为「{role}」。" "New role" "You are now {role}." Some("pages/me/index"), [];
    AWARD_POSTED "award_posted" "积分到账" "{zh}" "Points awarded" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    AWARD_WAITING "award_waiting" "积分待发放" "{zh}" "Points are waiting" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    POINTS_EXPIRING "points_expiring" "积分即将到期" "{zh}" "Points expire soon" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    POINTS_REVERSED "points_reversed" "积分已更正" "{zh}" "Points reversed" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    POINTS_RECEIVED "points_received" "收到积分" "{zh}" "Points received" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    BUDGET_EMPTY "budget_empty" "预算不足" "{zh}" "Budget is short" "{en}" Some("pages/staff/budgets"), ["thing1" = "{zh}"];
    POINTS_NOTE "points_note" "积分通知" "{zh}" "About your points" "{en}" Some("pages/points/statement"), ["thing1" = "{zh}"];
    ORDER_HELD "order_held" "兑换已下单" "「{title}」已为您保留至 {until}，共 {points} 积分。" "Order placed" "{title} is kept for you until {until} for {points} points." Some("pages/life/orders"), ["thing1" = "{title}", "number2" = "{points}"];
    ORDER_CAPTURED "order_captured" "兑换完成" "「{title}」已兑换，使用 {points} 积分。" "Order fulfilled" "{title} was redeemed for {points} points." Some("pages/life/orders"), ["thing1" = "{title}", "number2" = "{points}"];
    ORDER_RELEASED "order_released" "积分已退回" "「{title}」未兑换，{points} 积分已按原有效期退回。" "Points returned" "{title} was not redeemed; {points} points are back with their dates." Some("pages/life/orders"), ["thing1" = "{title}", "number2" = "{points}"];
    CARD_USED "card_used" "卡片已使用" "您的卡片在「{place}」使用了 {points} 积分。" "Card used" "Your card was used at {place} for {points} points." None, ["thing1" = "{place}", "number2" = "{points}"];
    SHIFT_SIGNED_UP "shift_signed_up" "报名成功" "您已报名「{title}」，{time} 开始。" "Signed up" "You signed up for {title}, starting {time}." Some("pages/service/shifts"), ["thing1" = "{title}", "thing2" = "{time}"];
    SHIFT_PROMOTED "shift_promoted" "候补成功" "「{title}」有空位，您已从候补转为报名，{time} 开始。" "A place is free" "You moved up from the waiting list of {title}, starting {time}." Some("pages/service/shifts"), ["thing1" = "{title}", "thing2" = "{time}"];
    SHIFT_CANCELLED "shift_cancelled" "活动取消" "「{title}」已取消：{reason}" "Shift cancelled" "{title} was cancelled: {reason}" Some("pages/service/shifts"), ["thing1" = "{title}", "thing3" = "{reason}"];
    SHIFT_CHANGED "shift_changed" "班次有变更" "「{title}」改为 {time}，地点：{place}。" "Shift changed" "{title} is now {time}, at {place}." Some("pages/service/shifts"), ["thing1" = "{title}", "thing2" = "{time}", "thing3" = "{place}"];
    HOURS_APPROVED "hours_approved" "志愿时长已通过" "「{title}」的时长 {hours} 已通过。" "Hours approved" "{hours} of {title} are approved." Some("pages/service/hours"), ["thing1" = "{title}", "thing2" = "{hours}"];
    HOURS_REFUSED "hours_refused" "志愿时长未通过" "「{title}」的时长未通过：{reason}" "Hours not approved" "The hours of {title} were not approved: {reason}" Some("pages/service/hours"), ["thing1" = "{title}", "thing3" = "{reason}"];
    MERCHANT_APPROVED "merchant_approved" "商户已通过" "「{title}」已通过审核，可以发布兑换。" "Merchant approved" "{title} is approved and may publish offers." Some("pages/merchant/index"), ["thing1" = "{title}", "phrase2" = "已通过"];
    MERCHANT_REFUSED "merchant_refused" "商户未通过" "「{title}」未通过审核：{reason}" "Merchant not approved" "{title} was not approved: {reason}" Some("pages/merchant/index"), ["thing1" = "{title}", "thing3" = "{reason}"];
    STATEMENT_READY "statement_ready" "对账单待确认" "{period} 对账单已生成，金额 {amount} 元，请确认。" "Statement ready" "The statement of {period} over {amount} yuan waits for you." Some("pages/merchant/statements"), ["thing1" = "{period}", "thing2" = "{amount}"];
    STATEMENT_PAID "statement_paid" "已结算付款" "{period} 对账单 {amount} 元已付款。" "Statement paid" "The statement of {period} over {amount} yuan is paid." Some("pages/merchant/statements"), ["thing1" = "{period}", "thing2" = "{amount}"];
    SCREENING_PUBLISHED "screening_published" "内容已发布" "您的{what}已通过审核并发布。" "Published" "Your contribution passed the check and is shown." Some("pages/me/screening"), ["thing1" = "{what}", "phrase2" = "已通过"];
    SCREENING_REFUSED "screening_refused" "内容未通过审核" "您的{what}未通过审核：{reason}。如有异议可申诉一次，由另一名工作人员处理。" "Not published" "Your contribution was refused: {reason}. You may object once; another worker decides." Some("pages/me/screening"), ["thing1" = "{what}", "phrase2" = "未通过", "thing3" = "{reason}"];
    SCREENING_UPHELD "screening_upheld" "申诉结果" "您对{what}的申诉已处理：维持不通过（{reason}）。" "Objection decided" "Your objection was decided: the refusal stands ({reason})." Some("pages/me/screening"), ["thing1" = "{what}", "phrase2" = "维持", "thing3" = "{reason}"];
    APPROVAL_NEEDED "approval_needed" "待您审批" "「{title}」等待第二人审批。" "Approval needed" "{title} waits for a second person." Some("pages/staff/approvals"), ["thing1" = "{title}"];
    REQUEST_ACCEPTED "request_accepted" "诉求已受理" "您的诉求 {number}「{title}」已由{who}受理。" "Request accepted" "Your request {number}, {title}, was accepted by {who}." Some("pages/governance/requests"), ["thing1" = "{title}", "thing2" = "{who}"];
    REQUEST_ASKED "request_asked" "诉求待您补充" "您的诉求 {number}「{title}」需要补充：{text}" "A question about your request" "About your request {number}, {title}: {text}" Some("pages/governance/requests"), ["thing1" = "{title}", "thing2" = "{text}"];
    REQUEST_ANSWERED "request_answered" "诉求已答复" "您的诉求 {number}「{title}」已由{who}答复：{text}" "Request answered" "Your request {number}, {title}, was answered by {who}: {text}" Some("pages/governance/requests"), ["thing1" = "{title}", "thing2" = "{text}"];
    REQUEST_CONFIRMED "request_confirmed" "谢谢您的上报" "您上报的 {number}「{title}」经核实属实，谢谢您！积分将按规则发放。" "Thank you for your report" "Your report {number}, {title}, was found to be true. Thank you; points follow by rule." Some("pages/governance/requests"), [];
    REQUEST_MOVED "request_moved" "诉求有进展" "您的诉求 {number}「{title}」{what}" "News of your request" "Your request {number}, {title}: {what}" Some("pages/governance/requests"), [];
    REQUEST_ON_CALL "request_on_call" "紧急事项请立即接单" "紧急：诉求 {number}「{title}」请在 15 分钟内接单。" "Urgent: take it now" "Urgent: take request {number}, {title}, within 15 minutes." Some("pages/staff/requests"), ["thing1" = "{title}"];
    REQUEST_REMINDED "request_reminded" "催办" "诉求 {number}「{title}」的{what}时限已到，请尽快办理。" "Reminder" "The deadline of request {number}, {title}, has passed ({what})." Some("pages/staff/requests"), ["thing1" = "{title}", "thing2" = "{what}"];
    REQUEST_SUPERVISED "request_supervised" "督办" "诉求 {number}「{title}」的{what}逾期未办，已督办。" "Supervision" "Request {number}, {title}, is overdue ({what}) and under supervision." Some("pages/staff/requests"), ["thing1" = "{title}", "thing2" = "{what}"];
    REQUEST_ESCALATED "request_escalated" "逾期升级" "诉求 {number}「{title}」的{what}逾期，已上报街道。" "Escalated" "Request {number}, {title}, is overdue ({what}) and was escalated to the street." Some("pages/staff/requests"), ["thing1" = "{title}", "thing2" = "{what}"];
    REQUEST_FOLLOWED "request_followed" "关注的诉求有进展" "您关注的诉求 {number}「{title}」：{what}" "News of a request you follow" "Request {number}, {title}, which you follow: {what}" Some("pages/governance/public-request"), [];
    REQUEST_WAITS "request_waits" "有诉求待办" "诉求 {number}「{title}」待您办理（{what}）。" "A request waits for you" "Request {number}, {title}, waits for you ({what})." Some("pages/staff/requests"), [];
    GRID_TASK_ASKED "grid_task_asked" "新的网格任务" "「{title}」请于 {until} 前完成。" "A new grid task" "Please finish {title} by {until}." Some("pages/staff/tasks"), ["thing1" = "{title}", "thing2" = "{until}"];
    GRID_TASK_OVERDUE "grid_task_overdue" "网格任务已超期" "「{title}」应于 {until} 前完成，现已超期。" "Grid task overdue" "{title} was due by {until} and is overdue." Some("pages/staff/tasks"), ["thing1" = "{title}", "thing2" = "{until}"];
    GRID_TASK_RETURNED "grid_task_returned" "网格任务被退回" "「{title}」需要补做：{reason}" "Grid task given back" "{title} needs more work: {reason}" Some("pages/staff/tasks"), ["thing1" = "{title}", "thing3" = "{reason}"];
    GRID_TASK_CANCELLED "grid_task_cancelled" "网格任务已取消" "「{title}」已取消：{reason}" "Grid task cancelled" "{title} was cancelled: {reason}" Some("pages/staff/tasks"), ["thing1" = "{title}", "thing3" = "{reason}"];
    LEAD_RAISED "lead_raised" "有线索待核实" "{source}：「{title}」，请到现场核实。" "A lead to look at" "{source}: {title}. Please look on the spot." Some("pages/staff/leads"), ["thing1" = "{title}"];
    REQUEST_MATTER "request_matter" "街道社区事项" "「{title}」{what}。" "Between community and street" "{title}: {what}." Some("pages/staff/matters"), [];
    CONNECTOR_PAUSED "connector_paused" "系统对接已暂停" "「{name}」持续一天未能送达，已暂停；未送达的消息会保留，修复后请恢复。" "Connector paused" "Nothing has reached {name} for a day, so it is paused; what it missed is kept. Resume it once it works." Some("pages/staff/connectors"), [];
    MEDIATION_NEWS "mediation_news" "调解有进展" "调解「{title}」：{what}" "News of a mediation" "Mediation {title}: {what}" Some("pages/governance/mediation"), ["thing1" = "{title}"];
    ROOT_CAUSE_NEWS "root_cause_news" "共性问题有进展" "您的诉求 {number} 属于共性问题「{title}」：{what}" "News of a common cause" "Your request {number} belongs to a common cause, {title}: {what}" Some("pages/governance/requests"), ["thing1" = "{title}"];
    JOINT_CASE_ASKED "joint_case_asked" "邀请参与联席" "请您参与联席「{title}」。" "Please take part" "You are asked to take part in the joint case {title}." Some("pages/staff/joint"), ["thing1" = "{title}"];
    JOINT_CASE_NEWS "joint_case_news" "联席有进展" "联席「{title}」：{what}" "News of a joint case" "Joint case {title}: {what}" Some("pages/staff/joint"), ["thing1" = "{title}"];
    CHAT_PROPOSED "chat_proposed" "居民提议话题" "居民提议话题「{title}」，请采纳或说明理由。" "A topic is proposed" "A resident proposes the topic {title}; take it up or say why not." Some("pages/staff/chat"), ["thing1" = "{title}"];
    CHAT_PROPOSAL_DECIDED "chat_proposal_decided" "话题提议结果" "您提议的话题「{title}」{what}。" "Your proposed topic" "Your proposed topic {title}: {what}." Some("pages/chat/index"), ["thing1" = "{title}", "thing2" = "{what}"];
    CHAT_MENTIONED "chat_mentioned" "有人在群里提醒您" "话题「{title}」中有居民提醒您，请查看并回复。" "You were mentioned" "Somebody mentioned you in the topic {title}; please look and answer." Some("pages/chat/index"), ["thing1" = "{title}"];
    CHAT_HIDDEN "chat_hidden" "消息已被隐藏" "您在话题「{title}」中的消息已被隐藏：{reason}。如有异议可申诉一次，由未参与处理的社区工作者决定。" "Your message was hidden" "Your message in {title} was hidden: {reason}. You may object once; staff who had no part in it decide." Some("pages/chat/measures"), ["thing1" = "{title}", "phrase2" = "已隐藏", "thing3" = "{reason}"];
    CHAT_RESTORED "chat_restored" "消息已恢复" "您在话题「{title}」中的消息已恢复显示。" "Your message is shown again" "Your message in {title} is shown again." Some("pages/chat/measures"), [];
    CHAT_MOVED "chat_moved" "消息已移动" "您在话题「{title}」中的消息已移到话题「{to}」。" "Your message was moved" "Your message in {title} was moved to the topic {to}." Some("pages/chat/index"), [];
    CHAT_MUTED "chat_muted" "您已被禁言" "您在网格群内被禁言 {days} 天：{reason}。如有异议可申诉一次，由未参与处理的社区工作者决定。" "You are muted" "You are muted in the grid chat for {days} days: {reason}. You may object once; staff who had no part in it decide." Some("pages/chat/measures"), ["phrase2" = "已禁言", "thing3" = "{reason}"];
    CHAT_MUTE_LIFTED "chat_mute_lifted" "禁言已解除" "您在网格群内的禁言已提前解除。" "You may write again" "Your mute in the grid chat was lifted early." Some("pages/chat/index"), [];
    CHAT_MUTE_PROPOSED "chat_mute_proposed" "长期禁言待同意" "同事提请禁言 {days} 天（{reason}），须第二人同意。" "A long mute waits for you" "A colleague proposes a mute of {days} days ({reason}); a second worker has to approve." Some("pages/staff/chat"), [];
    CHAT_APPEALED "chat_appealed" "畅聊申诉待处理" "居民对「{what}」提出申诉，请处理。" "An objection waits for you" "A resident objects to a decision in the chat ({what}); please decide." Some("pages/staff/chat"), [];
    CHAT_APPEAL_DECIDED "chat_appeal_decided" "申诉结果" "您对「{kind}」的申诉{what}：{note}" "Your objection was decided" "Your objection ({kind}) was decided ({what}): {note}" Some("pages/chat/measures"), ["thing1" = "{kind}", "thing2" = "{what}"];
    CHAT_UNANSWERED "chat_unanswered" "居民提问已超时" "话题「{title}」中居民的提问已超过答复时限，请尽快答复。" "A question is overdue" "A question in the topic {title} is overdue; please answer." Some("pages/chat/index"), ["thing1" = "{title}"];
    CHAT_TAKEN_UP "chat_taken_up" "您的话已转为诉求" "您在话题「{title}」中说的事已转为诉求 {number}，办理结果会回到话题中。" "Your message became a request" "What you said in {title} became the request {number}; its answer returns to the topic." Some("pages/governance/requests"), ["thing1" = "{title}", "thing2" = "{number}"];
    CHAT_DIGEST "chat_digest" "居民畅聊有新消息" "您不在时，群里有 {what}。不想收到可在群设置中选免打扰。" "Unread in the chat" "While you were away: {messages} unread messages. Silence a group in its settings to hear no more." Some("pages/chat/index"), ["thing1" = "居民畅聊", "thing2" = "{what}"];
    JOINT_TASK_GIVEN "joint_task_given" "新的联席任务" "「{title}」请于 {until} 前完成。" "A task of a joint case" "Please do by {until}: {title}" Some("pages/staff/joint"), ["thing1" = "{title}", "thing2" = "{until}"];
}
