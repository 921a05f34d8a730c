//! The facts of the figures: one statement over requests, their clocks, answers and granted appeals.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use people::grid::{Scope, within};
use uuid::Uuid;

use super::super::clocks::ClockState;
use super::super::schema::requests;
use super::super::{CaseId, Outcome, State};
use super::figure::{Fact, Measure};

#[derive(QueryableByName)]
struct FactRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = SqlUuid)]
    community_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organization_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    state: State,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<Outcome>,
    #[diesel(sql_type = Nullable<Text>)]
    accept_state: Option<ClockState>,
    #[diesel(sql_type = Bool)]
    accept_over: bool,
    #[diesel(sql_type = Nullable<Text>)]
    resolve_state: Option<ClockState>,
    #[diesel(sql_type = Bool)]
    resolve_over: bool,
    #[diesel(sql_type = Nullable<Bool>)]
    resolved: Option<bool>,
    #[diesel(sql_type = Nullable<Integer>)]
    score: Option<i32>,
    #[diesel(sql_type = Array<Text>)]
    appeals: Vec<String>,
}

const FACTS: &str = "SELECT r.id, r.number, r.community_id, r.organization_id, r.category, r.state, r.outcome, \
     a.state AS accept_state, coalesce(coalesce(a.paused_at, a.ended_at, $1) > a.due_at, false) AS accept_over, \
     c.state AS resolve_state, coalesce(coalesce(c.paused_at, c.ended_at, $1) > c.due_at, false) AS resolve_over, \
     w.resolved, (w.speed + w.effect + w.attitude + w.feedback)::integer AS score, \
     ARRAY(SELECT k.measure || ' ' || k.wants FROM kpi_appeals k WHERE k.request_id = r.id AND k.state = 'granted') AS appeals \
     FROM requests r \
     LEFT JOIN LATERAL (SELECT * FROM request_clocks q WHERE q.request_id = r.id AND q.kind = 'accept' ORDER BY q.round DESC LIMIT 1) a ON true \
     LEFT JOIN LATERAL (SELECT * FROM request_clocks q WHERE q.request_id = r.id AND q.kind = 'resolve' ORDER BY q.round DESC LIMIT 1) c ON true \
     LEFT JOIN LATERAL (SELECT * FROM request_answers q WHERE q.request_id = r.id AND q.rated_at IS NOT NULL ORDER BY q.round DESC LIMIT 1) w ON true \
     WHERE r.id = ANY($2) ORDER BY r.id";

fn appeal(text: &str) -> Option<(Measure, bool)> {
    let (measure, wants) = text.split_once(' ')?;
    Some((Measure::parse(measure)?, wants == "exclude"))
}

impl FactRow {
    fn fact(self) -> Fact {
        Fact {
            id: CaseId(self.id),
            number: self.number,
            community: GridUnitId(self.community_id),
            organization: self.organization_id.map(OrganizationId),
            category: self.category,
            state: self.state,
            outcome: self.outcome,
            accept: self.accept_state.map(|state| (state, self.accept_over)),
            resolve: self.resolve_state.map(|state| (state, self.resolve_over)),
            resolved: self.resolved,
            score: self.score,
            appeals: self.appeals.iter().filter_map(|text| appeal(text)).collect(),
        }
    }
}

/// What is known of the scope's requests filed from one date to another, both included.
pub(super) fn facts(
    connection: &mut PgConnection,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> DbResult<Vec<Fact>> {
    let ids: Vec<CaseId> = requests::table
        .filter(requests::filed_on.between(from, to))
        .filter(within(requests::grid_unit_id, scope).or(requests::organization_id.eq_any(&scope.organizations)))
        .select(requests::id)
        .load(connection)?;
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows: Vec<FactRow> =
        diesel::sql_query(FACTS).bind::<Timestamptz, _>(now).bind::<Array<SqlUuid>, _>(ids).load(connection)?;
    Ok(rows.into_iter().map(FactRow::fact).collect())
}
