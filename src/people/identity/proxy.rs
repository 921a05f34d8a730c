//! Family proxy 亲情代理: a relative asks, the person confirms (the grid worker for a managed account, with recorded consent), either of
//! the two or the worker ends it. Here stand the table's states and the one question that other nouns ask: for whom does the caller
//! act? The routes and the telling are `community::proxies`'.
//!
//! A proxy may report, apply, sign up and order. It never votes, gives points away or binds a phone: those routes don't ask, and
//! [`acting_for`] refuses them by name besides. Staff roles of the person are never lent.

use base::db::{Audit, DbResult, Tx, now};
use base::error::{self, ApiError};
use base::ids::PersonId;
use diesel::PgConnection;
use serde_json::json;

use super::access::{Can, Permission, scope_of};
use super::actor::{self, Actor};
use super::role::Role;
pub use super::rows_proxy::Proxy;
use super::rows_proxy::{self, Decided};
use super::{NOT_A_PROXY, ProxyId, person, rows};
use crate::grid::Scope;

base::words! {
    /// What a relative is to the person.
    Relation {
        /// A child.
        Child = "child" "子女",
        /// Husband or wife.
        Spouse = "spouse" "配偶",
        /// A grandchild.
        Grandchild = "grandchild" "孙辈",
        /// Brother or sister.
        Sibling = "sibling" "兄弟姐妹",
        /// A parent.
        Parent = "parent" "父母",
        /// Another relative.
        OtherRelative = "other_relative" "其他亲属",
    }
}

base::words! {
    /// State of a family proxy.
    ProxyState {
        /// The relative has asked.
        Asked = "asked" "待确认",
        /// The relative may act.
        Confirmed = "confirmed" "已确认",
        /// The person said no.
        Refused = "refused" "已拒绝",
        /// Over.
        Ended = "ended" "已结束",
    }
}

base::words! {
    /// What moves a family proxy on.
    ProxyMove {
        /// Yes.
        Confirm = "confirm",
        /// No.
        Refuse = "refuse",
        /// Over.
        End = "end",
    }
}

base::machine! {
    ProxyState by ProxyMove {
        => Asked "the relative";
        Asked Confirm Confirmed "the person; the worker of a managed account, with recorded consent";
        Asked Refuse Refused "the person; the worker of a managed account";
        Asked End Ended "the relative, the person, a worker of the scope";
        Confirmed End Ended "the relative, the person, a worker of the scope; the end of either account";
    }
}

/// What a relative asks for.
#[derive(Debug, Clone)]
pub struct NewProxy {
    /// Id, made before.
    pub id: ProxyId,
    /// Who shall be acted for.
    pub person: PersonId,
    /// The relative.
    pub proxy: PersonId,
    /// What the relative is to the person.
    pub relation: Relation,
}

/// For whom something is done.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Whose thing it is.
    pub person: PersonId,
    /// The relative who does it, when it isn't the person.
    pub proxy: Option<PersonId>,
    /// How far the person's own right reaches for this action.
    pub scope: Scope,
}

/// Actions that nobody does for another, whatever a noun asks for.
const NEVER: &[&str] = &["vote", "ballot", "gift", "donation", "phone", "account", "consent", "session", "invitation", "proxy"];

/// For oneself.
pub fn acting_alone<P: Permission>(can: &Can<P>) -> Acting {
    Acting { person: can.person(), proxy: None, scope: can.scope().clone() }
}

/// For whom does the caller do this? With `None`: for themselves. 403 `not_a_proxy` when the caller isn't the confirmed proxy of that
/// person or the action isn't one that a proxy may do; 403 `forbidden` when the person may not do it themselves.
pub fn acting_for<P: Permission>(
    connection: &mut PgConnection,
    can: &Can<P>,
    on_behalf_of: Option<PersonId>,
) -> Result<Acting, ApiError> {
    let caller = can.person();
    let Some(person) = on_behalf_of.filter(|person| *person != caller) else {
        return Ok(acting_alone(can));
    };
    let first = P::RULE.action.split('_').next().unwrap_or_default();
    let allowed = !NEVER.contains(&first)
        && person::is_active(connection, person)?
        && rows_proxy::between(connection, person, caller)?.is_some();
    if !allowed {
        return Err(ApiError::of(&NOT_A_PROXY));
    }
    let lent = [Role::Resident, Role::Volunteer, Role::NewEmployment];
    let roles = actor::roles_of(connection, person)?.into_iter().filter(|held| lent.contains(&held.role)).collect();
    let theirs = Actor { person, session: can.actor().session, roles, phone_bound: true };
    let scope = scope_of(&theirs, &P::RULE).ok_or_else(|| ApiError::of(&error::FORBIDDEN))?;
    Ok(Acting { person, proxy: Some(caller), scope })
}

