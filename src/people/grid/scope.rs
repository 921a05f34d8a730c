//! Scope: how far a right reaches for one actor and one action, at the time of the request.

use base::error::{self, ApiError};
use base::ids::{OrganizationId, PersonId};
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Text};

use super::path::GridPath;

/// What an actor's roles reach for one action. Every list and find takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The actor, where the action is granted for their own things.
    pub own: Option<PersonId>,
    /// Everything.
    pub anyone: bool,
    /// Units at or below which the target may lie.
    pub units: Vec<GridPath>,
    /// Organizations whose things may be touched.
    pub organizations: Vec<OrganizationId>,
}

/// How a target stands in the world; what is `None` matches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target<'a> {
    /// Whose it is.
    pub person: Option<PersonId>,
    /// Where it lies.
    pub unit: Option<&'a GridPath>,
    /// Which organization's it is.
    pub organization: Option<OrganizationId>,
}

impl Scope {
    /// Everything: for jobs and the operator.
    pub fn everything() -> Self {
        Self { anyone: true, ..Self::default() }
    }

    /// Does the scope reach the target?
    pub fn reaches(&self, target: &Target<'_>) -> bool {
        self.anyone
            || target.person.is_some_and(|person| self.own == Some(person))
            || target.unit.is_some_and(|unit| self.units.iter().any(|held| held.covers(unit)))
            || target.organization.is_some_and(|organization| self.organizations.contains(&organization))
    }

    /// 404 when the target is outside: the caller may not know that it exists.
    pub fn require(&self, target: &Target<'_>) -> Result<(), ApiError> {
        if self.reaches(target) { Ok(()) } else { Err(ApiError::of(&error::NOT_FOUND)) }
    }

    /// `require` for a place.
    pub fn require_unit(&self, unit: &GridPath) -> Result<(), ApiError> {
        self.require(&Target { unit: Some(unit), ..Target::default() })
    }

    /// `require` for an organization.
    pub fn require_organization(&self, organization: OrganizationId) -> Result<(), ApiError> {
        self.require(&Target { organization: Some(organization), ..Target::default() })
    }

    /// `require` for a person's own thing.
    pub fn require_own(&self, person: PersonId) -> Result<(), ApiError> {
        self.require(&Target { person: Some(person), ..Target::default() })
    }
}

/// SQL condition: the unit in `column` lies in the scope's units (organizations and own things are the caller's columns).
pub fn within<C>(column: C, scope: &Scope) -> Within<C> {
    let paths = scope.units.iter().map(|path| path.as_str().to_owned()).collect();
    Within { column, anyone: scope.anyone, paths }
}

/// See [`within`].
#[derive(Debug, Clone)]
pub struct Within<C> {
    column: C,
    anyone: bool,
    paths: Vec<String>,
}

impl<C: Expression> Expression for Within<C> {
    type SqlType = Bool;
}
impl<C, T> SelectableExpression<T> for Within<C> where C: SelectableExpression<T> {}
impl<C, T> AppearsOnTable<T> for Within<C> where C: AppearsOnTable<T> {}
impl<C> ValidGrouping<()> for Within<C> {
    type IsAggregate = is_aggregate::No;
}
impl<C: 'static> QueryId for Within<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Within<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        if self.anyone {
            out.push_sql("true");
            return Ok(());
        }
        out.push_sql("(");
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT scope_unit.id FROM grid_units scope_unit JOIN unnest(");
        out.push_bind_param::<Array<Text>, Vec<String>>(&self.paths)?;
        out.push_sql(") scope_path ON scope_unit.path = scope_path OR starts_with(scope_unit.path, scope_path || '/')))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reaches_only_what_it_holds() {
        let person = PersonId::new();
        let scope = Scope { own: Some(person), units: vec![GridPath::new("S1/C1")], ..Scope::default() };
        let unit = |path: &'static str| GridPath::new(path);
        assert!(scope.require_unit(&unit("S1/C1/E1")).is_ok());
        assert!(scope.require_unit(&unit("S1/C2")).is_err());
        assert!(scope.require_unit(&unit("S1")).is_err());
        assert!(scope.require_own(person).is_ok());
        assert!(scope.require_own(PersonId::new()).is_err());
        assert!(scope.require_organization(OrganizationId::new()).is_err());
    }
}
