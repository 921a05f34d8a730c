//! Identity's own part of the home screen.

use base::error::ApiError;
use diesel::PgConnection;

use super::access::{Permission as _, scope_of};
use super::actor::Actor;
use super::hooks::HomeItem;
use super::{RegistrationConfirm, rows_registration};

/// A phone that isn't bound yet; registrations that wait for the actor's decision.
pub(super) fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = Vec::new();
    if !actor.phone_bound {
        items.push(HomeItem {
            kind: "phone".to_owned(),
            title: "绑定手机号".to_owned(),
            summary: "绑定手机号后可认证居民身份、发言和领取积分".to_owned(),
            deadline: None,
            link: "/api/v1/me/phone".to_owned(),
        });
    }
    if let Some(scope) = scope_of(actor, &RegistrationConfirm::RULE) {
        let waiting = rows_registration::registration_waiting(connection, &scope)?;
        if waiting > 0 {
            items.push(HomeItem {
                kind: "registration".to_owned(),
                title: "新就业群体报到".to_owned(),
                summary: format!("有 {waiting} 人报到待确认"),
                deadline: None,
                link: "/api/v1/registrations?state=pending".to_owned(),
            });
        }
    }
    Ok(items)
}
