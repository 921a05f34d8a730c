//! One permission table. Each noun declares its actions with the roles that may do them and how the target must stand to the
//! actor; `app.rs` assembles the table, `api-docs/permissions.md` and the authorization matrix are rendered from it.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use base::db::Context;
use base::error::{self, ApiError};
use base::ids::PersonId;
use futures_util::future::{Ready, ready};

use super::actor::Actor;
use super::role::Role;
use crate::grid::Scope;

/// How the target must stand to the actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The actor's own things.
    Own,
    /// At or below the unit that the role is bound to.
    Grid,
    /// In the community that the role's unit lies in.
    Community,
    /// In the street that the role's unit lies in.
    Street,
    /// Of the organization that the role is bound to.
    Organization,
    /// No matter whose and where.
    Anyone,
}

impl Standing {
    /// As shown in the permission table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Grid => "grid subtree",
            Self::Community => "community",
            Self::Street => "street",
            Self::Organization => "organization",
            Self::Anyone => "anyone",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Rule {
    /// Name of the action: the operation's id in OpenAPI and the audit trail's action.
    pub action: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// Which roles may, and how far.
    pub grants: &'static [(Role, Standing)],
}

/// An action; made by [`permissions!`](crate::permissions).
pub trait Permission: 'static {
    /// Its row of the table.
    const RULE: Rule;
}

/// Declares the actions of a noun:
/// `permissions! { /// Order an offer. OfferOrder "offer_order" [Resident Own, NewEmployment Own]; … }`.
#[macro_export]
macro_rules! permissions {
    ($(#[doc = $about:literal] $name:ident $action:literal [$($role:ident $standing:ident),* $(,)?];)*) => {
        $(
            #[doc = $about]
            #[derive(Debug)]
            pub struct $name;
            impl $crate::identity::Permission for $name {
                const RULE: $crate::identity::Rule = $crate::identity::Rule {
                    action: $action,
                    about: $about,
                    grants: &[$(($crate::identity::Role::$role, $crate::identity::Standing::$standing)),*],
                };
            }
        )*
        /// The rows of this noun in the permission table.
        pub const PERMISSIONS: &[$crate::identity::Rule] = &[$(<$name as $crate::identity::Permission>::RULE),*];
    };
}

/// Proof that the caller may do `P` somewhere; `scope` says where. A handler that takes it first answers 401 and 403 before any body
/// is read, since this extractor doesn't wait for anything.
pub struct Can<P> {
    actor: Arc<Actor>,
    scope: Scope,
    context: Context,
    action: PhantomData<P>,
}

impl<P> Clone for Can<P> {
    fn clone(&self) -> Self {
        Self { actor: Arc::clone(&self.actor), scope: self.scope.clone(), context: self.context, action: PhantomData }
    }
}

impl<P: Permission> Can<P> {
    /// The name of the action.
    pub const ACTION: &'static str = P::RULE.action;

    /// The caller.
    pub fn person(&self) -> PersonId {
        self.actor.person
    }
    /// All that is known of the caller.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// How far the right reaches.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
    /// For `db.transaction` and `Once`.
    pub fn context(&self) -> Context {
        self.context
    }
    /// An idempotent write of this action: `key` as sent, the body's hash, the result's id.
    pub fn once(&self, key: base::http::IdempotencyKey, hash: [u8; 32], id: uuid::Uuid) -> base::db::Once {
        base::db::Once::new(self.context, Self::ACTION, Some(key.0), hash, id)
    }
}

/// What the actor's roles reach under a rule; `None`: no role grants it.
pub(super) fn scope_of(actor: &Actor, rule: &Rule) -> Option<Scope> {
    let mut scope = Scope::default();
    let mut granted = false;
    for (role, standing) in rule.grants {
        for held in actor.holding(*role) {
            granted = true;
            match standing {
                Standing::Own => scope.own = Some(actor.person),
                Standing::Anyone => scope.anyone = true,
                Standing::Grid => scope.units.extend(held.path.clone()),
                Standing::Community => scope.units.extend(held.path.as_ref().map(crate::grid::GridPath::community)),
                Standing::Street => scope.units.extend(held.path.as_ref().map(crate::grid::GridPath::street)),
                Standing::Organization => scope.organizations.extend(held.organization),
            }
        }
    }
    scope.units.sort();
    scope.units.dedup();
    granted.then_some(scope)
}

impl Actor {
    /// May they do `P` somewhere? For menus: what is shown is no right yet, [`Can`] decides.
    pub fn may<P: Permission>(&self) -> bool {
        scope_of(self, &P::RULE).is_some()
    }
}

impl<P: Permission> FromRequest for Can<P> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(check::<P>(request))
    }
}

fn check<P: Permission>(request: &HttpRequest) -> Result<Can<P>, ApiError> {
    let actor = request.extensions().get::<Arc<Actor>>().cloned().ok_or_else(|| ApiError::of(&error::UNAUTHORIZED))?;
    let scope = scope_of(&actor, &P::RULE).ok_or_else(|| ApiError::of(&error::FORBIDDEN))?;
    let context = actor.context(base::http::request_id(request));
    Ok(Can { actor, scope, context, action: PhantomData })
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "`permissions!` declares for other modules")]
mod tests {
    use base::ids::{OrganizationId, SessionId};

    use super::*;
    use crate::grid::{GridPath, Target};
    use crate::identity::actor::HeldRole;

    permissions! {
        /// A sample.
        Sample "sample" [Person Own, GridWorker Grid, MerchantOwner Organization];
    }

    #[test]
    fn the_scope_is_the_union_of_what_the_held_roles_grant() {
        let shop = OrganizationId::new();
        let held = |role, path: Option<&str>, organization| HeldRole {
            role,
            path: path.map(GridPath::new),
            unit: None,
            community: None,
            organization,
        };
        let roles = vec![held(Role::GridWorker, Some("S1/C1/E1/B1"), None), held(Role::MerchantOwner, None, Some(shop))];
        let actor = Actor { person: PersonId::new(), session: SessionId::new(), roles, phone_bound: true };
        let scope = scope_of(&actor, &PERMISSIONS[0]).unwrap();
        assert_eq!(scope.own, Some(actor.person));
        assert!(scope.reaches(&Target { organization: Some(shop), ..Target::default() }));
        assert!(!scope.reaches(&Target { unit: Some(&GridPath::new("S1/C1/E1/B2")), ..Target::default() }));
        let rule = Rule { action: "x", about: "x", grants: &[(Role::Admin, Standing::Anyone)] };
        assert!(scope_of(&actor, &rule).is_none());
    }
}
