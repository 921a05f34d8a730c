//! The statement behind the list of requests. It walks backwards along an index for each community, place or unit that the scope
//! reaches and stops at a page, so that its cost doesn't grow with what lies behind; only conditions that were asked stand in it.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Date, Text, Uuid as SqlUuid};
use people::grid::{self, GridPath, Scope, UnitKind};
use uuid::Uuid;

use super::super::rows::{self, Case};
use super::super::{CaseId, Desk, Outcome, Source, State};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) state: Option<State>,
    pub(crate) open: Option<bool>,
    pub(crate) desk: Option<Desk>,
    pub(crate) category: Option<String>,
    pub(crate) source: Option<Source>,
    /// This place and what lies below.
    pub(crate) unit: Option<GridUnitId>,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) overdue: bool,
    pub(crate) danger: Option<bool>,
    /// Led or written down by this person.
    pub(crate) mine: Option<PersonId>,
    /// A `tsquery` of bigrams.
    pub(crate) words: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) filed_from: Option<NaiveDate>,
    pub(crate) filed_to: Option<NaiveDate>,
    /// Only older ones.
    pub(crate) after: Option<CaseId>,
    pub(crate) limit: i64,
}

/// Communities of one street at most, and units below one place.
const MOST: i64 = 5_000;

/// Where the walk begins: whole communities, single units of the tree, and units at work.
#[derive(Debug, Default)]
struct Heads {
    all: bool,
    communities: Vec<Uuid>,
    units: Vec<Uuid>,
    organizations: Vec<Uuid>,
    /// For the units at work: only in these communities or places.
    only: Option<(bool, Vec<Uuid>)>,
}

/// `street` is one code, `street/community` two.
fn depth(path: &GridPath) -> usize {
    path.as_str().split('/').count()
}

fn below(connection: &mut PgConnection, path: &GridPath) -> DbResult<(bool, Vec<Uuid>)> {
    if depth(path) > 2 {
        return Ok((false, grid::units_under(connection, Some(path))?.into_iter().map(|unit| unit.id.0).collect()));
    }
    let scope = Scope { units: vec![path.clone()], ..Scope::default() };
    let found = grid::units_below(connection, &scope, Some(UnitKind::Community), None, MOST)?;
    Ok((true, found.into_iter().map(|unit| unit.id.0).collect()))
}

fn heads(connection: &mut PgConnection, scope: &Scope, unit: Option<GridUnitId>) -> DbResult<Option<Heads>> {
    let mut heads = Heads { organizations: scope.organizations.iter().map(|id| id.0).collect(), ..Heads::default() };
    let narrowed = match unit {
        Some(unit) => match grid::unit_find(connection, unit)? {
            Some(unit) => Some(unit.path),
            None => return Ok(None),
        },
        None => None,
    };
    let mut paths: Vec<GridPath> = match (&narrowed, scope.anyone) {
        (None, true) => {
            heads.all = true;
            Vec::new()
        }
        (Some(path), true) => vec![path.clone()],
        (None, false) => scope.units.clone(),
        (Some(path), false) if scope.units.iter().any(|held| held.covers(path)) => vec![path.clone()],
        (Some(path), false) => scope.units.iter().filter(|held| path.covers(held)).cloned().collect(),
    };
    // Shorter ones come first in this order, and what they cover isn't walked again.
    paths.sort();
    let mut walked: Vec<GridPath> = Vec::new();
    for path in paths {
        if walked.iter().any(|held| held.covers(&path)) {
            continue;
        }
        match below(connection, &path)? {
            (true, ids) => heads.communities.extend(ids),
            (false, ids) => heads.units.extend(ids),
        }
        walked.push(path);
    }
    if let (Some(path), false) = (&narrowed, heads.organizations.is_empty()) {
        heads.only = Some(below(connection, path)?);
    }
    Ok(Some(heads))
}

enum Bind {
    Ids(Vec<Uuid>),
    Id(Uuid),
    Text(String),
    Day(NaiveDate),
}

#[derive(Default)]
struct Statement {
    binds: Vec<Bind>,
    conditions: String,
}

impl Statement {
    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    fn text(&mut self, condition: &str, value: impl Into<String>) {
        let place = self.bind(Bind::Text(value.into()));
        self.conditions += &format!(" AND {condition} {place}");
    }

    fn id(&mut self, condition: &str, value: Uuid) {
        let place = self.bind(Bind::Id(value));
        self.conditions += &format!(" AND {condition} {place}");
    }

    fn day(&mut self, condition: &str, value: NaiveDate) {
        let place = self.bind(Bind::Day(value));
        self.conditions += &format!(" AND {condition} {place}");
    }

