//! Who a person is and what they may do: sign-in, sessions, phone, roster, roles, managed accounts and cards, consents,
//! registrations, invitations, and the permission table.
//!
//! Owns the tables `persons`, `sessions`, `roles`, `phone_codes`, `roster_rows`, `managed_accounts`, `cards`, `card_uses`, `consents`,
//! `registrations`, `invitations`, `proxies`,
//! `legal_holds`. Queries stand in `rows.rs` (persons) and `rows_<thing>.rs`.
//!
//! Invariants: one phone and one openid belong to at most one active person; a role is held once without end per person and binding;
//! a refresh token works once (see `refresh.rs`); a card, a code or an invitation is stored as a hash and shown once; ending a roster
//! row ends its role in the same transaction; nobody is security auditor and administrator at the same time.

mod access;
mod actor;
mod authenticate;
mod bind_phone;
mod call;
mod card;
mod card_print;
mod close;
mod consent;
mod console;
mod erasures;
mod grant;
mod hold;
mod home;
mod hooks;
pub mod http;
pub mod http_call;
pub mod http_console;
pub mod http_hold;
pub mod http_home;
pub mod http_managed;
pub mod http_me;
pub mod http_people;
pub mod http_phone;
pub mod http_registration;
mod invitation;
mod limits;
mod merge;
mod minor;
mod person;
mod phone;
mod proxy;
mod refresh;
mod registration;
mod reveal;
mod role;
mod roster;
mod rows;
mod rows_card;
mod rows_console;
mod rows_hold;
mod rows_phone_code;
mod rows_proxy;
mod rows_registration;
mod rows_role;
mod rows_roster;
mod rows_session;
mod schema;
mod sign_in;
mod todo;
mod token;

pub use access::{Can, Permission, Rule, Standing};
pub use actor::{Actor, HeldRole};
pub use authenticate::{Authenticated, Authenticator};
pub use bind_phone::PHONE_BOUND;
pub use call::callable_among;
pub use card::{NewManaged, Pin, card_holder, card_issue, managed_create};
pub use close::{close_account, erase_merged, jobs};
pub use consent::{Document, consent_give, consents_to};
pub use console::{
    CONSOLE_PREFIX, ConsoleLogin, console_login_of, console_login_start, console_login_take, console_session,
    console_session_end, console_ticket,
};
pub use erasures::{ErasureLog, erase_marked};
pub use grant::{
    Grant, RoleSource, deputies_over, end as end_role, end_at_unit, grant, grant_as, holds, people_holding,
    people_of_organization, people_over, people_over_each, people_with_role, places_of, places_without,
};
pub use hold::HoldState;
pub use hooks::{EraseBefore, EraseHook, ExportHook, HomeHook, HomeItem, Hooks, MergeBefore, MergeHook};
pub use http_console::ConsoleCookies;
pub use invitation::{Invitation, invite};
pub use limits::{CodeLimits, count_number_try};
pub use merge::{merge_accounts, require_mergeable, require_within};
pub use minor::{birth_year_note, guardian_consent, is_minor, minor_on, minors_among, require_guardian, require_of_age};
pub use person::{
    PersonName, active_among, demo_person, demo_person_of, held_among, is_active, masked_names, names_by_ids, openid_of,
    own_name, person_by_openid, person_by_phone, phone_lookup,
};
pub use phone::Phone;
pub use proxy::{
    Acting, NewProxy, Proxy, ProxyMove, ProxyState, Relation, acting_alone, acting_for, person_by_number, proxies_of,
    proxies_waiting, proxies_within, proxy_ask, proxy_counts, proxy_decide, proxy_end, proxy_find, proxy_lock,
};
pub use registration::{STATES, Work};
pub use role::Role;
pub use roster::{RosterEntry, Upserted, roster_revoke, roster_upsert};
pub use sign_in::{Tokens, demo_session};
pub use todo::{Whose, empty_text, own_among, todo_of};
pub use token::{LIFETIME, sign};

base::typed_ids! {
    /// One role of a person.
    RoleId;
    /// A code that a worker gives face to face.
    PhoneCodeId;
    /// A row of the roster.
    RosterRowId;
    /// A printed card.
    CardId;
    /// A consent.
    ConsentId;
    /// A new-employment registration.
    RegistrationId;
    /// An invitation to a role.
    InvitationId;
    /// A family proxy.
    ProxyId;
    /// A legal hold.
    LegalHoldId;
    /// A sign-in to the console.
    ConsoleLoginId;
}

