//! Finding the requests of a page: where to look (communities, places and units of the scope), how words are found, and the rows.
//!
//! Words that stand in many of the newest requests are met on a walk back from the newest; all others are looked up in the index of
//! words, which knows the scope too. The one reads no more than a page's worth, the other no more than there is.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use people::grid::{self, GridPath, Scope, UnitKind};
use uuid::Uuid;

use super::super::rows::{self, Case};
use super::super::suggest::{DANGER_MARK, mark_of};
use super::super::{CaseId, Desk, Outcome, Source, State};
use super::rows_statement::{Bind, OPEN, Statement};

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
pub(super) struct Heads {
    pub(super) all: bool,
    pub(super) communities: Vec<Uuid>,
    pub(super) units: Vec<Uuid>,
    /// Communities of the units.
    homes: Vec<Uuid>,
    pub(super) organizations: Vec<Uuid>,
    /// For the units at work: only in these communities or places.
    pub(super) only: Option<(bool, Vec<Uuid>)>,
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
            (false, ids) => {
                heads.units.extend(ids);
                heads.homes.extend(grid::unit_by_code(connection, &path.community())?.map(|home| home.id.0));
            }
        }
        walked.push(path);
    }
    if let (Some(path), false) = (&narrowed, heads.organizations.is_empty()) {
        heads.only = Some(below(connection, path)?);
    }
    Ok(Some(heads))
}

/// More marks of a scope than this make the index of words slower than reading past what lies outside.
const MARKS: usize = 6;

impl Heads {
    /// The scope as marks among the words; none where it is everything, or too many for that.
    fn marks(&self) -> Option<String> {
        let places: Vec<Uuid> = [&self.communities, &self.homes, &self.organizations].into_iter().flatten().copied().collect();
        let fits = !self.all && places.len() <= MARKS;
        fits.then(|| places.into_iter().map(|id| format!("'{}'", mark_of(id))).collect::<Vec<_>>().join(" | "))
    }
}

/// Requests among which words are tried.
const TRIED: i64 = 10_000;
/// Words that so many of those hold are frequent.
const FREQUENT: i64 = 25;
/// Requests that are looked up at most; the few words that stand in more, though not in the newest, are met on a walk.
const MOST_FOUND: i64 = 20_000;

/// Late requests that are looked up at most.
const MOST_LATE: usize = 2_000;

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The requests that hold these words, when the words are rare in the scope; `None` when they are frequent.
fn rare(connection: &mut PgConnection, heads: &Heads, words: &str, after: Option<CaseId>) -> DbResult<Option<Vec<Uuid>>> {
    let marks = heads.marks();
    let words = marks.as_ref().map_or_else(|| words.to_owned(), |marks| format!("({words}) & ({marks})"));
    let communities = (marks.is_none() && !heads.all && heads.units.is_empty() && heads.organizations.is_empty())
        .then(|| heads.communities.clone());
    const WITHIN: &str = "($2 IS NULL OR s.community_id = ANY($2))";
    let said: Said = sql_query(format!(
        "SELECT count(*) AS count FROM (SELECT tok, community_id FROM request_search ORDER BY request_id DESC LIMIT {TRIED}) s \
         WHERE s.tok @@ $1::tsquery AND {WITHIN}"
    ))
    .bind::<Text, _>(&words)
    .bind::<Nullable<Array<SqlUuid>>, _>(&communities)
    .get_result(connection)?;
    if said.count >= FREQUENT {
        return Ok(None);
    }
    let found: Vec<Found> = sql_query(format!(
        "SELECT s.request_id AS id FROM request_search s WHERE s.tok @@ $1::tsquery AND {WITHIN} \
         AND ($3 IS NULL OR s.request_id < $3) LIMIT {}",
        MOST_FOUND + 1
    ))
    .bind::<Text, _>(&words)
    .bind::<Nullable<Array<SqlUuid>>, _>(&communities)
    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.0))
    .load(connection)?;
    let few = usize::try_from(MOST_FOUND).is_ok_and(|most| found.len() <= most);
    Ok(few.then(|| found.into_iter().map(|row| row.id.0).collect()))
}

/// The late requests of the scope, when they are few; `None` when they are many, so that a walk meets them soon.
fn late(connection: &mut PgConnection, heads: &Heads) -> DbResult<Option<Vec<Uuid>>> {
    if !heads.units.is_empty() {
        return Ok(None);
    }
    let of = |place: &str| format!("SELECT r.id FROM requests r WHERE {place} AND r.due_at < palm_now() AND {OPEN}");
    let helps = format!(
        "SELECT r.id FROM request_assignments a JOIN requests r ON r.id = a.request_id WHERE a.organization_id = ANY($2) \
         AND a.part = 'co' AND a.ended_at IS NULL AND r.due_at < palm_now() AND {OPEN}"
    );
    let found = if heads.all {
        of("true")
    } else {
        format!("({}) UNION ALL ({}) UNION ALL ({helps})", of("r.community_id = ANY($1)"), of("r.organization_id = ANY($2)"))
    };
    let mut query = sql_query(format!("SELECT id FROM ({found}) late LIMIT {}", MOST_LATE + 1)).into_boxed::<Pg>();
    if !heads.all {
        query = query.bind::<Array<SqlUuid>, _>(heads.communities.clone()).bind::<Array<SqlUuid>, _>(heads.organizations.clone());
    }
    let found: Vec<Found> = query.load(connection)?;
    Ok((found.len() <= MOST_LATE).then(|| found.into_iter().map(|row| row.id.0).collect()))
}

/// What must stand among the words of a request; danger is marked there.
fn words(wanted: &Wanted) -> Option<String> {
    let danger = (wanted.danger == Some(true)).then(|| format!("'{DANGER_MARK}'"));
    let all: Vec<String> = wanted.words.clone().into_iter().chain(danger).collect();
    (!all.is_empty()).then(|| all.join(" & "))
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
    let words = words(wanted);
    let rare = match &words {
        Some(words) => rare(connection, &heads, words, wanted.after)?,
        None => None,
    };
    let late = if rare.is_none() && wanted.overdue { late(connection, &heads)? } else { None };
    let mut statement = Statement::default();
    let text = match (rare, late) {
        (Some(ids), _) => statement.among(ids, None, heads, wanted),
        (None, Some(ids)) => statement.among(ids, words, heads, wanted),
        (None, None) => statement.walking(words, heads, wanted),
    };
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