    fn narrow(&mut self, wanted: &Wanted) {
        const OPEN: &str = "r.state NOT IN ('answered', 'closed', 'cancelled')";
        if let Some(state) = wanted.state {
            self.text("r.state =", state.name());
        }
        match wanted.open {
            Some(true) => self.conditions += &format!(" AND {OPEN}"),
            Some(false) => self.conditions += " AND r.state IN ('answered', 'closed', 'cancelled')",
            None => {}
        }
        if let Some(desk) = wanted.desk {
            self.text("r.desk =", desk.name());
        }
        if let Some(category) = &wanted.category {
            self.text("r.category =", category.as_str());
        }
        if let Some(source) = wanted.source {
            self.text("r.source =", source.name());
        }
        if let Some(unit) = wanted.organization {
            self.id("r.organization_id =", unit.0);
        }
        if let Some(outcome) = wanted.outcome {
            self.text("r.outcome =", outcome.name());
        }
        if wanted.overdue {
            self.conditions += &format!(" AND r.due_at < palm_now() AND {OPEN}");
        }
        if let Some(danger) = wanted.danger {
            let not = if danger { "" } else { "NOT " };
            self.conditions +=
                &format!(" AND {not}EXISTS (SELECT 1 FROM request_details d WHERE d.request_id = r.id AND d.danger IS NOT NULL)");
        }
        if let Some(person) = wanted.mine {
            let place = self.bind(Bind::Id(person.0));
            self.conditions += &format!(" AND (r.lead_id = {place} OR r.entered_by = {place})");
        }
        if let Some(number) = &wanted.number {
            self.text("r.number =", number.as_str());
        }
        if let Some(from) = wanted.filed_from {
            self.day("r.filed_on >=", from);
        }
        if let Some(to) = wanted.filed_to {
            self.day("r.filed_on <=", to);
        }
        if let Some(after) = wanted.after {
            self.id("r.id <", after.0);
        }
    }

    /// One walk: `from` names the table `r`, `place` is the condition that binds it to a head.
    fn walk(&self, from: &str, place: &str, words: Option<&str>, limit: i64) -> String {
        let search = match words {
            Some(words) => {
                (" JOIN request_search s ON s.request_id = r.id".to_owned(), format!(" AND s.tok @@ {words}::tsquery"))
            }
            None => (String::new(), String::new()),
        };
        let (join, words) = search;
        let conditions = &self.conditions;
        format!("SELECT r.id FROM {from}{join} WHERE {place}{words}{conditions} ORDER BY r.id DESC LIMIT {limit}")
    }

    fn text_of(&mut self, heads: Heads, wanted: &Wanted) -> String {
        self.narrow(wanted);
        let words = wanted.words.clone().map(|words| self.bind(Bind::Text(words)));
        let (words, limit) = (words.as_deref(), wanted.limit);
        let mut parts = Vec::new();
        if heads.all {
            parts.push(self.walk("requests r", "true", words, limit));
        }
        if !heads.communities.is_empty() {
            let place = self.bind(Bind::Ids(heads.communities));
            let walk = self.walk("requests r", "r.community_id = h.id", words, limit);
            parts.push(format!("SELECT w.id FROM unnest({place}) AS h(id) CROSS JOIN LATERAL ({walk}) w"));
        }
        if !heads.units.is_empty() {
            let place = self.bind(Bind::Ids(heads.units));
            let walk = self.walk("requests r", "r.grid_unit_id = h.id", words, limit);
            parts.push(format!("SELECT w.id FROM unnest({place}) AS h(id) CROSS JOIN LATERAL ({walk}) w"));
        }
        if !heads.organizations.is_empty() {
            let only = heads.only.map(|(communities, ids)| {
                let column = if communities { "r.community_id" } else { "r.grid_unit_id" };
                format!(" AND {column} = ANY({})", self.bind(Bind::Ids(ids)))
            });
            let place = self.bind(Bind::Ids(heads.organizations));
            let at_work = format!("a.organization_id = h.id AND a.ended_at IS NULL{}", only.unwrap_or_default());
            let from = "request_assignments a JOIN requests r ON r.id = a.request_id";
            let walk = self.walk(from, &at_work, words, limit);
            parts.push(format!("SELECT w.id FROM unnest({place}) AS h(id) CROSS JOIN LATERAL ({walk}) w"));
        }
        let parts: Vec<String> = parts.into_iter().map(|part| format!("({part})")).collect();
        format!("SELECT id FROM ({}) found ORDER BY id DESC LIMIT {limit}", parts.join(" UNION "))
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: CaseId,
}

/// Ids of requests of the scope, by place or with a unit of the scope at work in them; the newest first.
pub(crate) fn ids(connection: &mut PgConnection, scope: &Scope, wanted: &Wanted) -> DbResult<Vec<CaseId>> {
    let Some(heads) = heads(connection, scope, wanted.unit)? else { return Ok(Vec::new()) };
    if !heads.all && heads.communities.is_empty() && heads.units.is_empty() && heads.organizations.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = Statement::default();
    let text = statement.text_of(heads, wanted);
    let mut query = sql_query(text).into_boxed::<Pg>();
    for bind in statement.binds {
        query = match bind {
            Bind::Ids(ids) => query.bind::<Array<SqlUuid>, _>(ids),
            Bind::Id(id) => query.bind::<SqlUuid, _>(id),
            Bind::Text(text) => query.bind::<Text, _>(text),
            Bind::Day(day) => query.bind::<Date, _>(day),
        };
    }
    let found: Vec<Found> = query.load(connection)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// `ids`, as rows.
pub(crate) fn list(connection: &mut PgConnection, scope: &Scope, wanted: &Wanted) -> DbResult<Vec<Case>> {
    let ids = ids(connection, scope, wanted)?;
    let mut cases = rows::many(connection, &ids)?;
    cases.sort_unstable_by_key(|case| std::cmp::Reverse(case.id));
    Ok(cases)
}