base::error_codes! {
    LOGIN_CODE_INVALID 401 "login_code_invalid" "登录凭证无效或已过期，请重新进入小程序。" "The login code is invalid or used up; get a new one with wx.login.";
    WECHAT_BLOCKED 403 "wechat_blocked" "微信暂时限制了该账号登录，请稍后再试或联系网格员。" "WeChat blocks this account from signing in.";
    WECHAT_UNAVAILABLE 503 "wechat_unavailable" "微信服务暂不可用，请稍后重试。" "WeChat can't be reached; try again shortly.";
    REFRESH_TOKEN_INVALID 401 "refresh_token_invalid" "登录已失效，请重新登录。" "The refresh token is invalid or was used before; sign in again.";
    ACCOUNT_NOT_ACTIVE 403 "account_not_active" "该账号已停用，请联系社区工作者。" "This account is not active.";
    SIGN_IN_AGAIN 403 "sign_in_again" "为保护您的账号，请重新登录后再操作。" "Sign in again first: this needs a fresh proof that it is you.";
    PHONE_CODE_INVALID 422 "phone_code_invalid" "手机号授权已失效，请重新授权。" "The phone code is invalid or used up; ask for a new one.";
    PHONE_UNSUPPORTED 422 "phone_unsupported" "目前只支持中国大陆手机号，请找网格员当面登记。" "Only mainland mobile numbers are supported; ask your grid worker.";
    PHONE_CHECK_UNAVAILABLE 503 "phone_check_unavailable" "微信手机号验证暂不可用，请找网格员当面获取验证码。" "WeChat can't check the phone now; ask your grid worker for a code face to face.";
    PHONE_TAKEN 409 "phone_taken" "该手机号已绑定其他账号，请用原账号登录或联系社区工作者。" "This phone is bound to another account; use that one or ask the staff.";
    PHONE_REQUIRED 409 "phone_required" "请先绑定手机号。" "Bind your phone first.";
    CODE_WRONG 422 "code_wrong" "验证码不正确或已过期，请核对后重试。" "The code is wrong or has ended.";
    ROLES_EXCLUDE 409 "roles_exclude" "安全审计员与系统管理员不能由同一人担任。" "A security auditor can't be an administrator.";
    MERGE_TWO_WECHATS 409 "merge_two_wechats" "两个账号都用微信登录，请本人先注销其中一个。" "Both accounts sign in by WeChat; let the person close one of them.";
    MERGE_STAFF 409 "merge_staff" "要并入的账号还有工作人员职务，请先结束职务或把另一个账号并入它。" "The account that is to end holds a role of staff; end that role, or merge the other way round.";
    MERGE_HELD 409 "merge_held" "该账号的数据被依法保留，期间不能合并。" "The account's data is under a legal hold and can't be merged.";
    OWN_AFFAIR 403 "own_affair" "不能审批本人的事项，请由其他工作人员办理。" "Nobody decides on their own affair; let a colleague do it.";
    NOT_A_PROXY 403 "not_a_proxy" "您不是该居民已确认的亲情代理，或此事须本人办理。" "You are not this person's confirmed family proxy, or they must do this themselves.";
    NOT_FOR_MINORS 403 "not_for_minors" "未满十四周岁不能自行兑换或发言，请由家长办理。" "Children under 14 don't order or write themselves; let a parent do it.";
    GUARDIAN_CONSENT_REQUIRED 409 "guardian_consent_required" "未满十四周岁须先由监护人同意。" "A child under 14 needs the guardian's consent first.";
    INVITATION_INVALID 422 "invitation_invalid" "邀请码不正确、已使用或已过期。" "The invitation is wrong, used or has ended.";
    CARD_INVALID 422 "card_invalid" "该卡无效或已停用，请联系网格员。" "The card is invalid or revoked.";
    CARD_PIN_REQUIRED 422 "card_pin_required" "请输入该卡的四位密码。" "This card needs its PIN.";
    CARD_PIN_WRONG 422 "card_pin_wrong" "密码不正确。" "The PIN is wrong.";
    CARD_LOCKED 409 "card_locked" "密码错误次数过多，该卡已锁定，请联系网格员换卡。" "The card is locked after five wrong PINs; ask for a new one.";
    CONSOLE_TICKET_INVALID 422 "console_ticket_invalid" "登录二维码已失效，请刷新电脑上的页面后重新扫码。" "The console's code has ended or was used; reload the page and scan again.";
    CARD_DAILY_LIMIT 429 "card_daily_limit" "该卡今日使用次数已达上限，请明天再用。" "The card's uses of today are spent.";
}

