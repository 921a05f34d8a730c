//! Who a person is and what they may do: sign-in, sessions, phone, roster, roles, managed accounts and cards, consents,
//! registrations, invitations, and the permission table.
//!
//! Owns the tables `persons`, `sessions`, `roles`, `phone_codes`, `roster_rows`, `managed_accounts`, `cards`, `card_uses`, `consents`,
//! `registrations`, `invitations`. Queries stand in `rows.rs` (persons) and `rows_<thing>.rs`.
//!
//! Invariants: one phone and one openid belong to at most one active person; a role is held once without end per person and binding;
//! a refresh token works once (see `refresh.rs`); a card, a code or an invitation is stored as a hash and shown once; ending a roster
//! row ends its role in the same transaction; nobody is security auditor and administrator at the same time.

mod access;
mod actor;
mod authenticate;
mod grant;
pub mod http;
mod limits;
mod person;
mod phone;
mod refresh;
mod role;
mod rows;
mod rows_role;
mod rows_session;
mod schema;
mod sign_in;
mod token;

pub use access::{Can, Permission, Rule, Standing};
pub use actor::{Actor, HeldRole};
pub use authenticate::{Authenticated, Authenticator};
pub use grant::{
    Grant, RoleSource, end as end_role, end_at_unit, grant, holds, people_of_organization, people_over, people_with_role,
    places_of,
};
pub use limits::CodeLimits;
pub use person::{PersonName, is_active, masked_names, names_by_ids, openid_of, person_by_phone, phone_lookup};
pub use phone::Phone;
pub use role::Role;
pub use sign_in::{Tokens, demo_session};
pub use token::{LIFETIME, sign};

base::typed_ids! {
    /// One role of a person.
    RoleId;
}

base::error_codes! {
    LOGIN_CODE_INVALID 401 "login_code_invalid" "登录凭证无效或已过期，请重新进入小程序。" "The login code is invalid or used up; get a new one with wx.login.";
    WECHAT_BLOCKED 403 "wechat_blocked" "微信暂时限制了该账号登录，请稍后再试或联系网格员。" "WeChat blocks this account from signing in.";
    WECHAT_UNAVAILABLE 503 "wechat_unavailable" "微信服务暂不可用，请稍后重试。" "WeChat can't be reached; try again shortly.";
    REFRESH_TOKEN_INVALID 401 "refresh_token_invalid" "登录已失效，请重新登录。" "The refresh token is invalid or was used before; sign in again.";
    ACCOUNT_NOT_ACTIVE 403 "account_not_active" "该账号已停用，请联系社区工作者。" "This account is not active.";
    ROLES_EXCLUDE 409 "roles_exclude" "安全审计员与系统管理员不能由同一人担任。" "A security auditor can't be an administrator.";
}

crate::permissions! {
    /// Sign out on this device.
    SessionEnd "session_end" [Person Own];
    /// Sign out everywhere.
    SessionEndAll "session_end_all" [Person Own];
    /// See one's own signed-in devices.
    SessionList "session_list" [Person Own];
}