/// Enters what a relative asks for; false when the same is open already. The caller has checked who both are.
pub fn proxy_ask(tx: &mut Tx<'_>, new: &NewProxy) -> Result<bool, ApiError> {
    if !rows_proxy::insert(tx.conn(), new)? {
        return Ok(false);
    }
    let after = json!({"person": new.person, "proxy": new.proxy, "relation": new.relation.name(), "state": "asked"});
    tx.audit(Audit::new("proxy_ask", "proxy", new.id.0).after(after))?;
    Ok(true)
}

fn moved(row: &Proxy, by: ProxyMove) -> Result<ProxyState, ApiError> {
    row.state.transition(by).ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))
}

/// Confirms or refuses; `consent` is the version and the words that a worker wrote down.
pub fn proxy_decide(
    tx: &mut Tx<'_>,
    row: &Proxy,
    by: ProxyMove,
    decider: PersonId,
    consent: Option<(&str, &str)>,
) -> Result<(), ApiError> {
    let state = moved(row, by)?;
    let now = tx.now()?;
    let decided = Decided {
        state,
        decided_by: decider,
        decided_at: now,
        consent_version: consent.map(|(version, _)| version),
        consent_text: consent.map(|(_, text)| text),
    };
    rows_proxy::decide(tx.conn(), row.id, &decided)?;
    let after = json!({"state": state.name(), "person": row.person_id, "consent_version": decided.consent_version});
    tx.audit(Audit::new(by_name(by), "proxy", row.id.0).before(json!({"state": row.state.name()})).after(after))?;
    Ok(())
}

const fn by_name(by: ProxyMove) -> &'static str {
    match by {
        ProxyMove::Confirm => "proxy_confirm",
        ProxyMove::Refuse => "proxy_refuse",
        ProxyMove::End => "proxy_end",
    }
}

/// Ends a proxy.
pub fn proxy_end(tx: &mut Tx<'_>, row: &Proxy, by: Option<PersonId>) -> Result<(), ApiError> {
    let state = moved(row, ProxyMove::End)?;
    let now = tx.now()?;
    rows_proxy::end(tx.conn(), row.id, by, now)?;
    tx.audit(
        Audit::new("proxy_end", "proxy", row.id.0)
            .before(json!({"state": row.state.name()}))
            .after(json!({"state": state.name(), "person": row.person_id})),
    )?;
    Ok(())
}

/// The end of an account ends what it lent and what it was lent.
pub(super) fn end_all(tx: &mut Tx<'_>, who: PersonId, by: PersonId) -> Result<(), ApiError> {
    for row in rows_proxy::open_of(tx.conn(), who)? {
        proxy_end(tx, &row, Some(by))?;
    }
    rows_proxy::blank(tx.conn(), who)?;
    Ok(())
}

/// One proxy.
pub fn proxy_find(connection: &mut PgConnection, id: ProxyId) -> DbResult<Option<Proxy>> {
    rows_proxy::find(connection, id)
}

/// One proxy, locked.
pub fn proxy_lock(connection: &mut PgConnection, id: ProxyId) -> DbResult<Option<Proxy>> {
    rows_proxy::lock(connection, id)
}

/// Open ones of the person, and open ones of the relative, counted.
pub fn proxy_counts(connection: &mut PgConnection, person: PersonId, proxy: PersonId) -> DbResult<(i64, i64)> {
    rows_proxy::open_counts(connection, person, proxy)
}

/// All of a person on either side, newest first, below an id.
pub fn proxies_of(connection: &mut PgConnection, person: PersonId, below: Option<ProxyId>, limit: i64) -> DbResult<Vec<Proxy>> {
    rows_proxy::of_person(connection, person, below, limit)
}

/// Those whose person lives in the scope's units now or has a managed account there, newest first, below an id.
pub fn proxies_within(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ProxyState>,
    below: Option<ProxyId>,
    limit: i64,
) -> DbResult<Vec<Proxy>> {
    let now = now(connection)?;
    rows_proxy::within_scope(connection, scope, state, now, below, limit)
}

/// How many wait for the person themselves, and for the workers of the scope.
pub fn proxies_waiting(connection: &mut PgConnection, person: PersonId, scope: &Scope) -> DbResult<(i64, i64)> {
    rows_proxy::waiting(connection, person, scope)
}

/// The active person of a short number, and whether a worker keeps the account.
pub fn person_by_number(connection: &mut PgConnection, number: &str) -> DbResult<Option<(PersonId, bool)>> {
    Ok(rows::by_number(connection, number)?.map(|row| (row.id, row.kind == "managed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_open_proxy_moves() {
        use ProxyMove::{Confirm, End, Refuse};
        use ProxyState::{Asked, Confirmed, Ended, Refused};
        assert_eq!(Asked.transition(Confirm), Some(Confirmed));
        assert_eq!(Confirmed.transition(End), Some(Ended));
        assert_eq!(Confirmed.transition(Refuse), None);
        for over in [Refused, Ended] {
            assert_eq!(over.allowed().count(), 0);
        }
    }
}