crate::permissions! {
    /// Sign out on this device.
    SessionEnd "session_end" [Person Own];
    /// Sign out everywhere.
    SessionEndAll "session_end_all" [Person Own];
    /// See one's own signed-in devices.
    SessionList "session_list" [Person Own];
    /// Confirm on the phone that one signs in to the console.
    ConsoleLoginConfirm "console_login_confirm" [GridWorker Own, CommunityStaff Own, UnitHandler Own, StreetStaff Own, Auditor Own, SecurityAuditor Own, Admin Own];
    /// See one's own account.
    MeFind "me_find" [Person Own];
    /// Change one's own nickname.
    NicknameChange "nickname_change" [Person Own];
    /// Say one's own year of birth, once.
    BirthYearSet "birth_year_set" [Person Own];
    /// Let the residents of one's places call, or not.
    CallableSet "callable_set" [Person Own];
    /// See the number of a grid worker who is responsible for oneself and may be called.
    GridWorkerCall "grid_worker_call" [Resident Own, NewEmployment Own];
    /// See one's own home screen.
    HomeFind "home_find" [Person Own];
    /// See one's own to-do list.
    TodoList "todo_list" [Person Own];
    /// Bind one's own phone by WeChat.
    PhoneBind "phone_bind" [Person Own];
    /// Bind one's own phone by a worker's code.
    PhoneBindFaceToFace "phone_bind_face_to_face" [Person Own];
    /// Vouch for a phone face to face.
    PhoneCodeIssue "phone_code_issue" [GridWorker Grid, CommunityStaff Community];
    /// See the roster.
    RosterList "roster_list" [CommunityStaff Community, StreetStaff Street, Admin Anyone];
    /// Give the one-time code of a roster row.
    RosterCodeIssue "roster_code_issue" [CommunityStaff Community, StreetStaff Street, Admin Anyone];
    /// Take a row off the roster.
    RosterEnd "roster_end" [CommunityStaff Community, StreetStaff Street, Admin Anyone];
    /// Take a roster row by its one-time code.
    RosterCodeUse "roster_code_use" [Person Own];
    /// See who holds which role.
    RoleList "role_list" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Admin Anyone];
    /// End a role.
    RoleEnd "role_end" [MerchantOwner Organization, CommunityStaff Community, StreetStaff Street, Admin Anyone];
    /// Take an invitation.
    InvitationAccept "invitation_accept" [Person Own];
    /// See a person, masked.
    PersonFind "person_find" [Person Own, GridWorker Grid, CommunityStaff Community, StreetStaff Street];
    /// See one field of a person in clear.
    PersonReveal "person_reveal" [GridWorker Grid, CommunityStaff Community];
    /// See managed accounts.
    ManagedAccountList "managed_account_list" [GridWorker Grid, CommunityStaff Community];
    /// Issue a card of a managed account.
    CardIssue "card_issue" [GridWorker Grid, CommunityStaff Community];
    /// Revoke a card of a managed account.
    CardRevoke "card_revoke" [GridWorker Grid, CommunityStaff Community];
    /// Ask for a legal hold on somebody's data.
    LegalHoldAsk "legal_hold_ask" [Admin Anyone];
    /// See legal holds.
    LegalHoldList "legal_hold_list" [Admin Anyone, SecurityAuditor Anyone];
    /// Put a legal hold into force.
    LegalHoldApprove "legal_hold_approve" [StreetStaff Street, Admin Anyone];
    /// Refuse a legal hold.
    LegalHoldRefuse "legal_hold_refuse" [StreetStaff Street, Admin Anyone];
    /// Ask to end a legal hold.
    LegalHoldEnd "legal_hold_end" [Admin Anyone];
    /// End a legal hold.
    LegalHoldEndApprove "legal_hold_end_approve" [StreetStaff Street, Admin Anyone];
    /// Report in as new-employment person.
    RegistrationCreate "registration_create" [Person Own];
    /// See registrations.
    RegistrationList "registration_list" [Person Own, CommunityStaff Community, StreetStaff Street];
    /// See one registration.
    RegistrationFind "registration_find" [Person Own, CommunityStaff Community, StreetStaff Street];
    /// Confirm a registration.
    RegistrationConfirm "registration_confirm" [CommunityStaff Community, StreetStaff Street];
    /// Refuse a registration.
    RegistrationRefuse "registration_refuse" [CommunityStaff Community, StreetStaff Street];
    /// Give or withdraw one's own consent.
    ConsentGive "consent_give" [Person Own];
    /// See one's own consents.
    ConsentList "consent_list" [Person Own];
    /// See who looked at one's own data.
    AccessLogList "access_log_list" [Person Own];
    /// Close one's own account.
    AccountClose "account_close" [Person Own];
    /// Export one's own data.
    AccountExport "account_export" [Person Own];
}
